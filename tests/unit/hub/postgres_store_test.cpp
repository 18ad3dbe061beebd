#include "edge/hub/postgres_store.hpp"

#include "hub_fixture.hpp"
#include "postgres_connection.hpp"
#include "support/postgres_database.hpp"

#include "edge/core/error.hpp"
#include "edge/hub/transaction_lost.hpp"

#include <gmock/gmock.h>

#include <thread>

namespace edge::hub {
namespace {

using testing::HasSubstr;
using testing::Not;

class PostgresStoreTest : public HubFixture {
protected:
    /// Code, message and hint of the failure.
    template <class Act>
    static std::string failure_of(Act act) {
        try {
            act();
        } catch (const Error& error) {
            return std::string(name_of(error.code())) + ": " + error.what() + " | " + error.hint();
        }
        return "none";
    }
    std::string opening(const std::string& target) const {
        return failure_of([&] { static_cast<void>(open_postgres_store(target)); });
    }

    test::PostgresDatabase empty;
};

TEST_F(PostgresStoreTest, SaysWhatIsMissingAndWhatToDo) {
    EXPECT_THAT(opening(empty.target()), HasSubstr("not_a_database: "));
    EXPECT_THAT(opening(empty.target()), HasSubstr("hub init"));

    store.reset();
    test::run_postgres(stores.target("hub"), "DROP TABLE edge.lane_part");

    EXPECT_THAT(opening(stores.target("hub")), HasSubstr("the table edge.lane_part is missing"));
}

TEST_F(PostgresStoreTest, SaysThatNobodyListensOrThatThereIsNoSuchDatabase) {
    EXPECT_THAT(opening("postgresql://edge:secret@127.0.0.1:1/hub"), HasSubstr("offline: cannot connect to "));
    EXPECT_THAT(opening("postgresql://edge:secret@127.0.0.1:1/hub"), Not(HasSubstr("secret")));
    EXPECT_THAT(opening(test::postgres_target("nowhere")), HasSubstr("not_found: "));
    EXPECT_THAT(opening("postgresql://nobody@/postgres?host=" + test::postgres_folder()), HasSubstr("refused: "));
}

TEST_F(PostgresStoreTest, LaysItsTablesOnceAndTouchesNothingElse) {
    empty.run("CREATE TABLE sellers (user_id serial PRIMARY KEY)");

    const PostgresLayout first = init_postgres_store(empty.target());
    const std::string epoch = open_postgres_store(empty.target())->settings().epoch;
    const PostgresLayout second = init_postgres_store(empty.target());

    EXPECT_TRUE(first.created);
    EXPECT_FALSE(second.created);
    EXPECT_EQ(second.version, first.version);
    EXPECT_EQ(open_postgres_store(empty.target())->settings().epoch, epoch);
    EXPECT_EQ(empty.run("SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'"),
              (test::PostgresRows{{"1"}}));
}

TEST_F(PostgresStoreTest, RefusesTablesOfANewerProgram) {
    store.reset();
    test::run_postgres(stores.target("hub"), "INSERT INTO edge.schema_version (version) VALUES (99)");

    EXPECT_THAT(opening(stores.target("hub")), HasSubstr("schema_too_new: "));
    EXPECT_THAT(failure_of([&] { init_postgres_store(stores.target("hub")); }), HasSubstr("schema_too_new: "));
}

TEST_F(PostgresStoreTest, SaysThatTablesOfAnOlderProgramHaveToBeBroughtUpToDate) {
    store.reset();
    test::run_postgres(
        stores.target("hub"),
        "DELETE FROM edge.schema_version WHERE version = (SELECT max(version) FROM edge.schema_version)");

    EXPECT_THAT(opening(stores.target("hub")), HasSubstr("not_a_database: cannot use the hub's tables on "));
    EXPECT_THAT(opening(stores.target("hub")), HasSubstr("bring them up to date with hub init --store"));
}

TEST_F(PostgresStoreTest, KeepsNamesThatPostgresTextCannotHold) {
    const std::string strange("r\0\\x\xFF", 5);
    const std::unique_ptr<SellerWriter> writer = store->write("s-\xFE");
    SyncEffect effect;
    effect.replica = strange;
    effect.head = 1;
    effect.applied_at = now;
    effect.rows.push_back({.at = {.table = 4, .key = strange}, .row = {}, .parent = strange, .claim = strange});
    effect.rows.back().row.version = 1;
    effect.rows.back().row.writer = strange;
    writer->save(effect);
    writer->commit();

    const std::unique_ptr<SellerReader> reader = store->read("s-\xFE");

    EXPECT_EQ(reader->rows({effect.rows[0].at}), effect.rows);
    EXPECT_EQ(reader->children({strange}), effect.rows);
    ASSERT_EQ(reader->claims({{.parent = strange, .code = strange}}).size(), 1U);
    EXPECT_EQ(store->sellers(), (std::vector<std::string>{"s-\xFE"}));
}

TEST_F(PostgresStoreTest, LetsTwoSellersBeWrittenAtOnce) {
    const std::unique_ptr<SellerWriter> first = store->write("s-1");
    static_cast<void>(first->head());

    EXPECT_EQ(store->write("s-2")->head().seq, 0);
}

TEST_F(PostgresStoreTest, TakesOneSellersDevicesAtTheSameTimeWithoutLosingOrDoubling) {
    constexpr int devices = 4;
    constexpr int segments = 5;
    device.seller_row(1);
    device.bundle(2, 1);
    take(device, device.seal_bytes());

    std::vector<std::thread> threads;
    for (int n = 0; n < devices; ++n) {
        threads.emplace_back([&, n] {
            test::SealingDevice one("s-1", "till-" + std::to_string(n));
            for (int i = 0; i < segments; ++i) {
                one.reservation(1000 * (n + 1) + i, 2, "C" + std::to_string(n) + std::to_string(i));
                const std::string body = one.request(one.seal_bytes());
                EXPECT_TRUE(take_request(*store, body, now)->ack.outcomes.empty());
                EXPECT_TRUE(take_request(*store, body, now)->ack.outcomes.empty());
            }
        });
    }
    for (std::thread& thread : threads) thread.join();

    const std::vector<StoredRow> rows = store->read("s-1")->changes(0, 1000);
    ASSERT_EQ(rows.size(), 2U + devices * segments);
    for (std::size_t i = 0; i < rows.size(); ++i) EXPECT_EQ(rows[i].row.version, static_cast<std::int64_t>(i) + 1);
}

TEST_F(PostgresStoreTest, BeginsARequestAnewWhenItsConnectionIsLost) {
    device.seller_row(1);
    take(device, device.seal_bytes());  // a connection is kept
    test::run_postgres(stores.target("hub"),
                       "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'edge%' "
                       "AND datname = current_database()");
    device.bundle(2, 1);

    const protocol::Ack ack = take(device, device.seal_bytes());

    EXPECT_EQ(ops(ack).applied, 2);
}

TEST_F(PostgresStoreTest, ASerialisationFailureIsATransactionLost) {
    PostgresConnection db(empty.target(), {});
    static_cast<void>(db.run("CREATE TABLE one AS SELECT 1 AS value"));
    static_cast<void>(db.run("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ"));
    static_cast<void>(db.run("SELECT value FROM one"));
    empty.run("UPDATE one SET value = 2");

    EXPECT_THROW(static_cast<void>(db.run("UPDATE one SET value = 3")), TransactionLost);
}

TEST_F(PostgresStoreTest, AnIdlePollBeginsNoTransaction) {
    device.seller_row(1);
    take(device, device.seal_bytes());
    const auto last_statement = [&] {
        return test::run_postgres(stores.target("hub"),
                                  "SELECT query FROM pg_stat_activity WHERE datname = current_database() AND "
                                  "application_name = 'edge-analytics hub'");
    };
    device.seen = 1;

    const protocol::Ack idle = take(device, {});
    const std::string statement = last_statement().at(0).at(0);
    device.seen = 0;
    const protocol::Ack news = take(device, {});

    EXPECT_THAT(statement, testing::StartsWith("SELECT h.seq"));
    EXPECT_EQ(last_statement().at(0).at(0), "ROLLBACK");
    EXPECT_EQ(idle.pull.rows.size(), 0U);
    EXPECT_EQ(news.pull.rows.size(), 1U);
    EXPECT_EQ(ops(idle).applied, ops(news).applied);
    EXPECT_EQ(idle.digest, news.digest);
    EXPECT_EQ(idle.hub_epoch, store->settings().epoch);
}

TEST_F(PostgresStoreTest, ABackupWaitsForTheRequestsThatCouldEscapeIt) {
    const std::unique_ptr<SellerWriter> writer = store->write("s-1");
    static_cast<void>(writer->settings());
    const std::unique_ptr<HubStore> second = stores.open("hub", std::chrono::milliseconds(50));

    EXPECT_THAT(failure_of([&] { static_cast<void>(second->begin_backup(now)); }), HasSubstr("busy: "));
}

TEST(PostgresTarget, IsToldFromAFileAndShownWithoutItsPassword) {
    EXPECT_TRUE(is_postgres_target("postgresql://host/db"));
    EXPECT_FALSE(is_postgres_target("/var/lib/hub.db"));
    EXPECT_EQ(without_password("postgresql://edge:secret@db:5432/hub"), "postgresql://edge@db:5432/hub");
    EXPECT_EQ(without_password("postgresql://db/hub?password=secret&user=x"), "postgresql://db/hub?password=…&user=x");
    EXPECT_EQ(without_password("postgresql://db:5432/hub"), "postgresql://db:5432/hub");
}

}  // namespace
}  // namespace edge::hub
