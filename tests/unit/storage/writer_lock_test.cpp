#include "edge/storage/writer_lock.hpp"

#include "support/temporary_folder.hpp"

#include "edge/core/error.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>

namespace edge::storage {
namespace {

using std::chrono::milliseconds;

class WriterLockTest : public testing::Test {
protected:
    test::TemporaryFolder folder;
    std::string database = folder.file("shop.db");
};

TEST_F(WriterLockTest, ExcludesAnotherConnectionOfTheSameProcess) {
    WriterLock mine(database);
    WriterLock other(database);

    ASSERT_TRUE(mine.try_acquire());

    EXPECT_FALSE(other.try_acquire());
    mine.release();
    EXPECT_TRUE(other.try_acquire());
}

TEST_F(WriterLockTest, GivesUpWithBusyWhenTheTimeIsOver) {
    WriterLock mine(database);
    WriterLock other(database);
    mine.acquire(milliseconds(0));

    try {
        other.acquire(milliseconds(20));
        FAIL() << "the lock was given twice";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::busy);
        EXPECT_TRUE(is_retryable(error.code()));
    }
}

TEST_F(WriterLockTest, IsLetGoByItsDestructor) {
    {
        WriterLock mine(database);
        mine.acquire(milliseconds(0));
    }
    WriterLock other(database);

    EXPECT_TRUE(other.try_acquire());
}

TEST_F(WriterLockTest, IsKeptByAnotherProcessUntilThatIsKilled) {
    std::array<int, 2> pipe_ends{};
    ASSERT_EQ(::pipe(pipe_ends.data()), 0);
    const pid_t child = ::fork();
    if (child == 0) {
        WriterLock held(database);
        held.acquire(milliseconds(0));
        const char ready = 'r';
        if (::write(pipe_ends[1], &ready, 1) != 1) ::_exit(1);
        ::pause();
        ::_exit(0);
    }
    char ready = 0;
    ASSERT_EQ(::read(pipe_ends[0], &ready, 1), 1);
    WriterLock mine(database);

    EXPECT_FALSE(mine.try_acquire());

    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    EXPECT_TRUE(mine.try_acquire());
    ::close(pipe_ends[0]);
    ::close(pipe_ends[1]);
}

TEST_F(WriterLockTest, SaysWhichFileItCannotMake) {
    const std::string nowhere = folder.file("missing/shop.db");

    try {
        WriterLock lock(nowhere);
        FAIL() << "a lock was made in a folder that does not exist";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::io_failure);
        EXPECT_NE(std::string(error.what()).find(nowhere), std::string::npos);
    }
}

}  // namespace
}  // namespace edge::storage
