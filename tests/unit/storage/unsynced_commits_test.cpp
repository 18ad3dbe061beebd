#include "unsynced_commits.hpp"

#include "support/fault_vfs.hpp"
#include "support/temporary_folder.hpp"

#include "edge/storage/connection.hpp"
#include "edge/storage/writer_lock.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <thread>

namespace edge::storage {
namespace {

using std::chrono::milliseconds;

constexpr std::chrono::hours for_ever{1};

class UnsyncedCommitsTest : public testing::Test {
protected:
    LockWords words{};
    UnsyncedCommits till{&words};
    UnsyncedCommits sync{&words};

    void commit_in_background() {
        sync.begin_background();
        sync.end_background();
    }
};

TEST_F(UnsyncedCommitsTest, AreNoneUntilACommitDoesNotWaitForTheDisk) {
    EXPECT_TRUE(sync.are_none());

    commit_in_background();

    EXPECT_FALSE(sync.are_none());
    EXPECT_FALSE(till.are_none());
}

TEST_F(UnsyncedCommitsTest, AreTakenAlongByACommitThatWaits) {
    commit_in_background();
    commit_in_background();

    till.note_durable();

    EXPECT_TRUE(sync.are_none());
    commit_in_background();
    EXPECT_FALSE(sync.are_none());
}

TEST_F(UnsyncedCommitsTest, AreOnTheDiskAsFarAsTheLogHeldThem) {
    commit_in_background();
    const std::uint32_t written = sync.written();
    commit_in_background();

    sync.note_synced(written);

    EXPECT_FALSE(sync.are_none());
    sync.note_synced(sync.written());
    sync.note_synced(written);  // who was slower tells nothing new
    EXPECT_TRUE(sync.are_none());
}

TEST_F(UnsyncedCommitsTest, MayBeThereWhileOneIsUnderWay) {
    sync.begin_background();

    till.note_synced(till.written());

    EXPECT_FALSE(till.are_none());
    sync.end_background();
    EXPECT_FALSE(till.are_none()) << "what was on the disk before it ended is not known to hold it";
}

TEST_F(UnsyncedCommitsTest, AreNotForgottenWhenTheirWriterDies) {
    sync.begin_background();  // and its process is killed
    EXPECT_FALSE(till.are_none());

    UnsyncedCommits next(&words);
    next.begin_background();
    next.end_background();

    EXPECT_FALSE(till.are_none());
    next.note_synced(next.written());
    EXPECT_TRUE(till.are_none());
}

TEST_F(UnsyncedCommitsTest, AreTakenAlongFromADeadWriterToo) {
    sync.begin_background();

    till.note_durable();

    EXPECT_TRUE(till.are_none());
}

TEST_F(UnsyncedCommitsTest, AreCountedRoundTheEndOfTheNumbers) {
    words.background = std::numeric_limits<std::uint32_t>::max() - 1;
    words.synced = std::numeric_limits<std::uint32_t>::max() - 1;
    commit_in_background();

    EXPECT_EQ(words.background, 0U);
    EXPECT_FALSE(sync.are_none());
    till.note_durable();
    EXPECT_TRUE(sync.are_none());
}

TEST_F(UnsyncedCommitsTest, AreNotWaitedForWhereNobodySells) {
    commit_in_background();
    EXPECT_FALSE(sync.wait_for_sale(for_ever));

    sync.note_durable();  // its own sale is no sign of another's
    commit_in_background();
    EXPECT_FALSE(sync.wait_for_sale(for_ever));

    till.note_durable();
    commit_in_background();
    EXPECT_FALSE(sync.wait_for_sale(milliseconds(0)));
    words.sold_at -= 7'200'000;
    EXPECT_FALSE(sync.wait_for_sale(for_ever));
}

TEST_F(UnsyncedCommitsTest, AreUnknownWithoutSharedMemory) {
    UnsyncedCommits blind(nullptr);
    blind.begin_background();
    blind.end_background();
    blind.note_durable();
    blind.note_synced(blind.written());

    EXPECT_FALSE(blind.are_none());
    EXPECT_FALSE(blind.wait_for_sale(for_ever));
}

TEST(UnsyncedCommitsOfAFile, AreLeftToTheNextSale) {
    const test::TemporaryFolder folder;
    WriterLock counter(folder.file("shop.db"));
    WriterLock background(folder.file("shop.db"));
    UnsyncedCommits till(counter.words());
    UnsyncedCommits sync(background.words());
    till.note_durable();
    sync.begin_background();
    sync.end_background();

    std::thread selling([&] {
        counter.acquire(milliseconds(0));
        till.note_durable();
        counter.release();
    });

    EXPECT_TRUE(sync.wait_for_sale(for_ever));
    selling.join();
}

TEST(UnsyncedCommitsOfAFile, NeedTheDiskOnlyIfNoSaleTookThemAlong) {
    const test::TemporaryFolder folder;
    const std::string path = folder.file("shop.db");
    { const Connection made = Connection::create(path); }
    test::FaultVfs disk;
    Connection till = Connection::open(path, {.vfs = disk.name(), .sale_wait = milliseconds(0)});
    Connection sync = Connection::open(path, {.vfs = disk.name(), .sale_wait = milliseconds(0)});
    const auto write = [](Connection& db, Writing writing, const char* name) {
        WriteTransaction one(db, writing);
        if (name != nullptr) db.query("INSERT INTO meta (name, value) VALUES (?, '')", name).run();
        one.commit();
    };
    const auto is_on_disk = [&] {
        disk.fail_at(1, test::DiskFailure::io_error, test::FailureSpan::from_then_on);
        bool reached = true;
        try {
            sync.make_durable();
        } catch (const Error&) {
            reached = false;
        }
        disk.never_fail();
        return reached;
    };

    write(sync, Writing::background, "first");
    EXPECT_FALSE(is_on_disk());
    write(till, Writing::durable, nullptr);  // a commit of nothing waits for no disk
    EXPECT_FALSE(is_on_disk());
    write(till, Writing::durable, "sale");
    EXPECT_TRUE(is_on_disk());
    write(sync, Writing::background, "second");
    EXPECT_FALSE(is_on_disk());
    sync.make_durable();
    EXPECT_TRUE(is_on_disk());
}

}  // namespace
}  // namespace edge::storage
