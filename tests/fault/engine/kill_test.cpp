#include "fault/engine/kill_campaign.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>

namespace edge {
namespace {

using test::KillCampaign;
using Moment = test::KillCampaign::Moment;

constexpr std::uint64_t first_seed = 20261123;
constexpr int rounds_a_campaign = 25;
/// Together: EDGE_ROUNDS, to run more by hand.
constexpr int usual_rounds = 200;

int campaigns() { return (test::rounds_or(usual_rounds) + rounds_a_campaign - 1) / rounds_a_campaign; }

class KillTest : public testing::TestWithParam<int> {
protected:
    std::uint64_t seed = test::seed_or(first_seed + static_cast<std::uint64_t>(GetParam()));
    KillCampaign campaign{seed};
};

/// Of five rounds, four die at a change of the disk, each kind of work in its turn, and one after some time.
TEST_P(KillTest, LeavesTheOldOrTheNewStateLosesNoSaleAndTheHubBecomesEqual) {
    std::size_t turn = 0;
    for (int round = 1; round <= rounds_a_campaign; ++round) {
        const bool in_time = round % 5 == 0;
        const test::Work work = in_time ? test::all_work.at(static_cast<std::size_t>(round / 5 - 1))
                                        : test::all_work.at(turn++ % test::all_work.size());

        const std::string wrong = campaign.round(work, in_time ? Moment::at_any_time : Moment::at_a_change);

        ASSERT_EQ(wrong, "") << fmt::format("round {} ({}), again with EDGE_SEED={} EDGE_ROUNDS={}", round,
                                            name_of(work), seed, rounds_a_campaign);
    }

    EXPECT_EQ(campaign.finish(), "") << "again with EDGE_SEED=" << seed << " EDGE_ROUNDS=" << rounds_a_campaign;
    for (const test::Work work : test::all_work) {
        const int deaths = campaign.deaths().at.at(static_cast<std::size_t>(work));
        EXPECT_GE(deaths, 2) << "killed too seldom: " << name_of(work);
        std::cout << fmt::format("{} {}, ", name_of(work), deaths);
    }
    std::cout << "finished in time " << campaign.deaths().survived << '\n';
}

INSTANTIATE_TEST_SUITE_P(Campaign, KillTest, testing::Range(0, campaigns()));

}  // namespace
}  // namespace edge
