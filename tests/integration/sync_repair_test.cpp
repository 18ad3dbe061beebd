#include "support/device.hpp"

#include "edge/hub/sqlite_store.hpp"
#include "edge/protocol/repair.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace edge {
namespace {

using test::Device;
using test::first_difference;
using testing::ElementsAre;
using testing::IsEmpty;

class SyncRepairTest : public testing::Test {
protected:
    void SetUp() override {
        till.engine->add_category("Bread", *Co2Coefficient::parse("2.5"));
        const BundleId bag = till.post().id;
        till.reserve(bag);
        till.reserve(bag);
        till.sql("INSERT INTO holidays (region, day, name) VALUES ('GB', 20400, 'Feast'), ('GB', 20401, 'Fair')");
        for (int round = 0; round < 2; ++round) {
            for (Device* device : {&till, &tablet}) sync(*device);
        }
    }
    SyncReport sync(Device& device) {
        hub.now += std::chrono::minutes(20);
        return device.sync();
    }
    void expect_equal(Device& device) {
        EXPECT_EQ(first_difference(device.rows(), device.rows_at_hub()), "");
        const SyncReport report = sync(device);
        EXPECT_FALSE(report.diverged);
        EXPECT_TRUE(report.equal) << report.reason;
    }
    static std::vector<std::string> incidents(Device& device) {
        return device.select("SELECT row_count FROM sync_repairs ORDER BY repair_id");
    }
    /// Another hand in the hub's own file: the sum that the hub keeps does not follow.
    void at_hub(const std::string& statement) { test::run_sql(folder.file("hub.db"), statement); }
    /// As a hub does that counts its sum from the rows.
    void recount_at_hub() { at_hub("UPDATE seller_head SET digest = NULL"); }

    test::TemporaryFolder folder;
    test::NearbyHub hub{folder.file("hub.db")};
    Device till{hub};
    Device tablet{hub};
};

TEST_F(SyncRepairTest, ARowDeletedByAHandThatDroppedTheTriggerIsDeletedEverywhere) {
    till.while_down("DROP TRIGGER capture_holidays_delete; DELETE FROM holidays WHERE name = 'Fair'");

    sync(till);
    sync(tablet);

    EXPECT_THAT(tablet.select("SELECT name FROM holidays"), ElementsAre("Feast"));
    expect_equal(till);
    expect_equal(tablet);
}

TEST_F(SyncRepairTest, ARowReplacedUnderItsNumberIsAnotherRow) {
    till.sql("INSERT OR REPLACE INTO holidays (holiday_id, region, day, name) VALUES (1, 'GB', 20409, 'Instead')");

    sync(till);
    sync(tablet);

    EXPECT_THAT(tablet.select("SELECT name FROM holidays ORDER BY 1"), ElementsAre("Fair", "Instead"));
    expect_equal(till);
    expect_equal(tablet);
}

TEST_F(SyncRepairTest, ARowReplacedByAnotherNumberIsDeletedAtOnce) {
    till.sql("INSERT OR REPLACE INTO holidays (holiday_id, region, day, name) VALUES (9, 'GB', 20400, 'Feast')");

    sync(till);
    sync(tablet);

    EXPECT_THAT(tablet.select("SELECT name FROM holidays ORDER BY 1"), ElementsAre("Fair", "Feast"));
    expect_equal(till);
    expect_equal(tablet);
    EXPECT_THAT(incidents(till), IsEmpty());
}

TEST_F(SyncRepairTest, ARowReplacedByAnUpdateIsDeletedAtOnce) {
    till.sql("UPDATE OR REPLACE holidays SET day = 20400, name = 'Feast' WHERE name = 'Fair'");

    sync(till);
    sync(tablet);

    EXPECT_THAT(tablet.select("SELECT count(*) FROM holidays"), ElementsAre("1"));
    expect_equal(till);
    expect_equal(tablet);
    EXPECT_THAT(incidents(till), IsEmpty());
}

/// A bundle is deleted after the one that came after it is made.
TEST_F(SyncRepairTest, ARowMadeUnderTheNumberOfADeletedOneLeavesNothingUnknown) {
    till.post("Gone");
    sync(till);
    till.sql("DELETE FROM bundles WHERE bundle_name = 'Gone'");
    till.post("Instead");
    ASSERT_THAT(till.select("SELECT max(bundle_id) FROM bundles"), ElementsAre("2"));

    const SyncReport report =
        till.engine->sync({.url = "http://hub", .direction = SyncDirection::pull, .exchange = hub.exchange()});

    EXPECT_FALSE(report.diverged) << "the hub has the deleted bundle still, and that is known";
    sync(till);
    expect_equal(till);
    EXPECT_THAT(incidents(till), IsEmpty());
}

TEST_F(SyncRepairTest, ARowDeletedAsIfByAPullIsGoneByTheNextDay) {
    till.sql(
        "INSERT INTO capture_guard VALUES (1); DELETE FROM holidays WHERE name = 'Feast'; DELETE FROM capture_guard");
    sync(till);
    hub.now += std::chrono::hours(24);

    sync(till);
    sync(tablet);

    EXPECT_THAT(tablet.select("SELECT name FROM holidays"), ElementsAre("Fair"));
    expect_equal(till);
    expect_equal(tablet);
}

TEST_F(SyncRepairTest, WhatTheHubHasOtherwiseIsTakenFromIt) {
    at_hub("UPDATE hub_row SET fields = replace(fields, 'Feast', 'Changed') WHERE tbl = 11");
    recount_at_hub();
    till.reserve(BundleId(std::stoll(till.select("SELECT bundle_id FROM bundles").front())));

    sync(till);

    EXPECT_THAT(till.select("SELECT name FROM holidays ORDER BY 1"), ElementsAre("Changed", "Fair"));
    EXPECT_THAT(incidents(till), ElementsAre("1"));
    expect_equal(till);
}

TEST_F(SyncRepairTest, WhatTheHubHasLostIsSentAgain) {
    at_hub("DELETE FROM hub_row WHERE tbl = 11");
    recount_at_hub();
    till.reserve(BundleId(std::stoll(till.select("SELECT bundle_id FROM bundles").front())));

    sync(till);

    EXPECT_THAT(till.select("SELECT count(*) FROM holidays"), ElementsAre("2"));
    expect_equal(till);
}

TEST_F(SyncRepairTest, AWrongSumIsAddedUpAgain) {
    till.sql("UPDATE sync_state SET value = '00000000000000000000000000000007' WHERE name = 'base_digest'");

    EXPECT_TRUE(sync(till).equal);

    EXPECT_THAT(incidents(till), IsEmpty());
    expect_equal(till);
}

TEST_F(SyncRepairTest, ARowForgottenHereComesBack) {
    till.sql(
        "INSERT INTO capture_guard VALUES (1); DELETE FROM holidays WHERE name = 'Fair'; DELETE FROM capture_guard; "
        "DELETE FROM sync_base WHERE place & 15 = 11; UPDATE sync_state SET value = '' WHERE name = 'base_digest'");

    sync(till);

    EXPECT_THAT(till.select("SELECT name FROM holidays ORDER BY 1"), ElementsAre("Fair", "Feast"));
    expect_equal(till);
}

TEST_F(SyncRepairTest, WhatIsNotSentYetStaysOnTop) {
    till.sql("UPDATE bundles SET price_minor = 123");
    at_hub("UPDATE hub_row SET fields = replace(fields, 'Evening bag', 'Morning bag') WHERE tbl = 3");
    recount_at_hub();

    sync(till);

    EXPECT_THAT(till.select("SELECT bundle_name || ' ' || price_minor FROM bundles"), ElementsAre("Morning bag 123"));
    expect_equal(till);
}

TEST_F(SyncRepairTest, ABucketThatDiffersAfterThreeRepairsInADayIsLeftAlone) {
    const BundleId bag(std::stoll(till.select("SELECT bundle_id FROM bundles").front()));
    for (int time = 0; time < 4; ++time) {
        at_hub("UPDATE hub_row SET fields = json_set(fields, '$.name', 'Wrong " + std::to_string(time) +
               "') WHERE tbl = 11 AND fields ->> 'day' = '2025-11-08'");
        recount_at_hub();
        till.reserve(bag);
        sync(till);
    }

    const SyncStatusReport status = till.engine->sync_status();

    EXPECT_THAT(incidents(till), ElementsAre("1", "1", "1"));
    EXPECT_TRUE(status.diverged);
    EXPECT_EQ(status.repairs_today, 3);
    EXPECT_EQ(status.buckets_left_alone, 1);
    EXPECT_THAT(till.select("SELECT count(*) FROM holidays WHERE name = 'Wrong 2'"), ElementsAre("1"));

    hub.now += std::chrono::hours(25);
    sync(till);
    expect_equal(till);
}

TEST_F(SyncRepairTest, AHubThatKnowsNoRepairIsLeftAtThat) {
    at_hub("DELETE FROM hub_row WHERE tbl = 11");
    recount_at_hub();
    till.reserve(BundleId(std::stoll(till.select("SELECT bundle_id FROM bundles").front())));
    hub.network = [&](const HubRequest& request) {
        if (request.path == protocol::repair_path) return test::answer_of(404, "{}");
        return hub.deliver(request);
    };

    const SyncReport report = sync(till);

    EXPECT_TRUE(report.diverged);
    EXPECT_FALSE(report.equal);
    EXPECT_EQ(report.pending_changes, 0);
    EXPECT_THAT(till.select("SELECT count(*) FROM holidays"), ElementsAre("2"));
}

}  // namespace
}  // namespace edge
