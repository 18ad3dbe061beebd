#include "support/database_dump.hpp"
#include "support/fault_vfs.hpp"
#include "support/temporary_folder.hpp"

#include "edge/storage/connection.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <functional>

namespace edge::storage {
namespace {

using test::DiskFailure;
using test::FailureSpan;

struct Fault {
    const char* name;
    DiskFailure failure;
    FailureSpan span;
};

void PrintTo(const Fault& fault, std::ostream* out) { *out << fault.name; }

class DiskFailureTest : public testing::TestWithParam<Fault> {
protected:
    void fail_at(std::int64_t nth) { disk.fail_at(nth, GetParam().failure, GetParam().span); }
    [[nodiscard]] ErrorCode expected_code() const {
        return GetParam().failure == DiskFailure::disk_full ? ErrorCode::disk_full : ErrorCode::io_failure;
    }
    [[nodiscard]] OpenOptions faulty() const { return {.vfs = disk.name()}; }

    test::FaultVfs disk;
    test::TemporaryFolder folder;
    std::string path = folder.file("shop.db");
};

void write_facts(Connection& db, const std::string& value) {
    WriteTransaction write(db);
    for (int i = 0; i < 20; ++i) {
        db.query("INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
                 std::to_string(i), value + std::string(3000, '.'))
            .run();
    }
    write.commit();
}

TEST_P(DiskFailureTest, LeavesNoHalfMadeFile) {
    std::int64_t n = 0;
    bool made = false;
    while (!made) {
        fail_at(++n);
        try {
            const Connection db = Connection::create(path, faulty());
            made = true;
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), expected_code()) << "change " << n << ": " << error.what();
        }
        disk.never_fail();
        if (std::filesystem::exists(path)) {
            ASSERT_EQ(test::integrity_of(path), "ok") << "change " << n;
            ASSERT_NO_THROW(const Connection db = Connection::open(path)) << "change " << n;
            for (const char* suffix : {"", "-wal", "-shm", ".lock"}) std::filesystem::remove(path + suffix);
        }
        ASSERT_TRUE(std::filesystem::is_empty(folder.path())) << "change " << n << " left something behind";
        made = made && !disk.has_failed();
    }
    EXPECT_GT(n, 3);
}

/// A commit whose sync failed is not acknowledged, but may be found all the same.
TEST_P(DiskFailureTest, LeavesTheOldOrTheNewState) {
    Connection keeper = Connection::create(path);
    write_facts(keeper, "new");
    const test::DatabaseDump new_state = test::dump_database(path);
    write_facts(keeper, "old");
    const test::DatabaseDump old_state = test::dump_database(path);
    std::int64_t n = 0;
    for (bool failed = true; failed;) {
        fail_at(++n);
        bool acknowledged = false;
        try {
            Connection db = Connection::open(path, faulty());
            write_facts(db, "new");
            acknowledged = true;
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), expected_code()) << "change " << n << ": " << error.what();
        }
        failed = disk.has_failed();
        disk.never_fail();

        ASSERT_EQ(test::integrity_of(path), "ok") << "change " << n;
        const test::DatabaseDump found = test::dump_database(path);
        const std::string differs_from_new = test::first_difference(new_state, found);
        ASSERT_TRUE(differs_from_new.empty() || !acknowledged) << "change " << n << " was lost: " << differs_from_new;
        const std::string differs_from_old = test::first_difference(old_state, found);
        ASSERT_TRUE(differs_from_new.empty() || differs_from_old.empty()) << "change " << n << ": " << differs_from_old;
        write_facts(keeper, "old");
    }
    EXPECT_GT(n, 3);
}

TEST_P(DiskFailureTest, LetsTheSameConnectionGoOn) {
    Connection db = Connection::create(path, faulty());
    std::int64_t n = 0;
    for (bool failed = true; failed;) {
        fail_at(++n);
        try {
            write_facts(db, std::to_string(n));
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), expected_code()) << "change " << n << ": " << error.what();
        }
        failed = disk.has_failed();
        disk.never_fail();

        ASSERT_NO_THROW(write_facts(db, "after")) << "change " << n;
        EXPECT_EQ(test::select_column(path, "SELECT count(*) FROM meta WHERE value LIKE 'after%'").front(), "20");
    }
    EXPECT_EQ(test::integrity_of(path), "ok");
}

INSTANTIATE_TEST_SUITE_P(EachWay, DiskFailureTest,
                         testing::Values(Fault{"IoErrorOnce", DiskFailure::io_error, FailureSpan::once},
                                         Fault{"IoErrorFromThenOn", DiskFailure::io_error, FailureSpan::from_then_on},
                                         Fault{"DiskFullOnce", DiskFailure::disk_full, FailureSpan::once},
                                         Fault{"DiskFullFromThenOn", DiskFailure::disk_full,
                                               FailureSpan::from_then_on}),
                         [](const auto& tested) { return std::string(tested.param.name); });

}  // namespace
}  // namespace edge::storage
