#include "fault/engine/operations.hpp"
#include "support/database_dump.hpp"
#include "support/fault_vfs.hpp"
#include "support/temporary_folder.hpp"

#include "edge/core/error.hpp"

#include <gtest/gtest.h>

#include <filesystem>

namespace edge {
namespace {

using test::DiskFailure;
using test::FailureSpan;
using test::Operation;

const test::TestWorld& world() {
    static const test::TestWorld one;
    return one;
}

/// The world at the time of the operation: other random bytes than those that made the shop.
test::TestWorld world_of_operation() {
    test::TestWorld later = world();
    later.seed = 99;
    return later;
}

/// One file for all tests, copied for each run.
const std::string& shop_file() {
    static const test::TemporaryFolder folder;
    static const std::string path = [] {
        const std::string made = folder.file("shop.db");
        test::make_shop(made, world(), 5, test::Refreshed::no);
        return made;
    }();
    return path;
}

void copy_shop(const std::string& to) {
    for (const char* suffix : {"", "-wal", "-shm", ".lock"}) std::filesystem::remove(to + suffix);
    std::filesystem::copy_file(shop_file(), to);
}

struct Fault {
    const char* name;
    DiskFailure failure;
    FailureSpan span;
};

constexpr Fault faults[] = {{"io error once", DiskFailure::io_error, FailureSpan::once},
                            {"io errors from then on", DiskFailure::io_error, FailureSpan::from_then_on},
                            {"disk full once", DiskFailure::disk_full, FailureSpan::once},
                            {"disk full from then on", DiskFailure::disk_full, FailureSpan::from_then_on}};

class EngineDiskFailureTest : public testing::TestWithParam<std::size_t> {
protected:
    EngineDiskFailureTest() {
        copy_shop(path_);
        old_state_ = test::dump_database(path_);
        run_plain();
        new_state_ = test::dump_database(path_);
    }

    void run_plain() {
        Engine engine = Engine::open(path_, later_.options());
        operation_.run(engine);
    }
    /// Lets the n-th change fail. True if that many were asked for.
    bool run_with_fault(const Fault& fault, std::int64_t n) {
        copy_shop(path_);
        {
            Engine engine = Engine::open(path_, later_.options(disk_.name()));
            disk_.fail_at(n, fault.failure, fault.span);
            acknowledged_ = false;
            try {
                operation_.run(engine);
                acknowledged_ = true;
            } catch (const Error& error) {
                const bool full = fault.failure == DiskFailure::disk_full;
                EXPECT_EQ(error.code(), full ? ErrorCode::disk_full : ErrorCode::io_failure) << error.what();
            }
        }
        const bool failed = disk_.has_failed();
        disk_.never_fail();
        return failed;
    }
    void expect_old_or_new() {
        is_new_ = false;
        ASSERT_EQ(test::integrity_of(path_), "ok");
        const test::DatabaseDump found = test::dump_database(path_);
        const std::string differs = test::first_difference(new_state_, found);
        is_new_ = differs.empty();
        if (is_new_) return;
        ASSERT_FALSE(acknowledged_) << "acknowledged and lost: " << differs;
        ASSERT_EQ(test::first_difference(old_state_, found), "");
    }

    test::TemporaryFolder folder_;
    std::string path_ = folder_.file("shop.db");
    test::FaultVfs disk_;
    test::TestWorld later_ = world_of_operation();
    Operation operation_ = test::all_operations(later_, folder_.path()).at(GetParam());
    test::DatabaseDump old_state_;
    test::DatabaseDump new_state_;
    bool acknowledged_ = false;
    bool is_new_ = false;
};

TEST_P(EngineDiskFailureTest, LeavesTheOldOrTheNewStateAndCanBeRepeated) {
    ASSERT_NE(test::first_difference(old_state_, new_state_), "") << "the operation does nothing";
    for (const Fault& fault : faults) {
        std::int64_t n = 0;
        for (bool failed = true; failed;) {
            SCOPED_TRACE(testing::Message() << fault.name << " at change " << n + 1);
            failed = run_with_fault(fault, ++n);
            expect_old_or_new();
            if (!is_new_ || operation_.twice_is_once) run_plain();
            ASSERT_EQ(test::first_difference(new_state_, test::dump_database(path_)), "") << "when repeated";
        }
        EXPECT_GT(n, 2) << "no change was ever asked for";
    }
}

TEST_P(EngineDiskFailureTest, ChangesNothingOnAFullDisk) {
    run_with_fault({"full", DiskFailure::disk_full, FailureSpan::from_then_on}, 1);

    EXPECT_FALSE(acknowledged_);
    EXPECT_EQ(test::first_difference(old_state_, test::dump_database(path_)), "");
    EXPECT_EQ(test::integrity_of(path_), "ok");
}

INSTANTIATE_TEST_SUITE_P(Each, EngineDiskFailureTest,
                         testing::Range(std::size_t{0}, test::all_operations(world(), {}).size()),
                         [](const auto& tested) { return test::all_operations(world(), {}).at(tested.param).name; });

TEST(EngineCreation, LeavesAWholeShopOrNothing) {
    for (const Fault& fault : faults) {
        std::int64_t n = 0;
        for (bool failed = true; failed;) {
            SCOPED_TRACE(testing::Message() << fault.name << " at change " << n + 1);
            const test::TemporaryFolder folder;
            const std::string path = folder.file("shop.db");
            test::FaultVfs disk;
            disk.fail_at(++n, fault.failure, fault.span);
            NewSeller seller;
            seller.name = "Corner Bakery";
            try {
                static_cast<void>(Engine::create(path, seller, world().options(disk.name())));
            } catch (const Error& error) {
                EXPECT_TRUE(error.code() == ErrorCode::disk_full || error.code() == ErrorCode::io_failure)
                    << error.what();
            }
            failed = disk.has_failed();
            disk.never_fail();
            if (std::filesystem::exists(path)) {
                Engine engine = Engine::open(path);
                EXPECT_EQ(engine.seller(engine.home_seller()).name, "Corner Bakery");
            } else {
                EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
            }
        }
        EXPECT_GT(n, 3);
    }
}

ErrorCode code_of(const Fault& fault) {
    return fault.failure == DiskFailure::disk_full ? ErrorCode::disk_full : ErrorCode::io_failure;
}

TEST(EngineVerification, ChangesNothingWhateverFails) {
    const test::TemporaryFolder folder;
    const std::string path = folder.file("shop.db");
    copy_shop(path);
    const test::DatabaseDump before = test::dump_database(path);
    for (const Fault& fault : faults) {
        test::FaultVfs disk;
        for (std::int64_t n = 1;; ++n) {
            SCOPED_TRACE(testing::Message() << fault.name << " at change " << n);
            {
                Engine engine = Engine::open(path, world().options(disk.name()));
                disk.fail_at(n, fault.failure, fault.span);
                try {
                    static_cast<void>(engine.verify());
                } catch (const Error& error) {
                    EXPECT_EQ(error.code(), code_of(fault)) << error.what();
                }
                disk.never_fail();
            }
            ASSERT_EQ(test::first_difference(before, test::dump_database(path)), "");
            if (!disk.has_failed()) break;
        }
    }
    EXPECT_EQ(test::integrity_of(path), "ok");
}

TEST(EngineMigration, LeavesTheOldOrTheNewSchemaAndCanBeRepeated) {
    const test::TemporaryFolder folder;
    const std::string path = folder.file("shop.db");
    const auto copy_old = [&] {
        for (const char* suffix : {"", "-wal", "-shm", ".lock"}) std::filesystem::remove(path + suffix);
        std::filesystem::copy_file(EDGE_SOURCE_DIR "/tests/data/schema-1.db", path);
    };
    const auto schema = [&] { return test::select_column(path, "PRAGMA user_version").front(); };
    copy_old();
    { const Engine migrated = Engine::open(path, world().options()); }
    const test::DatabaseDump new_state = test::dump_database(path);
    const std::string newest = schema();
    for (const Fault& fault : faults) {
        test::FaultVfs disk;
        std::int64_t n = 0;
        for (bool failed = true; failed;) {
            SCOPED_TRACE(testing::Message() << fault.name << " at change " << n + 1);
            copy_old();
            disk.fail_at(++n, fault.failure, fault.span);
            bool acknowledged = false;
            try {
                const Engine migrated = Engine::open(path, world().options(disk.name()));
                acknowledged = true;
            } catch (const Error& error) {
                EXPECT_EQ(error.code(), code_of(fault)) << error.what();
            }
            failed = disk.has_failed();
            disk.never_fail();
            ASSERT_EQ(test::integrity_of(path), "ok");
            ASSERT_TRUE(schema() == newest || (schema() == "1" && !acknowledged)) << schema();
            { const Engine again = Engine::open(path, world().options()); }
            ASSERT_EQ(test::first_difference(new_state, test::dump_database(path)), "");
        }
        EXPECT_GT(n, 2);
    }
}

}  // namespace
}  // namespace edge
