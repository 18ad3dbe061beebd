#include "support/database_dump.hpp"
#include "support/nearby_hub.hpp"
#include "support/shop.hpp"
#include "support/synced_rows.hpp"

#include "edge/hub/server.hpp"
#include "edge/hub/sqlite_store.hpp"
#include "edge/transport/gzip.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>

#include <filesystem>
#include <stdexcept>
#include <thread>

namespace edge {
namespace {

using test::first_difference;
using test::no_answer;
using test::run_sql;
using test::select_column;
using test::synced_rows;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

class SyncTest : public testing::Test {
protected:
    SyncReport sync() {
        hub.now = shop.now;
        return shop.engine->sync({.url = "http://hub", .exchange = hub.exchange()});
    }
    [[nodiscard]] std::string difference() {
        return first_difference(synced_rows(shop.path()), hub.rows(shop.seller_key()));
    }
    [[nodiscard]] std::int64_t count(const std::string& table) {
        return std::stoll(select_column(shop.path(), "SELECT count(*) FROM " + table).front());
    }
    [[nodiscard]] std::size_t wire_size(const std::string& body) {
        return body.size() < transport::identity_below ? body.size() : transport::gzip(body).size();
    }

    test::Shop shop;
    test::NearbyHub hub{shop.folder.file("hub.db")};
};

TEST_F(SyncTest, MakesTheHubEqual) {
    const Bundle bag = shop.post();
    shop.engine->collect(shop.reserve(bag.id).claim_code);
    shop.engine->cancel(shop.reserve(bag.id).claim_code);
    shop.engine->close_bundle(shop.post("Bread box").id);
    shop.now += std::chrono::hours(5);
    shop.engine->refresh(shop.engine->home_seller());

    const SyncReport report = sync();

    EXPECT_TRUE(report.equal) << report.reason;
    EXPECT_EQ(report.pending_changes, 0);
    EXPECT_EQ(report.segments_sent, 2) << "one a lane";
    EXPECT_GT(report.changes_sent, 0);
    EXPECT_EQ(difference(), "");
    EXPECT_THAT(synced_rows(shop.path()), testing::Contains(HasSubstr("analytics_points ")));
}

TEST_F(SyncTest, ASaleDoesNotLoseItsProcessorToASyncThatItWakes) {
    shop.post();
    int policy = -1;
    const auto exchange = [&](const HubRequest& request) {
        policy = ::sched_getscheduler(0);
        return hub.deliver(request);
    };
    shop.engine->sync({.url = "http://hub", .exchange = exchange});
    EXPECT_EQ(policy, SCHED_BATCH);
    EXPECT_EQ(::sched_getscheduler(0), SCHED_OTHER) << "the thread is the caller's";

    EXPECT_THROW(
        shop.engine->sync(
            {.url = "http://hub", .exchange = [](const HubRequest&) -> HubAnswer { throw std::logic_error("lost"); }}),
        std::logic_error);
    EXPECT_EQ(::sched_getscheduler(0), SCHED_OTHER);
}

TEST_F(SyncTest, AThreadThatGoesLastAnywayStaysSo) {
    shop.post();
    std::thread last([&] {
        const sched_param no_priority{};
        ASSERT_EQ(::sched_setscheduler(0, SCHED_IDLE, &no_priority), 0);
        sync();
        EXPECT_EQ(::sched_getscheduler(0), SCHED_IDLE);
    });
    last.join();
}

TEST_F(SyncTest, MakesTheHubEqualOverHttp) {
    hub::HubServer server(hub.store(), {.port = 0, .clock = {}, .log = {}});
    server.start();
    const std::string url = "http://127.0.0.1:" + std::to_string(server.port());
    shop.engine->collect(shop.reserve(shop.post().id).claim_code);
    shop.engine->refresh(shop.engine->home_seller());

    const SyncReport report = shop.engine->sync({.url = url});

    EXPECT_TRUE(report.equal) << report.reason;
    EXPECT_EQ(difference(), "");
    EXPECT_EQ(static_cast<std::uint64_t>(report.bytes_sent), server.counters().body_bytes_received);
    server.stop();
    shop.post();
    const SyncReport down = shop.engine->sync({.url = url});
    EXPECT_THAT(down.reason, HasSubstr("cannot be reached"));
    EXPECT_EQ(down.pending_changes, 1);
}

TEST_F(SyncTest, SendsNothingWhenNothingChanged) {
    shop.post();
    static_cast<void>(sync());
    const std::vector<std::string> before = hub.rows(shop.seller_key());

    const SyncReport again = sync();

    EXPECT_TRUE(again.equal);
    EXPECT_EQ(again.segments_sent, 0);
    EXPECT_EQ(again.changes_sent, 0);
    EXPECT_LT(again.bytes_sent, 200) << "a poll";
    EXPECT_EQ(hub.rows(shop.seller_key()), before);
}

TEST_F(SyncTest, LeavesNothingBehindOnceTheHubsBackupHasIt) {
    const Bundle bag = shop.post();
    shop.engine->collect(shop.reserve(bag.id).claim_code);
    shop.engine->refresh(shop.engine->home_seller());

    static_cast<void>(sync());

    EXPECT_EQ(count("journal WHERE seq < (SELECT max(seq) FROM journal)"), 0);
    EXPECT_EQ(count("sync_segments"), 0);
}

TEST_F(SyncTest, OneSaleIsASmallBody) {
    const Reservation reservation = shop.reserve(shop.post().id);
    static_cast<void>(sync());
    shop.now += std::chrono::minutes(7);
    shop.engine->collect(reservation.claim_code);

    const SyncReport report = sync();

    EXPECT_EQ(report.changes_sent, 1);
    EXPECT_LE(transport::gzip(hub.bodies.back()).size(), 280U) << hub.bodies.back();
    EXPECT_EQ(report.bytes_sent, static_cast<std::int64_t>(wire_size(hub.bodies.back())));
}

TEST_F(SyncTest, TheDiffIsExactlyWhatIsSent) {
    const Reservation reservation = shop.reserve(shop.post().id);
    static_cast<void>(sync());
    shop.now += std::chrono::minutes(7);
    shop.engine->collect(reservation.claim_code);
    const test::DatabaseDump before = test::dump_database(shop.path());

    const DiffReport diff = shop.engine->diff(DiffFormat::merge_patch);

    EXPECT_EQ(test::first_difference(before, test::dump_database(shop.path())), "") << "a diff changes nothing";
    EXPECT_EQ(diff.document, "[{\"t\":\"reservations\",\"k\":\"" + reservation.uuid.wire() +
                                 R"(","op":"u","p":{"collected_at":"2025-11-24T16:07:00Z"}}])");
    EXPECT_THAT(diff.rows_by_table, ElementsAre(Pair("reservations", 1)));
    EXPECT_EQ(shop.engine->diff(DiffFormat::json_patch).document,
              R"([{"op":"replace","path":"/reservations/)" + reservation.uuid.wire() +
                  R"(/collected_at","value":"2025-11-24T16:07:00Z"}])");
    EXPECT_EQ(diff.bytes, sync().bytes_sent);
    EXPECT_EQ(shop.engine->diff(DiffFormat::merge_patch).document, "[]");
}

TEST_F(SyncTest, TheDiffHoldsWhatWasSealedAndNotConfirmed) {
    shop.post("Sealed bag");
    hub.network = [](const HubRequest&) { return no_answer(); };
    static_cast<void>(sync());
    shop.post("Fresh bag");

    const DiffReport diff = shop.engine->diff(DiffFormat::merge_patch);

    EXPECT_THAT(diff.document, HasSubstr("Sealed bag"));
    EXPECT_THAT(diff.document, HasSubstr("Fresh bag"));
    hub.network = nullptr;
    EXPECT_EQ(diff.rows, sync().changes_sent);
}

TEST_F(SyncTest, ADryRunSaysWhatWouldGoAndLeavesTheFileAlone) {
    shop.post();
    const test::DatabaseDump before = test::dump_database(shop.path());

    const SyncReport dry = shop.engine->sync({.url = "http://hub", .dry_run = true, .exchange = hub.exchange()});

    EXPECT_EQ(test::first_difference(before, test::dump_database(shop.path())), "");
    EXPECT_THAT(hub.bodies, IsEmpty());
    const SyncReport real = sync();
    EXPECT_EQ(dry.changes_sent, real.changes_sent);
    EXPECT_EQ(dry.segments_sent, real.segments_sent);
    EXPECT_EQ(dry.bytes_sent, real.bytes_sent);
}

TEST_F(SyncTest, ADiffNeedsNoWriting) {
    shop.post();
    shop.options.read_only = true;
    shop.reopen();

    EXPECT_GT(shop.engine->diff(DiffFormat::merge_patch).rows, 0);
    EXPECT_GT(shop.engine->sync_status().pending_changes, 0);
}

TEST_F(SyncTest, SeesWhatWasWrittenByOthersInSql) {
    shop.post();
    static_cast<void>(sync());
    run_sql(shop.path(),
            "UPDATE bundles SET price_minor = 250; INSERT INTO weather (place, day, kind, fetched_at) "
            "VALUES ('50.7,-3.5', 20000, 'observed', 0)");

    const SyncReport report = sync();

    EXPECT_EQ(report.changes_sent, 2);
    EXPECT_EQ(difference(), "");
}

TEST_F(SyncTest, ALocalIdThatIsUsedAgainIsAnotherRow) {
    const Bundle bag = shop.post();
    shop.reserve(bag.id);
    static_cast<void>(sync());
    const std::string id = std::to_string(bag.id.value());
    run_sql(
        shop.path(),
        "PRAGMA foreign_keys = ON; DELETE FROM bundles WHERE bundle_id = " + id +
            "; INSERT INTO bundles (bundle_id, seller_id, bundle_name, total_qty, window_start, window_end) SELECT " +
            id +
            ", user_id, 'Another', 1, 0, 1 FROM sellers; INSERT INTO reservations (reservation_id, bundle_id, "
            "claim_code, reserved_at) VALUES (1, " +
            id + ", 'ZZZZ', 0)");

    const SyncReport report = sync();

    EXPECT_TRUE(report.equal) << report.reason;
    EXPECT_EQ(difference(), "");
}

TEST_F(SyncTest, ARowThatComesBackUnderItsIdentityIsThere) {
    const Bundle bag = shop.post();
    static_cast<void>(sync());
    run_sql(shop.path(),
            "CREATE TABLE kept AS SELECT * FROM bundles; PRAGMA foreign_keys = ON; DELETE FROM bundles; INSERT INTO "
            "bundles SELECT bundle_id + 5, uuid, seller_id, 'Back again', description, total_qty, weight_grams, "
            "carbon_dioxide, price_minor, discount_percentage, window_start, window_end, created_at, closed_at FROM "
            "kept; DROP TABLE kept");

    const SyncReport report = sync();

    EXPECT_TRUE(report.equal) << report.reason;
    EXPECT_EQ(difference(), "");
    EXPECT_THAT(synced_rows(shop.path()), testing::Contains(HasSubstr(bag.uuid.wire())));
}

TEST_F(SyncTest, PointsGoWithTheirSeries) {
    shop.engine->collect(shop.reserve(shop.post().id).claim_code);
    shop.engine->refresh(shop.engine->home_seller());
    static_cast<void>(sync());
    run_sql(
        shop.path(),
        "PRAGMA foreign_keys = ON; DELETE FROM analytics_points WHERE series_id = 2; UPDATE analytics_points SET y = "
        "'7.0000'; DELETE FROM analytics_series WHERE series_id = 1; INSERT INTO analytics_series (series_id, "
        "graph_id, series_name, sort_index) SELECT 1, graph_id, 'new', 77 FROM analytics_graphs LIMIT 1; INSERT "
        "INTO analytics_points VALUES (1, 0, 'x', '1.0000')");

    const SyncReport report = sync();

    EXPECT_TRUE(report.equal) << report.reason;
    EXPECT_EQ(difference(), "");
}

TEST_F(SyncTest, ARowThatTheHubRefusesIsListedAndTheOthersGo) {
    shop.post();
    run_sql(shop.path(), "INSERT INTO category (category_name, category_coefficient) VALUES ('Odd', 'many')");

    const SyncReport report = sync();

    EXPECT_EQ(report.rejected, 1);
    EXPECT_EQ(report.pending_changes, 0);
    EXPECT_FALSE(report.equal) << "one row is not there";
    EXPECT_EQ(shop.engine->sync_status().rejects, 1);
    EXPECT_THAT(select_column(shop.path(), "SELECT change FROM sync_rejects"), ElementsAre(HasSubstr("\"many\"")));
    EXPECT_EQ(hub.store().dead_letters({}).size(), 1U);
}

TEST_F(SyncTest, ARowThatCannotTravelIsListedAndTheOthersGo) {
    shop.post("Good bag");
    shop.post("Bad bag");
    run_sql(shop.path(), "UPDATE bundles SET description = CAST(x'c328' AS TEXT) WHERE bundle_name = 'Bad bag'");

    const SyncReport report = sync();

    EXPECT_FALSE(report.equal);
    EXPECT_EQ(select_column(shop.path(), "SELECT outcome || ' ' || reason || ' ' || tbl FROM sync_rejects"),
              std::vector<std::string>{"unsendable bad_text bundles"});
    EXPECT_THAT(hub.rows(shop.seller_key()), testing::Contains(HasSubstr("Good bag")));
    EXPECT_EQ(report.pending_changes, 0);
}

TEST_F(SyncTest, KeepsSegmentsUntilTheBackupCoversThem) {
    hub.store().set_durable({.rule = hub::DurableRule::command});
    shop.post();
    static_cast<void>(sync());
    const SyncStatusReport kept = shop.engine->sync_status();
    const Timestamp began = hub.store().begin_backup(shop.now);
    hub.store().declare_covered(began);

    static_cast<void>(sync());

    EXPECT_EQ(kept.lanes[0].applied, 1);
    EXPECT_EQ(kept.lanes[0].durable, 0);
    EXPECT_EQ(kept.lanes[0].segments_kept, 1);
    EXPECT_EQ(kept.pending_changes, 0);
    EXPECT_EQ(shop.engine->sync_status().lanes[0].durable, 1);
    EXPECT_EQ(count("sync_segments"), 0);
}

TEST_F(SyncTest, AFileCarriesTheSameSegments) {
    const Bundle bag = shop.post();
    shop.engine->collect(shop.reserve(bag.id).claim_code);
    shop.engine->refresh(shop.engine->home_seller());

    const std::string file = shop.engine->export_segments(shop.folder.path());

    EXPECT_THAT(file, testing::AllOf(HasSubstr(shop.seller_key()), testing::EndsWith(".eab")));
    const protocol::Receipt receipt = hub::import_bundle_file(hub.store(), file, hub.now);
    EXPECT_EQ(difference(), "");
    EXPECT_EQ(receipt.ack.outcomes.size(), 0U);
    const SyncReport report = sync();
    EXPECT_TRUE(report.equal) << "the network brings the same segments again, without effect";
    EXPECT_EQ(difference(), "");
    EXPECT_THROW(static_cast<void>(shop.engine->export_segments(shop.folder.path())), Error);
}

TEST_F(SyncTest, SaysWhereSyncingStands) {
    shop.post();
    const SyncStatusReport before = shop.engine->sync_status();
    static_cast<void>(sync());
    shop.now += std::chrono::minutes(1);
    shop.post();

    const SyncStatusReport after = shop.engine->sync_status();

    EXPECT_EQ(before.last_attempt, std::nullopt);
    EXPECT_GT(before.pending_bytes, 0);
    EXPECT_EQ(after.last_success, shop.now - std::chrono::minutes(1));
    EXPECT_EQ(after.oldest_pending, shop.now - std::chrono::minutes(1));
    EXPECT_EQ(after.pending_changes, 1);
    EXPECT_EQ(after.last_error, "");
    EXPECT_EQ(after.lanes[0].lane, "ops");
    EXPECT_EQ(after.lanes[0].applied, 1);
    EXPECT_GT(after.next_attempt, shop.now);
}

TEST_F(SyncTest, SellingGoesOnWhileARequestIsUnderWay) {
    shop.post();
    hub.network = [&](const HubRequest& request) {
        EngineOptions impatient = shop.options;
        impatient.lock_timeout = std::chrono::milliseconds(0);
        Engine till = Engine::open(shop.path(), impatient);
        const NewBundle bag{.seller = till.home_seller(),
                            .name = "Sold meanwhile",
                            .description = {},
                            .categories = {shop.category},
                            .total_qty = 1,
                            .window = {.start = shop.now, .end = shop.now + std::chrono::hours(1)}};
        till.post_bundle(bag);
        return hub.deliver(request);
    };

    const SyncReport report = sync();

    EXPECT_EQ(report.pending_changes, 1);
    EXPECT_FALSE(report.equal);
    hub.network = nullptr;
    EXPECT_TRUE(sync().equal);
    EXPECT_EQ(difference(), "");
}

TEST_F(SyncTest, TwoProcessesMaySyncOneFileAtOnce) {
    shop.post();
    Engine other = Engine::open(shop.path(), shop.options);
    hub.network = [&](const HubRequest& request) {
        hub.network = nullptr;
        EXPECT_TRUE(other.sync({.url = "http://hub", .exchange = hub.exchange()}).equal);
        return hub.deliver(request);
    };

    const SyncReport report = sync();

    EXPECT_TRUE(report.equal) << report.reason;
    // what came second may be older than what came first, and is asked for anew
    ASSERT_EQ(hub.bodies.size(), 3U);
    EXPECT_EQ(hub.bodies[0], hub.bodies[1]);
    EXPECT_TRUE(protocol::decode_request(hub.bodies[2])->parts.empty());
    EXPECT_EQ(difference(), "");
}

TEST_F(SyncTest, StopsWhenTheTimeIsOverAndGoesOnNextTime) {
    // Two megabytes need more than one request.
    run_sql(shop.path(),
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) INSERT INTO holidays "
            "(region, day, name) SELECT 'XX', i, hex(randomblob(500)) FROM n");
    hub.network = [&](const HubRequest& request) {
        shop.now += std::chrono::minutes(20);
        hub.now = shop.now;
        return hub.deliver(request);
    };

    const SyncReport first = sync();

    EXPECT_THAT(first.reason, HasSubstr("time"));
    EXPECT_GT(first.pending_changes, 0);
    EXPECT_GT(first.changes_sent, 0);
    hub.network = nullptr;
    EXPECT_TRUE(sync().equal);
    EXPECT_EQ(difference(), "");
}

TEST_F(SyncTest, IsStoppedByItsProgressCallback) {
    shop.post();
    const SyncOptions options{
        .url = "http://hub", .progress = [](const Progress&) { return false; }, .exchange = hub.exchange()};

    try {
        static_cast<void>(shop.engine->sync(options));
        FAIL() << "it went on";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::cancelled);
    }
    EXPECT_THAT(hub.bodies, IsEmpty());
    EXPECT_TRUE(sync().equal);
}

}  // namespace
}  // namespace edge
