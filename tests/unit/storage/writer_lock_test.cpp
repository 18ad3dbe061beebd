#include "edge/storage/writer_lock.hpp"

#include "support/temporary_folder.hpp"

#include "edge/core/error.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <string>
#include <thread>
#include <vector>

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

TEST_F(WriterLockTest, LetsWhoeverWaitsAtACounterInFirst) {
    WriterLock mine(database);
    WriterLock sale(database);
    WriterLock background(database);
    mine.acquire(milliseconds(0));
    std::vector<std::string> order;
    const auto write = [&](WriterLock& lock, Turn turn, const char* name) {
        lock.acquire(std::chrono::seconds(60), turn);
        order.emplace_back(name);
        lock.release();
    };
    std::thread selling([&] { write(sale, Turn::next, "sale"); });
    while (!background.is_awaited()) std::this_thread::yield();
    std::thread syncing([&] { write(background, Turn::after_others, "background"); });

    mine.release();
    selling.join();
    syncing.join();

    EXPECT_EQ(order, (std::vector<std::string>{"sale", "background"}));
    EXPECT_FALSE(mine.is_awaited());
}

TEST_F(WriterLockTest, DoesNotLetOthersInForEver) {
    WriterLock waiting(database);
    WriterLock background(database);
    waiting.acquire(milliseconds(0));
    WriterLock patient(database);
    std::thread waits([&] {
        try {
            patient.acquire(milliseconds(50));
        } catch (const Error&) {  // nobody lets it in
        }
    });

    EXPECT_THROW(background.acquire(milliseconds(20), Turn::after_others), Error);
    waits.join();
    waiting.release();
    EXPECT_NO_THROW(background.acquire(milliseconds(0), Turn::after_others));
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
