#include "simulation/planted.hpp"
#include "simulation/story.hpp"
#include "simulation/world.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>

namespace edge::simulation {
namespace {

/// Each with a seed that found it; another one may do so after a change of the program or of the stories, and then
/// stands here: `simulate --planted all` tells.
using enum PlantedBug;
struct Find {
    PlantedBug bug;
    std::uint64_t seed;
};
constexpr std::array finds{Find{ack_before_commit, 5},
                           Find{cursor_not_moved, 2},
                           Find{chain_unchecked, 2},
                           Find{journal_trimmed_early, 9},
                           Find{tombstone_lost, 8},
                           Find{mask_overwritten, 56},
                           Find{retry_re_encoded, 2},
                           Find{dead_letter_forgotten, 7},
                           Find{watermark_confusion, 4},
                           Find{lane_order, 2},
                           Find{staged_part_shown, 83},
                           Find{commit_not_synced, 7},
                           Find{lock_held_over_network, 1},
                           Find{clock_set_back, 46},
                           Find{digest_not_updated, 8},
                           Find{restore_ignored, 450},
                           Find{pull_echoed, 1},
                           Find{rebase_dropped, 11},
                           Find{pulled_tombstone_lost, 11},
                           Find{base_not_updated, 1}};

std::string_view name_of(PlantedBug bug) {
    const auto names = planted_names();
    return std::find_if(names.begin(), names.end(), [&](const PlantedName& one) { return one.bug == bug; })->name;
}

/// A simulator that finds nothing might be blind: here it must see.
class PlantedBugTest : public testing::TestWithParam<Find> {
protected:
    PlantedBugTest() { plant(GetParam().bug); }
    PlantedBugTest(const PlantedBugTest&) = delete;
    PlantedBugTest& operator=(const PlantedBugTest&) = delete;
    ~PlantedBugTest() override { plant(PlantedBug::none); }

    static bool finds(std::uint64_t seed) {
        const Outcome outcome = run(make_story(seed));
        if (!outcome.violation) return false;
        fmt::print("{} is found by seed {}: {} {}\n", name_of(GetParam().bug), seed, outcome.violation->invariant,
                   outcome.violation->detail);
        return true;
    }
};

TEST_P(PlantedBugTest, IsFound) {
    if (finds(GetParam().seed)) return;
    constexpr std::uint64_t most_seeds = 60;
    for (std::uint64_t seed = 1; seed <= most_seeds; ++seed) {
        if (finds(seed)) return;
    }
    FAIL() << name_of(GetParam().bug) << " is not found by " << most_seeds << " seeds";
}

INSTANTIATE_TEST_SUITE_P(Bugs, PlantedBugTest, testing::ValuesIn(finds),
                         [](const auto& one) { return std::string(name_of(one.param.bug)); });

/// All that can be planted is looked for.
TEST(PlantedBugsTest, LeaveNoneOut) { EXPECT_EQ(planted_names().size(), finds.size()); }

}  // namespace
}  // namespace edge::simulation
