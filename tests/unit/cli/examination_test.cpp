#include "commands/examination.hpp"

#include "support/child_process.hpp"
#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

namespace edge::cli {
namespace {

Timestamp at(const char* text) { return parse_timestamp(text).value(); }

TEST(Examination, KnowsSqlitesWalResetFault) {
    EXPECT_EQ(examine_sqlite(3'040'001).health, Health::note);
    EXPECT_NE(examine_sqlite(3'040'001).message.find("SQLite 3.40.1"), std::string::npos);
    EXPECT_EQ(examine_sqlite(3'051'003).health, Health::good);
    EXPECT_EQ(examine_sqlite(3'036'000).health, Health::finding);
}

TEST(Examination, FindsADiskThatIsNearlyFull) {
    EXPECT_EQ(examine_disk(1'000'000'000, 1'000).health, Health::good);
    EXPECT_EQ(examine_disk(10'000'000, 1'000).health, Health::finding);
    EXPECT_EQ(examine_disk(1'000'000'000, 2'000'000'000).health, Health::finding);
}

TEST(Examination, FindsAClockThatIsBehindTheFile) {
    EXPECT_EQ(examine_clock(at("2026-11-23T12:00:00Z"), at("2026-11-23T11:00:00Z")).health, Health::good);
    EXPECT_EQ(examine_clock(at("2026-11-23T12:00:00Z"), at("2026-11-24T12:00:00Z")).health, Health::finding);
    EXPECT_EQ(examine_clock(at("1970-01-01T00:10:00Z"), at("1970-01-01T00:00:00Z")).health, Health::finding);
}

TEST(Examination, FindsAFileThatEverybodyCanWrite) {
    const test::TemporaryFolder folder;
    const std::string path = folder.file("shop.db");
    test::write_file(path, "");

    ::chmod(path.c_str(), 0600);
    EXPECT_EQ(examine_permissions(path).health, Health::good);
    ::chmod(path.c_str(), 0666);
    EXPECT_EQ(examine_permissions(path).health, Health::finding);
}

TEST(Examination, FindsAFileOfSomebodyElse) {
    const test::TemporaryFolder folder;
    const std::string path = folder.file("shop.db");
    test::write_file(path, "");
    ::chmod(path.c_str(), 0600);

    EXPECT_TRUE(test::succeeds_unprivileged([&] {
        ::chmod(path.c_str(), 0);
        return examine_permissions(path).health == Health::finding && !examine_permissions(path).remedy.empty();
    }));
}

TEST(Examination, FindsATimeZoneThatTheSystemDoesNotKnow) {
    EXPECT_EQ(examine_time_zone("Europe/London").health, Health::good);
    EXPECT_EQ(examine_time_zone("Mars/Olympus").health, Health::finding);
}

TEST(Examination, FindsABacklogThatIsADayOld) {
    SyncStatusReport sync;
    EXPECT_EQ(examine_backlog(sync, at("2026-11-23T12:00:00Z")).health, Health::good);
    sync.pending_changes = 3;
    sync.oldest_pending = at("2026-11-23T11:00:00Z");
    EXPECT_EQ(examine_backlog(sync, at("2026-11-23T12:00:00Z")).health, Health::good);
    EXPECT_EQ(examine_backlog(sync, at("2026-11-24T12:00:00Z")).health, Health::finding);
}

TEST(Examination, FindsChangesThatTheHubDidNotTake) {
    SyncStatusReport sync;
    sync.rejects = 1;

    EXPECT_EQ(examine_backlog(sync, at("2026-11-23T12:00:00Z")).health, Health::finding);
}

TEST(Examination, FindsRowsThatAreNotAsTheHubHasThem) {
    SyncStatusReport sync;
    sync.diverged = true;
    EXPECT_EQ(examine_backlog(sync, at("2026-11-23T12:00:00Z")).health, Health::finding);

    sync.diverged = false;
    sync.buckets_left_alone = 1;
    EXPECT_EQ(examine_backlog(sync, at("2026-11-23T12:00:00Z")).health, Health::finding);
}

}  // namespace
}  // namespace edge::cli
