#include "support/device.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace edge {
namespace {

using test::Device;
using test::first_difference;
using testing::ElementsAre;
using testing::IsEmpty;

/// What a plain sqlite3 shell does to the file while the program is down.
class CaptureCheckTest : public testing::Test {
protected:
    void SetUp() override {
        till.engine->add_category("Bread", *Co2Coefficient::parse("2.5"));
        const BundleId bag = till.post().id;
        till.engine->collect(till.reserve(bag).claim_code);
        till.reserve(bag);
        till.sql("INSERT INTO holidays (region, day, name) VALUES ('GB', 20400, 'Feast'), ('GB', 20401, 'Fair')");
        till.engine->refresh(till.engine->home_seller());
        sync();
        triggers = till.select(all_triggers);
    }
    SyncReport sync() {
        hub.now += std::chrono::hours(2);
        return till.sync();
    }
    [[nodiscard]] std::string drop_triggers() {
        std::string statements;
        for (const std::string& name : till.select("SELECT name FROM sqlite_schema WHERE type = 'trigger'")) {
            statements += "DROP TRIGGER " + name + "; ";
        }
        return statements;
    }
    void expect_equal() {
        EXPECT_EQ(first_difference(test::synced_rows(till.path()), hub.rows(till.seller_key())), "");
        EXPECT_EQ(till.select(all_triggers), triggers);
    }

    static constexpr const char* all_triggers = "SELECT sql FROM sqlite_schema WHERE type = 'trigger' ORDER BY name";
    test::TemporaryFolder folder;
    test::NearbyHub hub{folder.file("hub.db")};
    Device till{hub};
    std::vector<std::string> triggers;
};

TEST_F(CaptureCheckTest, DroppedTriggersAreMadeAgainAndWhatTheyMissedIsSent) {
    till.while_down(drop_triggers() +
                    "UPDATE bundles SET bundle_name = 'By hand'; UPDATE sellers SET city = 'Leeds'; "
                    "INSERT INTO holidays (region, day, name) VALUES ('GB', 20402, 'New')");

    EXPECT_EQ(till.select(all_triggers), triggers);
    EXPECT_TRUE(sync().equal);
    expect_equal();
}

TEST_F(CaptureCheckTest, TriggersMadeAgainByTheSameHandDoNotHideWhatItDid) {
    std::string again;
    for (const std::string& sql : triggers) again += "; " + sql;

    till.while_down(drop_triggers() + "UPDATE reservations SET collected_at = 1764000000000000" + again);

    EXPECT_TRUE(sync().equal);
    expect_equal();
}

TEST_F(CaptureCheckTest, ATableThatAToolRebuiltIsCapturedAgain) {
    till.while_down(
        "CREATE TABLE rebuilt (holiday_id INTEGER PRIMARY KEY, uuid BLOB NOT NULL UNIQUE DEFAULT (randomblob(16)) "
        "CHECK (length(uuid) = 16), region TEXT NOT NULL, day INTEGER NOT NULL, name TEXT NOT NULL, source TEXT NOT "
        "NULL DEFAULT '', UNIQUE (region, day, name)) STRICT; INSERT INTO rebuilt SELECT holiday_id, uuid, region, "
        "day, name || '!', source FROM holidays; DROP TABLE holidays; PRAGMA legacy_alter_table = ON; ALTER TABLE "
        "rebuilt RENAME TO holidays");
    EXPECT_EQ(till.select(all_triggers), triggers);
    EXPECT_TRUE(sync().equal);

    till.sql("INSERT INTO holidays (region, day, name) VALUES ('GB', 20403, 'Captured')");

    EXPECT_EQ(sync().changes_sent, 1);
    expect_equal();
}

TEST_F(CaptureCheckTest, TheTotalsAreCountedAnewAfterwards) {
    till.while_down(drop_triggers() + "DELETE FROM reservations WHERE collected_at IS NOT NULL");

    till.engine->refresh(till.engine->home_seller());

    EXPECT_THAT(till.engine->verify().findings, IsEmpty());
    EXPECT_THAT(till.select("SELECT sold FROM seller_totals"), ElementsAre("0"));
}

TEST_F(CaptureCheckTest, ASaleThatAnotherReplacedIsDeletedAndNotCounted) {
    till.while_down(
        "INSERT OR REPLACE INTO reservations (bundle_id, claim_code) SELECT bundle_id, claim_code FROM reservations "
        "WHERE collected_at IS NOT NULL");

    till.engine->refresh(till.engine->home_seller());

    EXPECT_THAT(till.engine->verify().findings, IsEmpty());
    EXPECT_THAT(till.select("SELECT sold FROM seller_totals"), ElementsAre("0"));
    EXPECT_TRUE(sync().equal);
    expect_equal();
}

TEST_F(CaptureCheckTest, ACategoryThatAnotherReplacedIsDeleted) {
    till.while_down(
        "DELETE FROM bundle_category; INSERT OR REPLACE INTO category (category_name, category_coefficient) VALUES "
        "('Bread', '1')");

    EXPECT_TRUE(sync().equal);
    expect_equal();
}

TEST_F(CaptureCheckTest, ATriggerDroppedUnderARunningProgramIsFoundByTheNextSync) {
    till.sql("DROP TRIGGER capture_bundles_update; UPDATE bundles SET bundle_name = 'By hand'");

    EXPECT_TRUE(sync().equal);
    expect_equal();
}

TEST_F(CaptureCheckTest, AnIndexOfAnAnalystMakesNothingToSend) {
    till.while_down("CREATE INDEX mine ON reservations (consumer_id); VACUUM");

    EXPECT_EQ(sync().changes_sent, 0);
    expect_equal();
}

TEST_F(CaptureCheckTest, AnOrdinaryOpenWritesNothing) {
    const std::vector<std::string> before = till.select("SELECT seq FROM journal");

    till.while_down("SELECT 1");

    EXPECT_EQ(till.select("SELECT seq FROM journal"), before);
    EXPECT_EQ(sync().changes_sent, 0);
}

TEST_F(CaptureCheckTest, WhatIsNotSentYetIsSentOnce) {
    till.post("Unsent");
    till.while_down(drop_triggers() + "UPDATE bundles SET total_qty = 7");

    EXPECT_TRUE(sync().equal);
    EXPECT_EQ(sync().changes_sent, 0);
    expect_equal();
}

}  // namespace
}  // namespace edge
