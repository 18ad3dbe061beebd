#include "hub_fixture.hpp"
#include "hub_migrations.hpp"

#include "edge/core/error.hpp"
#include "edge/storage/connection.hpp"

namespace edge::hub {
namespace {

class SqliteStoreTest : public HubFixture {
protected:
    template <class Act>
    static std::string_view failure_of(Act act) {
        try {
            act();
        } catch (const Error& error) {
            return name_of(error.code());
        }
        return "none";
    }
};

TEST_F(SqliteStoreTest, RefusesASellersFileAndTheOtherWayRound) {
    const std::string shop = folder.file("shop.db");
    { const storage::Connection made = storage::Connection::create(shop); }

    EXPECT_EQ(failure_of([&] { static_cast<void>(open_sqlite_store(shop)); }), "not_a_database");
    EXPECT_EQ(failure_of([&] { static_cast<void>(storage::Connection::open(path)); }), "not_a_database");
    EXPECT_EQ(failure_of([&] { static_cast<void>(create_sqlite_store(path)); }), "already_exists");
    EXPECT_EQ(failure_of([&] { static_cast<void>(open_sqlite_store(folder.file("none.db"))); }), "not_found");
}

TEST_F(SqliteStoreTest, KeepsItsEpochUntilARestoreIsDeclared) {
    const std::string epoch = store->settings().epoch;
    store.reset();
    store = open_sqlite_store(path);
    const std::string reopened = store->settings().epoch;

    const std::string restored = store->declare_restored();

    EXPECT_EQ(epoch.size(), 32U);
    EXPECT_EQ(reopened, epoch);
    EXPECT_NE(restored, epoch);
    EXPECT_EQ(store->settings().epoch, restored);
}

TEST_F(SqliteStoreTest, GivesEachNewHubAnEpochOfItsOwn) {
    const std::unique_ptr<HubStore> another = create_sqlite_store(folder.file("other.db"));

    EXPECT_NE(another->settings().epoch, store->settings().epoch);
}

TEST_F(SqliteStoreTest, LetsOneWriterInAtATime) {
    const std::unique_ptr<HubStore> second =
        open_sqlite_store(path, {.lock_timeout = std::chrono::milliseconds(10), .vfs = {}});
    const std::unique_ptr<SellerWriter> writer = store->write("s-1");

    EXPECT_EQ(failure_of([&] { static_cast<void>(second->write("s-2")); }), "busy");
}

TEST_F(SqliteStoreTest, CountsWhatItHolds) {
    device.seller_row(1);
    device.bundle(2, 1);
    device.reservation(3, 77, "A");
    take(device, device.seal_bytes());
    device.remove("bundles", 2);
    take(device, device.seal_bytes());

    const HubStatus status = store->status();

    EXPECT_EQ(status.sellers, 1);
    EXPECT_EQ(status.replicas, 1);
    EXPECT_EQ(status.rows, 1);
    EXPECT_EQ(status.tombstones, 1);
    EXPECT_EQ(status.applied_segments, 2);
    EXPECT_EQ(status.dead_letters, 1);
    EXPECT_EQ(status.last_applied_at, now);
}

TEST_F(SqliteStoreTest, PagesThroughDeadLetters) {
    for (int i = 0; i < 5; ++i) device.reservation(10 + i, 77, "A" + std::to_string(i));
    take(device, device.seal_bytes());
    test::SealingDevice other("s-2");
    other.reservation(10, 77, "B");
    take(other, other.seal_bytes());

    const auto first = store->dead_letters({.seller = "s-1", .after = {}, .at_most = 3});
    const auto second = store->dead_letters({.seller = "s-1", .after = first.back().letter.id, .at_most = 3});

    ASSERT_EQ(first.size(), 3U);
    ASSERT_EQ(second.size(), 2U);
    EXPECT_EQ(second[0].letter.id.index, 3);
    EXPECT_EQ(store->dead_letters({}).size(), 6U);
}

TEST_F(SqliteStoreTest, ShowsRowsToPeopleThroughItsViews) {
    device.seller_row(1);
    device.bundle(2, 1, "Morning bag");
    device.reservation(3, 2, "K7M2QX");
    take(device, device.seal_bytes());
    const storage::Schema schema = {.application_id = 0x45414E48,
                                    .kind = "the file of a hub",
                                    .maker = "",
                                    .migrations = migrations(),
                                    .complete = nullptr};
    storage::OpenOptions options;
    options.schema = &schema;
    storage::Connection db = storage::Connection::open(path, options);
    db.execute(
        "PRAGMA trusted_schema = ON");  // as in the sqlite3 shell: SQLite 3.40 trusts no JSON in a view otherwise

    storage::Query query = db.query(
        "SELECT b.name, b.price_minor, r.claim_code, r.collected_at FROM v_reservations AS r JOIN v_bundles AS b ON "
        "b.key = r.bundle");

    ASSERT_TRUE(query.step());
    EXPECT_EQ(query.text(0), "Morning bag");
    EXPECT_EQ(query.integer(1), 399);
    EXPECT_EQ(query.text(2), "K7M2QX");
    EXPECT_TRUE(query.is_null(3));
    for (const char* view :
         {"v_sellers", "v_categories", "v_forecast_input", "v_forecast_output", "v_points", "v_dead_letters"}) {
        EXPECT_NO_THROW(db.query(std::string("SELECT count(*) FROM ") + view).step()) << view;
    }
}

}  // namespace
}  // namespace edge::hub
