#include "support/database_dump.hpp"
#include "support/fault_vfs.hpp"
#include "support/nearby_hub.hpp"
#include "support/shop.hpp"
#include "support/synced_rows.hpp"

#include "edge/hub/sqlite_store.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

namespace edge {
namespace {

using test::answer_of;
using test::first_difference;
using test::no_answer;
using test::synced_rows;
using testing::HasSubstr;

/// What a test throws where a process would die.
struct Killed {};

class SyncFaultsTest : public testing::Test {
protected:
    SyncFaultsTest() { shop.engine->collect(shop.reserve(shop.post().id).claim_code); }

    SyncReport sync(Engine& engine) {
        hub.now = shop.now;
        return engine.sync({.url = "http://hub", .exchange = hub.exchange()});
    }
    SyncReport sync() { return sync(*shop.engine); }
    [[nodiscard]] std::string difference() {
        return first_difference(synced_rows(shop.path()), hub.rows(shop.seller_key()));
    }
    /// Without faults everything arrives, whatever happened before.
    void expect_recovery() {
        hub.network = nullptr;
        shop.now += std::chrono::hours(2);
        const SyncReport report = sync();
        EXPECT_TRUE(report.equal) << report.reason;
        EXPECT_EQ(difference(), "");
    }
    [[nodiscard]] ErrorCode sync_error() {
        try {
            static_cast<void>(sync());
        } catch (const Error& error) {
            return error.code();
        }
        return ErrorCode::internal;
    }

    test::Shop shop;
    test::NearbyHub hub{shop.folder.file("hub.db")};
};

TEST_F(SyncFaultsTest, SendsTheSameBytesUntilAReplyArrives) {
    for (int lost = 1; lost <= 20; ++lost) {
        SCOPED_TRACE(lost);
        shop.post("Bag " + std::to_string(lost));
        hub.bodies.clear();
        hub.network = [&](const HubRequest& request) {
            static_cast<void>(hub.deliver(request));
            return no_answer("broken: connection reset");
        };
        for (int attempt = 0; attempt < lost; ++attempt) {
            const SyncReport report = sync();
            EXPECT_FALSE(report.equal);
            EXPECT_EQ(report.pending_changes, 1 + (lost == 1 ? 4 : 0));
        }
        const std::vector<std::string> once = hub.rows(shop.seller_key());
        hub.network = nullptr;

        const SyncReport report = sync();

        EXPECT_TRUE(report.equal) << report.reason;
        for (const std::string& body : hub.bodies) EXPECT_EQ(body, hub.bodies.front());
        EXPECT_EQ(hub.rows(shop.seller_key()), once) << "the retry had an effect";
    }
    EXPECT_EQ(difference(), "");
}

TEST_F(SyncFaultsTest, WaitsWhenTheHubIsDownAndLosesNothing) {
    hub.network = [](const HubRequest&) { return no_answer(); };

    const SyncReport report = sync();

    EXPECT_FALSE(report.equal);
    EXPECT_THAT(report.reason, HasSubstr("cannot be reached"));
    EXPECT_GE(report.next_attempt, shop.now);
    EXPECT_EQ(report.pending_changes, 4);
    EXPECT_EQ(shop.engine->sync_status().last_error, report.reason);
    expect_recovery();
    EXPECT_EQ(shop.engine->sync_status().last_error, "");
}

struct BadAnswer {
    std::string name;
    int status;
    std::string body;
    ErrorCode thrown;  // internal: none
};
void PrintTo(const BadAnswer& answer, std::ostream* out) { *out << answer.name; }

class BadAnswerTest : public SyncFaultsTest, public testing::WithParamInterface<BadAnswer> {};

TEST_P(BadAnswerTest, LosesNothing) {
    hub.network = [&](const HubRequest&) { return answer_of(GetParam().status, GetParam().body); };

    EXPECT_EQ(sync_error(), GetParam().thrown);

    EXPECT_EQ(shop.engine->sync_status().pending_changes, 4);
    EXPECT_NE(shop.engine->sync_status().last_error, "");
    expect_recovery();
}

INSTANTIATE_TEST_SUITE_P(Answers, BadAnswerTest,
                         testing::Values(BadAnswer{"captive_portal", 200, "<html>log in</html>", ErrorCode::internal},
                                         BadAnswer{"other_json", 200, R"({"hello":"world"})", ErrorCode::internal},
                                         BadAnswer{"empty", 200, "", ErrorCode::internal},
                                         BadAnswer{"garbage", 200, std::string("\0\xff\x01", 3), ErrorCode::internal},
                                         BadAnswer{"proxy", 502, "<html>bad gateway</html>", ErrorCode::internal},
                                         BadAnswer{"busy", 503, "", ErrorCode::internal},
                                         BadAnswer{"too_big", 413, "", ErrorCode::internal},
                                         BadAnswer{"not_found", 404, "{}", ErrorCode::internal},
                                         BadAnswer{"conflict", 409, "{}", ErrorCode::internal},
                                         BadAnswer{"unauthorised", 401, "{}", ErrorCode::refused},
                                         BadAnswer{"forbidden", 403, "{}", ErrorCode::refused},
                                         BadAnswer{"too_old", 426, "{}", ErrorCode::refused}),
                         [](const auto& one) { return one.param.name; });

TEST_F(SyncFaultsTest, HoldsALaneThatTheHubCannotReadAndStillExports) {
    hub.network = [](const HubRequest&) { return answer_of(422, "{}"); };

    EXPECT_EQ(sync_error(), ErrorCode::corrupt_data);

    hub.network = nullptr;
    EXPECT_FALSE(sync().equal) << "the lane waits for a person";
    EXPECT_EQ(shop.engine->sync_status().pending_changes, 4);
    const std::string file = shop.engine->export_segments(shop.folder.path());
    static_cast<void>(hub::import_bundle_file(hub.store(), file, hub.now));
    EXPECT_EQ(difference(), "");
}

TEST_F(SyncFaultsTest, CutsSmallerPartsWhenTheWayIsNarrow) {
    test::run_sql(
        shop.path(),
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1500) INSERT INTO holidays "
        "(region, day, name) SELECT 'XX', i, hex(randomblob(200)) FROM n");
    hub.network = [&](const HubRequest& request) {
        return request.body.size() > 150'000 ? answer_of(413, "") : hub.deliver(request);
    };

    const SyncReport report = sync();

    EXPECT_TRUE(report.equal) << report.reason;
    EXPECT_EQ(difference(), "");
    EXPECT_EQ(shop.engine->sync_status().lanes[1].applied, 1);
}

TEST_F(SyncFaultsTest, AHubThatAlwaysHasMoreToTellIsLeftWhenTheTimeIsOver) {
    ASSERT_TRUE(sync().equal);
    std::int64_t requests = 0;
    hub.network = [&](const HubRequest& request) {
        shop.now += std::chrono::minutes(1);
        HubAnswer answer = hub.deliver(request);
        protocol::Ack ack = *protocol::decode_ack(answer.body);
        ack.pull = {.from = 1000 + requests, .to = 1001 + requests, .more = true, .rows = {}};
        ++requests;
        return answer_of(200, protocol::encode(ack));
    };

    const SyncReport report = sync();

    EXPECT_LE(requests, 11);
    EXPECT_THAT(report.reason, HasSubstr("time"));
    expect_recovery();
}

TEST_F(SyncFaultsTest, GoesOnAfterBeingKilledBeforeOrAfterARequest) {
    for (const bool delivered : {false, true}) {
        shop.post();
        hub.network = [&](const HubRequest& request) -> HubAnswer {
            if (delivered) static_cast<void>(hub.deliver(request));
            throw Killed();
        };

        EXPECT_THROW(static_cast<void>(sync()), Killed);

        shop.reopen();
        expect_recovery();
    }
}

struct DiskFault {
    std::string name;
    test::DiskFailure failure;
    test::FailureSpan span;
};
void PrintTo(const DiskFault& fault, std::ostream* out) { *out << fault.name; }

class SyncDiskFaultTest : public SyncFaultsTest, public testing::WithParamInterface<DiskFault> {};

TEST_P(SyncDiskFaultTest, SurvivesTheFailureOfEachWrite) {
    const bool full = GetParam().failure == test::DiskFailure::disk_full;
    for (std::int64_t nth = 1;; ++nth) {
        SCOPED_TRACE(nth);
        shop.post("Bag " + std::to_string(nth));
        bool failed = false;
        {
            test::FaultVfs disk;
            EngineOptions options = shop.options;
            options.vfs = disk.name();
            Engine engine = Engine::open(shop.path(), options);
            disk.fail_at(nth, GetParam().failure, GetParam().span);
            try {
                static_cast<void>(sync(engine));
            } catch (const Error& error) {
                EXPECT_EQ(error.code(), full ? ErrorCode::disk_full : ErrorCode::io_failure) << error.what();
            }
            failed = disk.has_failed();
            disk.never_fail();
        }
        EXPECT_EQ(test::integrity_of(shop.path()), "ok");
        expect_recovery();
        if (!failed) {
            EXPECT_GT(nth, 3);
            break;
        }
    }
}

INSTANTIATE_TEST_SUITE_P(
    EachWay, SyncDiskFaultTest,
    testing::Values(DiskFault{"IoErrorOnce", test::DiskFailure::io_error, test::FailureSpan::once},
                    DiskFault{"IoErrorFromThenOn", test::DiskFailure::io_error, test::FailureSpan::from_then_on},
                    DiskFault{"DiskFullOnce", test::DiskFailure::disk_full, test::FailureSpan::once},
                    DiskFault{"DiskFullFromThenOn", test::DiskFailure::disk_full, test::FailureSpan::from_then_on}),
    [](const auto& one) { return one.param.name; });

TEST_F(SyncFaultsTest, ACopyOfTheFileTakesANewEpochAndNothingIsLost) {
    static_cast<void>(sync());
    test::run_sql(shop.path(), "PRAGMA wal_checkpoint(TRUNCATE)");
    const std::string clone = shop.folder.file("clone.db");
    std::filesystem::copy_file(shop.path(), clone);
    shop.post("On the original");
    ASSERT_TRUE(sync().equal);
    Engine copy = Engine::open(clone, shop.options);
    const Bundle bag = copy.post_bundle({.seller = copy.home_seller(),
                                         .name = "On the copy",
                                         .description = {},
                                         .categories = {shop.category},
                                         .total_qty = 1,
                                         .window = {.start = shop.now, .end = shop.now + std::chrono::hours(1)}});

    const SyncReport report = sync(copy);

    EXPECT_TRUE(report.equal) << report.reason;
    EXPECT_EQ(copy.sync_status().epoch, 2);
    EXPECT_THAT(hub.rows(shop.seller_key()), testing::Contains(HasSubstr(bag.uuid.wire())));
    EXPECT_THAT(hub.rows(shop.seller_key()), testing::Contains(HasSubstr("On the original")));
}

class RestoredHubTest : public SyncFaultsTest {
protected:
    std::string back_up() {
        std::string copy = shop.folder.file("hub-backup.db");
        test::run_sql(shop.folder.file("hub.db"), "VACUUM INTO '" + copy + "'");
        return copy;
    }
};

TEST_F(RestoredHubTest, GetsAgainWhatItsBackupLacks) {
    hub.store().set_durable({.rule = hub::DurableRule::command});
    ASSERT_TRUE(sync().equal);
    const std::string backup = back_up();
    shop.post("Since the backup");
    ASSERT_TRUE(sync().equal);

    hub.restore(backup);

    EXPECT_NE(difference(), "");
    expect_recovery();
    EXPECT_EQ(shop.engine->sync_status().epoch, 1) << "the same segments again";
}

TEST_F(RestoredHubTest, GetsEveryRowIfItLostWhatItCalledDurable) {
    ASSERT_TRUE(sync().equal);
    const std::string backup = back_up();
    shop.post("Called durable and lost");
    shop.engine->refresh(shop.engine->home_seller());
    ASSERT_TRUE(sync().equal);

    hub.restore(backup);

    EXPECT_NE(difference(), "");
    expect_recovery();
    EXPECT_GT(shop.engine->sync_status().epoch, 1);
}

TEST_F(RestoredHubTest, GetsDeletionsToo) {
    const Bundle bag = shop.post("To be deleted");
    ASSERT_TRUE(sync().equal);
    const std::string backup = back_up();
    shop.post("Another");
    ASSERT_TRUE(sync().equal);
    hub.restore(backup);
    test::run_sql(shop.path(),
                  "PRAGMA foreign_keys = ON; DELETE FROM bundles WHERE bundle_id = " + std::to_string(bag.id.value()));

    expect_recovery();
}

}  // namespace
}  // namespace edge
