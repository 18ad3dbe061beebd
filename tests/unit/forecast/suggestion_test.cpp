#include "edge/forecast/suggestion.hpp"

#include "edge/forecast/count_distribution.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace edge::forecast {

namespace {

const CountDistribution demand({{.weight = 1, .mean = 10, .size = 10}});

TEST(Suggestion, IsTheMedianWhenWasteCostsWhatASaleEarns) {
    const Suggestion suggestion = suggest_quantity(demand, Probability(), {});

    EXPECT_EQ(suggestion.items, demand.quantile(.5));
    EXPECT_EQ(suggestion.allowance, 0);
    EXPECT_EQ(suggestion.post, suggestion.items);
}

TEST(Suggestion, FollowsTheRatioOfMarginToWaste) {
    EXPECT_EQ(suggest_quantity(demand, Probability(), {.waste = 1, .margin = 9}).items, demand.quantile(.9));
    EXPECT_EQ(suggest_quantity(demand, Probability(), {.waste = 9, .margin = 1}).items, demand.quantile(.1));
}

TEST(Suggestion, BalancesWasteAndLostSales) {
    const Suggestion suggestion = suggest_quantity(demand, Probability(), {});
    double waste = 0;
    double lost = 0;
    for (std::int64_t k = 0; k < 200; ++k) {
        waste += static_cast<double>(std::max<std::int64_t>(0, suggestion.items - k)) * demand.pmf(k);
        lost += static_cast<double>(std::max<std::int64_t>(0, k - suggestion.items)) * demand.pmf(k);
    }

    EXPECT_NEAR(suggestion.expected_waste, waste, 1e-9);
    EXPECT_NEAR(suggestion.expected_lost, lost, 1e-9);
}

TEST(Suggestion, AllowsForNoShowsWithinTheAcceptedRisk) {
    const Suggestion careful = suggest_quantity(demand, Probability::round(.3), {.overbooking_risk = .01});
    const Suggestion bold = suggest_quantity(demand, Probability::round(.3), {.overbooking_risk = .3});

    EXPECT_EQ(careful.items, bold.items);
    EXPECT_LT(careful.allowance, bold.allowance);
    EXPECT_GT(bold.allowance, 0);
}

TEST(Suggestion, TellsTheRiskItTakesWhichOneMoreWouldExceed) {
    const CountDistribution certain({{.weight = 1, .mean = 4, .size = 1e9}});
    const Suggestion suggestion = suggest_quantity(certain, Probability::round(.25), {.overbooking_risk = .35});
    // 3 items, 1 on top: all four come with .75^4. With 2 on top, at least four of five come with .6328.
    ASSERT_EQ(suggestion.items, 3);

    EXPECT_EQ(suggestion.allowance, 1);
    EXPECT_NEAR(suggestion.overflow_risk, std::pow(.75, 4), 1e-12);
}

TEST(Suggestion, WithoutAcceptedRiskPostsWhatThereIs) {
    const Suggestion suggestion = suggest_quantity(demand, Probability::round(.3), {.overbooking_risk = 0});

    EXPECT_EQ(suggestion.post, suggestion.items);
    EXPECT_EQ(suggestion.overflow_risk, 0);
}

TEST(Suggestion, CostsNoMoreThanItsNeighbours) {
    for (const Costs& costs : {Costs{}, Costs{.waste = 3, .margin = 1}, Costs{.waste = 1, .margin = 5}}) {
        const Probability no_show = Probability::round(.2);
        const Suggestion suggestion = suggest_quantity(demand, no_show, costs);
        const std::vector<QuantityOutcome> outcomes = outcomes_around(demand, no_show, suggestion.items, costs);

        ASSERT_EQ(outcomes.size(), 5U);
        EXPECT_EQ(outcomes[2].items, suggestion.items);
        EXPECT_EQ(outcomes[2].expected_waste, suggestion.expected_waste);
        EXPECT_EQ(outcomes[2].expected_lost, suggestion.expected_lost);
        for (std::size_t i = 0; i + 1 < outcomes.size(); ++i) {
            EXPECT_LE(outcomes[2].expected_cost, outcomes[i].expected_cost + 1e-9);
            EXPECT_LT(outcomes[i].items, outcomes[i + 1].items);
            EXPECT_LT(outcomes[i].expected_waste, outcomes[i + 1].expected_waste);
            EXPECT_GT(outcomes[i].expected_lost, outcomes[i + 1].expected_lost);
        }
    }
}

TEST(Suggestion, HasNoNeighboursBelowNothing) {
    const std::vector<QuantityOutcome> outcomes = outcomes_around(CountDistribution(), Probability(), 0, {});

    ASSERT_EQ(outcomes.size(), 3U);
    EXPECT_EQ(outcomes[0].items, 0);
    EXPECT_EQ(outcomes[0].expected_cost, 0);
    EXPECT_EQ(outcomes[2].expected_waste, 2);
}

TEST(Suggestion, NeverPostsMoreThanTwiceTheItems) {
    const CountDistribution busy({{.weight = 1, .mean = 1000, .size = 10}});
    const Suggestion suggestion = suggest_quantity(busy, Probability::round(.95), {.overbooking_risk = .5});

    EXPECT_LE(suggestion.allowance, suggestion.items);
}

TEST(Suggestion, ReadsSenselessCostsAsEqual) {
    const double nan = std::numeric_limits<double>::quiet_NaN();

    for (const Costs& costs : {Costs{.waste = nan}, Costs{.margin = -1}, Costs{.waste = 0, .overbooking_risk = nan}}) {
        EXPECT_EQ(suggest_quantity(demand, Probability(), costs).items, demand.quantile(.5));
    }
}

}  // namespace

}  // namespace edge::forecast
