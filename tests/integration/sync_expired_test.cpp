#include "support/device.hpp"

#include "edge/hub/trim_watch.hpp"
#include "edge/protocol/snapshot.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

namespace edge {
namespace {

using test::Device;
using test::first_difference;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::chrono::hours day{24};

/// A tablet that is away for so long that the hub has forgotten what was deleted meanwhile.
class ExpiredTest : public testing::Test {
protected:
    void SetUp() override {
        till.engine->add_category("Bread", *Co2Coefficient::parse("2.5"));
        bag = till.post().id;
        till.post("Second bag");
        till.sql("INSERT INTO holidays (region, day, name) VALUES ('GB', 20400, 'Feast'), ('GB', 20401, 'Fair')");
        sync(till);
        sync(tablet);
        trim();
    }
    SyncReport sync(Device& device) {
        hub.now += std::chrono::minutes(20);
        return device.sync();
    }
    void trim() { hub::trim_all(hub.store(), hub.now, 90 * day); }
    /// Deletions, and then so many days that they are forgotten.
    void forget() {
        till.sql(
            "DELETE FROM holidays WHERE name = 'Fair'; UPDATE bundles SET bundle_name = 'Renamed' WHERE bundle_id = 1");
        sync(till);
        for (int turn = 0; turn < 2; ++turn) {
            hub.now += 91 * day;
            trim();
            sync(till);
        }
    }
    void expect_equal(Device& device) {
        EXPECT_EQ(first_difference(device.rows(), device.rows_at_hub()), "");
        const SyncReport report = sync(device);
        EXPECT_TRUE(report.equal) << report.reason;
        EXPECT_FALSE(report.diverged);
        EXPECT_FALSE(report.bootstrapped);
    }

    test::TemporaryFolder folder;
    test::NearbyHub hub{folder.file("hub.db")};
    Device till{hub};
    Device tablet{hub};
    BundleId bag{0};
};

TEST_F(ExpiredTest, ADeviceThatWasAwayIsFilledAnewByItself) {
    forget();

    const SyncReport report = sync(tablet);

    EXPECT_TRUE(report.bootstrapped);
    EXPECT_TRUE(report.equal) << report.reason;
    EXPECT_THAT(tablet.select("SELECT name FROM holidays"), ElementsAre("Feast"));
    expect_equal(tablet);
    expect_equal(till);
}

TEST_F(ExpiredTest, WhatItDidMeanwhileGoesFirst) {
    forget();
    tablet.sql(
        "UPDATE holidays SET name = 'Market' WHERE name = 'Fair'; UPDATE holidays SET name = 'Feasts' WHERE name = "
        "'Feast'; INSERT INTO holidays (region, day, name) VALUES ('GB', 20409, 'Mine')");

    const SyncReport report = sync(tablet);

    EXPECT_TRUE(report.bootstrapped);
    EXPECT_EQ(report.changes_sent, 3);
    EXPECT_EQ(report.rejects, 0) << "a change of a row that was deleted loses to the deletion";
    EXPECT_THAT(tablet.select("SELECT name FROM holidays ORDER BY 1"), ElementsAre("Feasts", "Mine"));
    expect_equal(tablet);
    sync(till);
    expect_equal(till);
}

TEST_F(ExpiredTest, NinetyDaysAwayIsNotTooLong) {
    till.sql("DELETE FROM holidays WHERE name = 'Fair'");
    sync(till);
    hub.now += 90 * day;
    trim();

    const SyncReport report = sync(tablet);

    EXPECT_FALSE(report.bootstrapped);
    EXPECT_THAT(tablet.select("SELECT name FROM holidays"), ElementsAre("Feast"));
    expect_equal(tablet);
}

TEST_F(ExpiredTest, AFileFromAnOldBackupComesOutRight) {
    tablet.engine.reset();
    std::filesystem::copy_file(tablet.path(), folder.file("backup.db"));
    tablet.while_down("SELECT 1");
    tablet.reserve(BundleId(1));
    sync(tablet);
    forget();
    sync(tablet);
    tablet.engine.reset();
    for (const char* suffix : {"-wal", "-shm"}) std::filesystem::remove(tablet.path() + suffix);
    std::filesystem::copy_file(folder.file("backup.db"), tablet.path(),
                               std::filesystem::copy_options::overwrite_existing);
    tablet.while_down("INSERT INTO holidays (region, day, name) VALUES ('GB', 20410, 'After')");

    for (int turn = 0; turn < 3; ++turn) sync(tablet);

    EXPECT_THAT(tablet.select("SELECT name FROM holidays ORDER BY 1"), ElementsAre("After", "Feast"));
    EXPECT_EQ(tablet.select("SELECT count(*) FROM reservations"), std::vector<std::string>{"1"});
    expect_equal(tablet);
}

TEST_F(ExpiredTest, ANewDeviceOfAnOldShopIsFilled) {
    forget();
    Device counter(hub);

    const SyncReport report = sync(counter);

    EXPECT_TRUE(report.bootstrapped);
    EXPECT_TRUE(report.equal) << report.reason;
    expect_equal(counter);
}

TEST_F(ExpiredTest, AMeteredDeviceOnlyTells) {
    forget();
    hub.now += std::chrono::minutes(20);

    const SyncReport report =
        tablet.engine->sync({.url = "http://hub", .day_budget = 2'000'000, .exchange = hub.exchange()});

    EXPECT_FALSE(report.bootstrapped);
    EXPECT_FALSE(report.equal);
    EXPECT_THAT(report.reason, HasSubstr("edge-analytics sync bootstrap"));
    EXPECT_THAT(tablet.engine->sync_status().waiting_for, HasSubstr("sync bootstrap"));
}

TEST_F(ExpiredTest, ItIsFilledAtMostOnceAnHour) {
    forget();
    sync(tablet);
    tablet.sql("UPDATE sync_state SET value = 1 WHERE name = 'seen'");
    hub.now -= std::chrono::minutes(10);

    const SyncReport soon = sync(tablet);
    hub.now += std::chrono::minutes(60);
    const SyncReport later = sync(tablet);

    EXPECT_FALSE(soon.bootstrapped);
    EXPECT_THAT(soon.reason, HasSubstr("sync bootstrap"));
    EXPECT_TRUE(later.bootstrapped);
    expect_equal(tablet);
}

TEST_F(ExpiredTest, WhatInterruptsItIsToldAndItGoesOnLater) {
    forget();
    hub.network = [&](const HubRequest& request) {
        return request.path.starts_with(protocol::snapshot_path) ? test::no_answer() : hub.deliver(request);
    };

    const SyncReport first = sync(tablet);

    EXPECT_FALSE(first.bootstrapped);
    EXPECT_THAT(first.reason, HasSubstr("cannot be reached"));
    hub.network = {};
    EXPECT_TRUE(sync(tablet).bootstrapped);
    expect_equal(tablet);
}

}  // namespace
}  // namespace edge
