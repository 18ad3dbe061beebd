#include "simulation/planted.hpp"
#include "simulation/story.hpp"
#include "simulation/world.hpp"
#include "support/many_devices.hpp"

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

/// Of the half that brings rows down: three devices of one shop find them.
class PlantedPullBugTest : public PlantedBugTest {};

TEST_P(PlantedPullBugTest, IsFoundBySeveralDevices) {
    constexpr std::uint64_t most_seeds = 20;
    for (std::uint64_t seed = 1; seed <= most_seeds; ++seed) {
        edge::test::ManyDevices world(seed);
        for (int step = 0; step < 60; ++step) world.step();
        world.drain();
        const std::string violation = world.violation();
        if (violation.empty()) continue;
        fmt::print("{} is found by seed {}: {}\n", name_of(GetParam()), seed, violation);
        return;
    }
    FAIL() << name_of(GetParam()) << " is not found by " << most_seeds << " seeds";
}

INSTANTIATE_TEST_SUITE_P(Bugs, PlantedPullBugTest,
                         testing::Values(pull_echoed, rebase_dropped, pulled_tombstone_lost, base_not_updated),
                         [](const auto& one) { return std::string(name_of(one.param)); });

/// Nobody looks at what came before a part: an image that was put back seals other bytes under numbers that the hub
/// has, and what they say is lost.
TEST(PlantedChainTest, IsFoundWhereAnImageIsPutBack) {
    Story story{.seed = 1, .devices = 1, .durable = Durable::applied, .skew_minutes = {0}, .steps = {}};
    std::uint64_t dice = 1;
    for (const Act act : {Act::post, Act::sync, Act::take_image, Act::post, Act::sync, Act::restore_image, Act::post,
                          Act::reserve, Act::sync}) {
        story.steps.push_back({.act = act, .device = 0, .dice = dice++, .minutes = 61});
    }
    EXPECT_FALSE(run(story).violation);

    plant(chain_unchecked);
    const Outcome outcome = run(story);
    plant(PlantedBug::none);

    ASSERT_TRUE(outcome.violation);
    fmt::print("chain_unchecked is found: {} {}\n", outcome.violation->invariant, outcome.violation->detail);
}

INSTANTIATE_TEST_SUITE_P(Bugs, PlantedBugTest, testing::ValuesIn(soon_found),
                         [](const auto& one) { return std::string(name_of(one.param)); });

}  // namespace
}  // namespace edge::simulation
