#include "fault/engine/operations.hpp"
#include "support/database_dump.hpp"
#include "support/fault_vfs.hpp"
#include "support/temporary_folder.hpp"

#include "edge/core/error.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <optional>

namespace edge {
namespace {

using test::Operation;

/// The power goes at each change of the disk that an operation asks for, and once it has returned: what was not synced
/// is kept, lost or torn within a sector's bounds. The seed says what becomes of which write.
class EnginePowerCutTest : public testing::TestWithParam<std::size_t> {
protected:
    EnginePowerCutTest() {
        test::make_shop(shop_, world_, 3, test::Refreshed::no);
        world_.seed = 99;
        copy_shop();
        old_state_ = test::dump_database(path_);
        run_plain();
        new_state_ = test::dump_database(path_);
    }

    void copy_shop() const {
        for (const char* suffix : {"", "-wal", "-shm", ".lock"}) std::filesystem::remove(path_ + suffix);
        std::filesystem::copy_file(shop_, path_);
    }
    void run_plain() {
        Engine engine = Engine::open(path_, world_.options());
        operation_.run(engine);
    }
    /// The power goes at the n-th change. True if the operation returned before.
    bool run_until_power_goes(std::int64_t n, std::uint64_t seed) {
        copy_shop();
        test::FaultVfs disk;
        disk.remember_unsynced_writes();
        bool acknowledged = false;
        std::optional<Engine> engine(Engine::open(path_, world_.options(disk.name())));
        disk.fail_at(n, test::DiskFailure::io_error, test::FailureSpan::from_then_on);
        try {
            operation_.run(*engine);
            acknowledged = true;
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), ErrorCode::io_failure) << error.what();
        }
        reached_end_ = !disk.has_failed();
        disk.cut_power(seed);
        engine.reset();  // its process is dead: nothing that it does reaches the disk any more
        return acknowledged;
    }
    void expect_old_or_new(bool acknowledged) {
        ASSERT_EQ(test::integrity_of(path_), "ok");
        const test::DatabaseDump found = test::dump_database(path_);
        const std::string differs = test::first_difference(new_state_, found);
        const bool is_new = differs.empty();
        ASSERT_TRUE(is_new || !acknowledged) << "acknowledged and lost: " << differs;
        if (!is_new) {
            ASSERT_EQ(test::first_difference(old_state_, found), "");
        }
        if (!is_new || operation_.twice_is_once) run_plain();
        ASSERT_EQ(test::first_difference(new_state_, test::dump_database(path_)), "") << "when repeated";
    }

    test::TemporaryFolder folder_;
    std::string shop_ = folder_.file("kept.db");
    std::string path_ = folder_.file("shop.db");
    test::TestWorld world_;
    Operation operation_ = test::all_operations(world_, folder_.path()).at(GetParam());
    test::DatabaseDump old_state_;
    test::DatabaseDump new_state_;
    bool reached_end_ = false;
};

TEST_P(EnginePowerCutTest, LeavesTheOldOrTheNewStateAndWhatReturnedStays) {
    const std::uint64_t seed = test::seed_or(20261123);
    const auto worlds = static_cast<std::uint64_t>(test::rounds_or(1));
    std::int64_t n = 1;
    // With EDGE_ROUNDS each change is the last one, that many times; else only some of the many that a refresh makes.
    for (; !reached_end_; n += worlds > 1 || n < 12 ? 1 : 5) {
        for (std::uint64_t world = 0; world < worlds; ++world) {
            SCOPED_TRACE(testing::Message() << "power cut at change " << n << ", seed " << seed + world);
            expect_old_or_new(run_until_power_goes(n, seed + world));
            if (HasFatalFailure()) return;
        }
    }
    EXPECT_GT(n, 3) << "no change was ever asked for";
}

INSTANTIATE_TEST_SUITE_P(Each, EnginePowerCutTest,
                         testing::Range(std::size_t{0}, test::all_operations(test::TestWorld(), {}).size()),
                         [](const auto& tested) {
                             static const test::TestWorld world;
                             return test::all_operations(world, {}).at(tested.param).name;
                         });

}  // namespace
}  // namespace edge
