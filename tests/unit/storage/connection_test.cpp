#include "edge/storage/connection.hpp"

#include "support/child_process.hpp"
#include "support/database_dump.hpp"
#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <thread>

namespace edge::storage {
namespace {

using std::chrono::milliseconds;

std::int64_t count_of(Connection& db, const std::string& table) {
    Query row = db.query("SELECT count(*) FROM " + table);
    row.step();
    return row.integer(0);
}

void save_fact(WriteTransaction& write, const std::string& name) {
    write.connection().query("INSERT INTO meta (name, value) VALUES (?, '')", name).run();
}

template <class Action>
ErrorCode code_thrown_by(Action action) {
    try {
        action();
    } catch (const Error& error) {
        return error.code();
    }
    return ErrorCode::internal;
}

class ConnectionTest : public testing::Test {
protected:
    test::TemporaryFolder folder;
    std::string path = folder.file("shop.db");
    Connection db = Connection::create(path);
};

TEST_F(ConnectionTest, ForgetsWhatWasNotCommitted) {
    {
        WriteTransaction write(db);
        save_fact(write, "colour");
    }
    EXPECT_EQ(count_of(db, "meta"), 0);
    EXPECT_FALSE(db.in_transaction());
}

TEST_F(ConnectionTest, RollsBackWhenAnExceptionLeavesTheScope) {
    EXPECT_THROW(
        {
            WriteTransaction write(db);
            save_fact(write, "colour");
            save_fact(write, "colour");
        },
        Error);

    EXPECT_EQ(count_of(db, "meta"), 0);
    WriteTransaction write(db);
    save_fact(write, "colour");
    write.commit();
    EXPECT_EQ(count_of(db, "meta"), 1);
}

TEST_F(ConnectionTest, ShowsAnotherConnectionOnlyWhatIsCommitted) {
    Connection other = Connection::open(path);
    WriteTransaction write(db);
    save_fact(write, "colour");

    EXPECT_EQ(count_of(other, "meta"), 0);
    write.commit();

    EXPECT_EQ(count_of(other, "meta"), 1);
}

TEST_F(ConnectionTest, ReadsOneStateOfTheFileInAReadTransaction) {
    Connection other = Connection::open(path);
    const ReadTransaction read(other);
    ASSERT_EQ(count_of(other, "meta"), 0);
    WriteTransaction write(db);
    save_fact(write, "colour");
    write.commit();

    EXPECT_EQ(count_of(other, "meta"), 0);
}

TEST_F(ConnectionTest, WaitsForAnotherWriterAndThenSaysBusy) {
    Connection other = Connection::open(path, {.lock_timeout = milliseconds(20)});
    const WriteTransaction write(db);

    EXPECT_EQ(code_thrown_by([&] { const WriteTransaction second(other); }), ErrorCode::busy);
}

TEST_F(ConnectionTest, SaysBusyToAForeignWriterWhoHoldsOnlySqlitesLock) {
    sqlite3* foreign = nullptr;
    ASSERT_EQ(sqlite3_open(path.c_str(), &foreign), SQLITE_OK);
    ASSERT_EQ(sqlite3_exec(foreign, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr), SQLITE_OK);
    Connection impatient = Connection::open(path, {.lock_timeout = milliseconds(20)});

    EXPECT_EQ(code_thrown_by([&] { const WriteTransaction write(impatient); }), ErrorCode::busy);

    sqlite3_exec(foreign, "COMMIT", nullptr, nullptr, nullptr);
    sqlite3_close(foreign);
    EXPECT_NO_THROW(WriteTransaction(impatient).commit());
}

TEST_F(ConnectionTest, SharesTheLockWithTheSameFileUnderAnotherName) {
    const std::string alias = folder.file("alias.db");
    std::filesystem::create_symlink(path, alias);
    Connection other = Connection::open(alias, {.lock_timeout = milliseconds(20)});
    ASSERT_TRUE(std::filesystem::exists(path + ".lock"));
    const WriteTransaction write(db);

    EXPECT_EQ(code_thrown_by([&] { const WriteTransaction second(other); }), ErrorCode::busy);
    EXPECT_FALSE(std::filesystem::exists(alias + ".lock"));
}

TEST_F(ConnectionTest, LosesNoWriteOfThreadsWithTheirOwnConnections) {
    constexpr int threads = 4;
    constexpr int writes = 50;
    std::vector<std::thread> writers;
    writers.reserve(threads);
    std::atomic<int> failures = 0;
    for (int t = 0; t < threads; ++t) {
        writers.emplace_back([&, t] {
            try {
                Connection mine = Connection::open(path, {.lock_timeout = milliseconds(60000)});
                for (int i = 0; i < writes; ++i) {
                    WriteTransaction write(mine);
                    save_fact(write, std::to_string(t) + "/" + std::to_string(i));
                    write.commit();
                }
            } catch (const Error&) {
                ++failures;
            }
        });
    }
    for (std::thread& writer : writers) writer.join();

    EXPECT_EQ(failures, 0);
    EXPECT_EQ(count_of(db, "meta"), threads * writes);
    EXPECT_EQ(test::integrity_of(path), "ok");
}

TEST_F(ConnectionTest, WritesAfterAnotherProcessDiedInTheMiddleOfATransaction) {
    test::ChildProcess child([&] {
        Connection theirs = Connection::open(path);
        WriteTransaction write(theirs);
        save_fact(write, "theirs");
        test::write_file(folder.file("ready"), "");
        ::pause();
    });
    while (!std::filesystem::exists(folder.file("ready"))) std::this_thread::yield();

    child.kill_and_wait();

    WriteTransaction write(db);
    save_fact(write, "mine");
    write.commit();
    EXPECT_EQ(count_of(db, "meta"), 1);
}

TEST_F(ConnectionTest, KeepsTheLogShortWhileItWrites) {
    const std::string value(100'000, 'x');

    for (int i = 0; i < 200; ++i) {
        WriteTransaction write(db);
        db.query("INSERT INTO meta (name, value) VALUES (?, ?)", std::to_string(i), value).run();
        write.commit();
    }

    EXPECT_LT(std::filesystem::file_size(path + "-wal"), 8U << 20U);  // 20 MB were written
}

TEST_F(ConnectionTest, EmptiesTheLogAtACheckpoint) {
    WriteTransaction write(db);
    save_fact(write, "colour");
    write.commit();
    ASSERT_GT(std::filesystem::file_size(path + "-wal"), 0U);

    checkpoint(db);

    EXPECT_EQ(std::filesystem::file_size(path + "-wal"), 0U);
}

TEST_F(ConnectionTest, DoesNotCheckpointWhileAnotherHoldsTheWriterLock) {
    Connection other = Connection::open(path);
    {
        WriteTransaction write(other);
        save_fact(write, "colour");
        write.commit();
    }
    const auto log_bytes = std::filesystem::file_size(path + "-wal");
    const WriteTransaction holding(db);

    { const Connection closing = std::move(other); }

    EXPECT_EQ(std::filesystem::file_size(path + "-wal"), log_bytes);
}

TEST_F(ConnectionTest, EmptiesTheLogWhenItIsClosed) {
    {
        Connection other = Connection::open(path);
        WriteTransaction write(other);
        save_fact(write, "colour");
        write.commit();
    }
    EXPECT_EQ(std::filesystem::file_size(path + "-wal"), 0U);
}

TEST_F(ConnectionTest, DoesNotWaitForReadersWhenItIsClosed) {
    Connection reader = Connection::open(path);
    auto closing = std::make_unique<Connection>(Connection::open(path, {.lock_timeout = milliseconds(60000)}));
    {
        WriteTransaction write(*closing);
        save_fact(write, "before");
        write.commit();
    }
    const ReadTransaction read(reader);
    ASSERT_EQ(count_of(reader, "meta"), 1);
    {
        WriteTransaction write(*closing);
        save_fact(write, "after");
        write.commit();
    }

    const auto begin = std::chrono::steady_clock::now();
    closing.reset();

    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(30));  // else it waited for the timeout
}

TEST_F(ConnectionTest, RefusesToWriteWhatWasOpenedForReading) {
    Connection reader = Connection::open(path, {.access = Access::read_only});

    EXPECT_EQ(count_of(reader, "meta"), 0);
    EXPECT_EQ(code_thrown_by([&] { const WriteTransaction write(reader); }), ErrorCode::read_only);
}

TEST_F(ConnectionTest, KeepsForeignKeysAndChecks) {
    WriteTransaction write(db);

    EXPECT_EQ(code_thrown_by([&] {
                  db.query(
                        "INSERT INTO bundles (seller_id, bundle_name, total_qty, window_start, window_end) "
                        "VALUES (99, '', 1, 0, 1)")
                      .run();
              }),
              ErrorCode::conflict);
    EXPECT_EQ(code_thrown_by([&] { db.query("INSERT INTO sync_lanes VALUES ('other', 1, 1, x'', 0, 0)").run(); }),
              ErrorCode::conflict);
}

TEST_F(ConnectionTest, StopsAStatementThatAnotherThreadInterrupts) {
    std::atomic<bool> done = false;
    std::thread other([&] {
        while (!done) db.interrupt();
    });

    const ErrorCode code = code_thrown_by([&] {
        db.query("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n").run();
    });
    done = true;
    other.join();

    EXPECT_EQ(code, ErrorCode::cancelled);
}

TEST(CreateConnection, LeavesOneFileWithTheNewestSchema) {
    const test::TemporaryFolder folder;
    const std::string path = folder.file("shop.db");

    { const Connection db = Connection::create(path); }

    EXPECT_EQ(test::integrity_of(path), "ok");
    EXPECT_EQ(test::select_column(path, "PRAGMA user_version").front(), std::to_string(newest_schema_version()));
    EXPECT_EQ(test::select_column(path, "PRAGMA journal_mode").front(), "wal");
    for (const auto& entry : std::filesystem::directory_iterator(folder.path()))
        EXPECT_EQ(entry.path().filename().string().rfind("shop.db.new", 0), std::string::npos) << entry.path();
}

TEST(CreateConnection, DoesNotTouchWhatIsThere) {
    const test::TemporaryFolder folder;
    const std::string path = folder.file("shop.db");
    test::write_file(path, "precious");

    EXPECT_EQ(code_thrown_by([&] { const Connection made = Connection::create(path); }), ErrorCode::already_exists);

    EXPECT_EQ(test::read_file(path), "precious");
}

TEST(CreateConnection, DoesNotFollowALinkThatLeadsNowhere) {
    const test::TemporaryFolder folder;
    const std::string path = folder.file("shop.db");
    std::filesystem::create_symlink(folder.file("elsewhere.db"), path);

    EXPECT_EQ(code_thrown_by([&] { const Connection made = Connection::create(path); }), ErrorCode::already_exists);

    EXPECT_FALSE(std::filesystem::exists(folder.file("elsewhere.db")));
}

TEST(CreateConnection, LeavesNothingWhereItCannotWrite) {
    const test::TemporaryFolder folder;

    EXPECT_NE(code_thrown_by([&] { const Connection made = Connection::create(folder.file("missing/shop.db")); }),
              ErrorCode::internal);

    EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(CreateConnection, SaysReadOnlyInAFolderThatMayNotBeWritten) {
    const test::TemporaryFolder folder;
    ASSERT_EQ(::chmod(folder.path().c_str(), 0555), 0);

    EXPECT_TRUE(test::succeeds_unprivileged([&] {
        return code_thrown_by([&] { const Connection made = Connection::create(folder.file("shop.db")); }) ==
               ErrorCode::read_only;
    }));
}

TEST(SqliteVersion, KnowsWhetherTheWriterLockIsNeeded) {
    EXPECT_EQ(sqlite_version().text, sqlite3_libversion());
    EXPECT_EQ(sqlite_version().has_wal_reset_fault, sqlite3_libversion_number() < 3051003);
}

}  // namespace
}  // namespace edge::storage
