#include "support/child_process.hpp"
#include "support/database_dump.hpp"
#include "support/temporary_folder.hpp"

#include "edge/storage/connection.hpp"

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <thread>

namespace edge::storage {
namespace {

/// Opens a file and reads all of it, as a program would; the code of what was thrown, if anything.
std::optional<ErrorCode> code_of_opening(const std::string& path, const OpenOptions& options = {}) {
    try {
        Connection db = Connection::open(path, options);
        for (const char* table : {"meta", "bundles", "journal"}) db.query(std::string("SELECT * FROM ") + table).run();
        return std::nullopt;
    } catch (const Error& error) {
        return error.code();
    }
}

class RefusalTest : public testing::Test {
protected:
    test::TemporaryFolder folder;
    std::string path = folder.file("shop.db");

    /// A good file as one is found at rest: all in one file, nothing beside it.
    std::string make_good_file() const {
        { const Connection db = Connection::create(path); }
        for (const char* suffix : {"-wal", "-shm", ".lock"}) std::filesystem::remove(path + suffix);
        return test::read_file(path);
    }
    void expect_refusal(ErrorCode code) const {
        const std::string before = test::read_file(path);
        for (const Access access : {Access::read_write, Access::read_only})
            EXPECT_EQ(code_of_opening(path, {.access = access}), code);
        EXPECT_TRUE(test::read_file(path) == before) << "the file was changed";
    }
};

TEST_F(RefusalTest, AFileThatIsMissingIsNotFoundAndNotMade) {
    EXPECT_EQ(code_of_opening(path), ErrorCode::not_found);
    EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST_F(RefusalTest, AFolderIsNoDatabase) {
    std::filesystem::create_directory(path);

    EXPECT_EQ(code_of_opening(path), ErrorCode::not_a_database);
}

TEST_F(RefusalTest, AnEmptyFileIsNoDatabase) {
    test::write_file(path, "");

    expect_refusal(ErrorCode::not_a_database);
}

TEST_F(RefusalTest, ATextFileIsNoDatabase) {
    test::write_file(path, std::string(5000, 'a') + "\n");

    expect_refusal(ErrorCode::not_a_database);
}

TEST_F(RefusalTest, AFileThatOnlyBeginsLikeADatabaseIsNone) {
    test::write_file(path, "SQLite format 3");

    expect_refusal(ErrorCode::not_a_database);
}

TEST_F(RefusalTest, TheDatabaseOfAnotherProgramIsNotOurs) {
    test::write_file(path, "");
    test::run_sql(path, "CREATE TABLE notes (note TEXT); INSERT INTO notes VALUES ('precious')");

    expect_refusal(ErrorCode::not_a_database);
}

TEST_F(RefusalTest, AFileOfANewerProgramIsTooNew) {
    make_good_file();
    test::run_sql(path, "PRAGMA user_version = 9999; PRAGMA wal_checkpoint(TRUNCATE)");

    expect_refusal(ErrorCode::schema_too_new);
}

TEST_F(RefusalTest, AFileThatBecameTooNewInItsLogOnlyIsTooNewAsWell) {
    make_good_file();
    test::run_sql(path, "PRAGMA user_version = 9999");
    ASSERT_GT(std::filesystem::file_size(path + "-wal"), 0U);

    expect_refusal(ErrorCode::schema_too_new);
}

TEST_F(RefusalTest, AFileThatIsCutShortIsCorrupt) {
    const std::string good = make_good_file();

    for (const std::size_t length : {std::size_t{100}, std::size_t{512}, good.size() / 2, good.size() - 1}) {
        test::write_file(path, good.substr(0, length));
        SCOPED_TRACE(length);
        expect_refusal(ErrorCode::corrupt_data);
    }
}

TEST_F(RefusalTest, AFileThatIsCutShortBesideAnEmptyLogIsCorrupt) {
    const std::string good = make_good_file();
    test::write_file(path, good.substr(0, good.size() / 2));
    test::write_file(path + "-wal", "");

    expect_refusal(ErrorCode::corrupt_data);
}

TEST_F(RefusalTest, ADamagedHeaderIsCorrupt) {
    std::string damaged = make_good_file();
    damaged[16] = 3;  // a page size that is no power of two
    damaged[17] = 7;
    test::write_file(path, damaged);

    expect_refusal(ErrorCode::corrupt_data);
}

TEST_F(RefusalTest, ADamagedPageIsCorruptWhenItIsRead) {
    std::string damaged = make_good_file();
    for (std::size_t i = 100; i < 4096; ++i) damaged[i] = static_cast<char>(i * 37);
    test::write_file(path, damaged);

    expect_refusal(ErrorCode::corrupt_data);
}

TEST_F(RefusalTest, AFileWithoutWritePermissionIsReadOnlyAndStillReadable) {
    const std::string before = make_good_file();
    ASSERT_EQ(::chmod(folder.path().c_str(), 0777), 0);
    ASSERT_EQ(::chmod(path.c_str(), 0444), 0);

    EXPECT_TRUE(test::succeeds_unprivileged([&] { return code_of_opening(path) == ErrorCode::read_only; }));
    EXPECT_TRUE(test::succeeds_unprivileged([&] { return !code_of_opening(path, {.access = Access::read_only}); }));

    EXPECT_TRUE(test::read_file(path) == before);
}

TEST_F(RefusalTest, AFileInAFolderWithoutWritePermissionIsReadOnly) {
    const std::string before = make_good_file();
    ASSERT_EQ(::chmod(path.c_str(), 0666), 0);
    ASSERT_EQ(::chmod(folder.path().c_str(), 0555), 0);

    EXPECT_TRUE(test::succeeds_unprivileged([&] { return code_of_opening(path) == ErrorCode::read_only; }));
    EXPECT_TRUE(test::succeeds_unprivileged([&] {
        return code_of_opening(path, {.access = Access::read_only}).value_or(ErrorCode::read_only) ==
               ErrorCode::read_only;
    }));

    ASSERT_EQ(::chmod(folder.path().c_str(), 0755), 0);
    EXPECT_TRUE(test::read_file(path) == before);
}

TEST_F(RefusalTest, AFileThatMayNotBeReadIsReadOnly) {
    make_good_file();
    ASSERT_EQ(::chmod(folder.path().c_str(), 0777), 0);
    ASSERT_EQ(::chmod(path.c_str(), 0), 0);

    EXPECT_TRUE(test::succeeds_unprivileged([&] { return code_of_opening(path) == ErrorCode::read_only; }));
}

TEST_F(RefusalTest, AFileThatAnotherProcessKeepsForItselfIsBusy) {
    const std::string before = make_good_file();
    test::ChildProcess other([&] {
        sqlite3* handle = nullptr;
        sqlite3_open(path.c_str(), &handle);
        sqlite3_exec(handle, "PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; SELECT count(*) FROM meta", nullptr,
                     nullptr, nullptr);
        test::write_file(folder.file("ready"), "");
        ::pause();
    });
    while (!std::filesystem::exists(folder.file("ready"))) std::this_thread::yield();

    EXPECT_EQ(code_of_opening(path, {.lock_timeout = std::chrono::milliseconds(20)}), ErrorCode::busy);

    other.kill_and_wait();
    EXPECT_TRUE(test::read_file(path) == before);
    EXPECT_EQ(code_of_opening(path), std::nullopt);
}

TEST_F(RefusalTest, SaysWhatWasAttemptedOnWhichFileAndWhatToDo) {
    try {
        const Connection db = Connection::open(path);
        FAIL() << "a missing file was opened";
    } catch (const Error& error) {
        EXPECT_EQ(std::string(error.what()), "cannot open " + path + ": there is no such file");
        EXPECT_FALSE(error.hint().empty());
    }
}

}  // namespace
}  // namespace edge::storage
