#include "simulation/shrink.hpp"
#include "simulation/story.hpp"
#include "simulation/workers.hpp"
#include "simulation/world.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

namespace edge::simulation {
namespace {

/// EDGE_SEEDS asks for more than the gate's.
std::uint64_t seeds() {
    const char* wanted = std::getenv("EDGE_SEEDS");
    return wanted == nullptr ? 2000 : std::stoull(wanted);
}
/// A case's; several run at once.
constexpr std::uint64_t batch = 20;

class SeedsTest : public testing::TestWithParam<std::uint64_t> {};

TEST_P(SeedsTest, KeepEveryInvariant) {
    for (std::uint64_t seed = GetParam(); seed < GetParam() + batch; ++seed) {
        const Story story = make_story(seed);
        const Outcome outcome = run(story);
        if (!outcome.violation) continue;
        const Story smaller = shrink(story, [&](const Story& candidate) {
            const Outcome again = run(candidate);
            return again.violation && again.violation->invariant == outcome.violation->invariant;
        });
        FAIL() << outcome.violation->invariant << ": " << outcome.violation->detail << "\n" << describe(smaller);
    }
}

INSTANTIATE_TEST_SUITE_P(From, SeedsTest, testing::Range<std::uint64_t>(1, 1 + seeds(), batch),
                         [](const auto& one) { return std::to_string(one.param); });

TEST(SimulationTest, ASeedReproducesARun) {
    for (const std::uint64_t seed : {3U, 17U, 40U}) {
        const Outcome once = run(make_story(seed));
        const Outcome again = run(make_story(seed));

        EXPECT_EQ(once.trace, again.trace);
        EXPECT_NE(once.trace, run(make_story(seed + 1)).trace);
    }
}

TEST(SimulationTest, ARunThatCrashesIsAViolationAndTheNextOneRuns) {
    const Outcome crashed = run(make_story(3), [](const std::string&) { ::_exit(3); });
    const Outcome next = run(make_story(3));

    ASSERT_TRUE(crashed.violation);
    EXPECT_EQ(crashed.violation->invariant, "crash");
    EXPECT_EQ(crashed.violation->detail, "the run's process ended with status 3");
    EXPECT_FALSE(next.violation);
}

TEST(SimulationTest, ProcessesShareTheSeedsAndAddUp) {
    std::uint64_t told = 0;
    const auto run_one = [](std::uint64_t seed) {
        count_event("seed", seed % 2 == 0 ? "even" : "odd");
        return seed != 13;
    };

    const Tally tally = run_seeds(10, 9, 4, run_one, [&](const Tally& so_far) { told = so_far.seeds; });

    EXPECT_EQ(tally.seeds, 9U);
    EXPECT_EQ(tally.violations, 1U);
    EXPECT_EQ(tally.events, (Events{{"seed even", 5}, {"seed odd", 4}}));
    EXPECT_EQ(told, 9U);
}

TEST(SimulationTest, ShrinkingKeepsOnlyWhatTheFailureNeeds) {
    Story story{.seed = 9,
                .skew_minutes = {15},
                .ways = {{.bytes_per_second = 70}},
                .steps = std::vector<Step>(60, Step{.act = Act::sync, .storm = 50})};
    for (Step& step : story.steps) step.fault = {.kind = FaultKind::killed, .nth = 1};
    story.steps[20].act = Act::hub_restore;
    story.steps[40].act = Act::clone;
    const auto fails = [](const Story& candidate) {
        const auto place = [&](Act act) {
            return std::find_if(candidate.steps.begin(), candidate.steps.end(),
                                [&](const Step& step) { return step.act == act; });
        };
        return place(Act::hub_restore) < place(Act::clone) && place(Act::clone) != candidate.steps.end();
    };
    ASSERT_TRUE(fails(story));

    const Story smaller = shrink(story, fails);

    ASSERT_EQ(smaller.steps.size(), 2U);
    EXPECT_EQ(smaller.steps.front().act, Act::hub_restore);
    EXPECT_EQ(smaller.steps.back().act, Act::clone);
    EXPECT_EQ(weight_of(smaller), 2U) << describe(smaller);
}

}  // namespace
}  // namespace edge::simulation
