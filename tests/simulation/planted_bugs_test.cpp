#include "simulation/planted.hpp"
#include "simulation/story.hpp"
#include "simulation/world.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>

namespace edge::simulation {
namespace {

/// Those that few seeds find. The others need many, and `simulate --planted` gives them.
using enum PlantedBug;
constexpr std::array soon_found{ack_before_commit, cursor_not_moved,       tombstone_lost,
                                mask_overwritten,  retry_re_encoded,       lane_order,
                                commit_not_synced, lock_held_over_network, clock_set_back};

std::string_view name_of(PlantedBug bug) {
    const auto names = planted_names();
    return std::find_if(names.begin(), names.end(), [&](const PlantedName& one) { return one.bug == bug; })->name;
}

/// A simulator that finds nothing might be blind: here it must see.
class PlantedBugTest : public testing::TestWithParam<PlantedBug> {
protected:
    PlantedBugTest() { plant(GetParam()); }
    PlantedBugTest(const PlantedBugTest&) = delete;
    PlantedBugTest& operator=(const PlantedBugTest&) = delete;
    ~PlantedBugTest() override { plant(PlantedBug::none); }
};

TEST_P(PlantedBugTest, IsFound) {
    constexpr std::uint64_t most_seeds = 60;
    for (std::uint64_t seed = 1; seed <= most_seeds; ++seed) {
        const Outcome outcome = run(make_story(seed));
        if (!outcome.violation) continue;
        fmt::print("{} is found by seed {}: {} {}\n", name_of(GetParam()), seed, outcome.violation->invariant,
                   outcome.violation->detail);
        return;
    }
    FAIL() << name_of(GetParam()) << " is not found by " << most_seeds << " seeds";
}

INSTANTIATE_TEST_SUITE_P(Bugs, PlantedBugTest, testing::ValuesIn(soon_found),
                         [](const auto& one) { return std::string(name_of(one.param)); });

}  // namespace
}  // namespace edge::simulation
