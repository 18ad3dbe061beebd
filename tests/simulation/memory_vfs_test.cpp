#include "simulation/memory_vfs.hpp"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <memory>
#include <string>

namespace edge::simulation {
namespace {

struct Close {
    void operator()(sqlite3* database) const { sqlite3_close(database); }
};
using Database = std::unique_ptr<sqlite3, Close>;

class MemoryVfsTest : public testing::Test {
protected:
    void TearDown() override {
        for (const std::string& path : {file, file + "-wal"}) remove_memory(path);
    }

    [[nodiscard]] Database open() const {
        sqlite3* opened = nullptr;
        EXPECT_EQ(sqlite3_open_v2(file.c_str(), &opened, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, memory_vfs()),
                  SQLITE_OK);
        Database database(opened);
        sqlite3_db_config(opened, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
        EXPECT_EQ(exec(database, "PRAGMA journal_mode = WAL"), SQLITE_OK);
        return database;
    }
    static int exec(const Database& database, const char* sql) {
        return sqlite3_exec(database.get(), sql, nullptr, nullptr, nullptr);
    }
    static int sum(const Database& database) {
        int found = -1;
        const auto keep = [](void* place, int, char** values, char**) {
            *static_cast<int*>(place) = std::stoi(values[0]);
            return 0;
        };
        EXPECT_EQ(sqlite3_exec(database.get(), "SELECT total(a) FROM t", keep, &found, nullptr), SQLITE_OK);
        return found;
    }

    const std::string file = "/in-memory/test.db";
};

TEST_F(MemoryVfsTest, LetsOneWriteWhileOthersRead) {
    const Database one = open();
    const Database other = open();
    ASSERT_EQ(exec(one, "CREATE TABLE t (a); INSERT INTO t VALUES (1)"), SQLITE_OK);
    ASSERT_EQ(exec(one, "BEGIN IMMEDIATE; INSERT INTO t VALUES (2)"), SQLITE_OK);

    EXPECT_EQ(exec(other, "BEGIN IMMEDIATE"), SQLITE_BUSY);
    EXPECT_EQ(sum(other), 1);
    ASSERT_EQ(exec(one, "COMMIT"), SQLITE_OK);

    EXPECT_EQ(sum(other), 3);
    EXPECT_EQ(exec(other, "BEGIN IMMEDIATE; INSERT INTO t VALUES (4); COMMIT"), SQLITE_OK);
    EXPECT_EQ(sum(one), 7);
}

TEST_F(MemoryVfsTest, WhoHasItOpenSeesTheBytesThatWerePutInItsPlace) {
    const Database one = open();
    ASSERT_EQ(exec(one, "CREATE TABLE t (a); INSERT INTO t VALUES (1)"), SQLITE_OK);
    const std::string database = read_memory(file);
    const std::string log = read_memory(file + "-wal");
    ASSERT_EQ(exec(one, "INSERT INTO t VALUES (2)"), SQLITE_OK);
    ASSERT_EQ(sum(one), 3);

    write_memory(file + "-wal", log);
    write_memory(file, database);

    EXPECT_EQ(sum(one), 1);
    EXPECT_EQ(sum(open()), 1);
    EXPECT_EQ(exec(one, "INSERT INTO t VALUES (4)"), SQLITE_OK);
    EXPECT_EQ(sum(open()), 5);
}

TEST_F(MemoryVfsTest, WhatALogHoldsIsFoundWithoutWhatWasShared) {
    const Database one = open();
    ASSERT_EQ(exec(one, "CREATE TABLE t (a); INSERT INTO t VALUES (8)"), SQLITE_OK);
    EXPECT_TRUE(is_in_memory(file + "-wal"));

    forget_sharing(file);

    EXPECT_EQ(sum(one), 8);
    EXPECT_EQ(sum(open()), 8);
    EXPECT_FALSE(is_in_memory("/in-memory/another"));
    EXPECT_EQ(read_memory("/in-memory/another"), "");
}

TEST_F(MemoryVfsTest, WhatIsNotThereCannotBeOpened) {
    sqlite3* opened = nullptr;
    EXPECT_EQ(sqlite3_open_v2("/in-memory/another", &opened, SQLITE_OPEN_READWRITE, memory_vfs()), SQLITE_CANTOPEN);
    sqlite3_close(opened);
}

}  // namespace
}  // namespace edge::simulation
