#include "edge/analytics/contribution.hpp"

#include "unit/analytics/outcomes.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace edge::analytics {
namespace {

constexpr std::int64_t highest = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t lowest = std::numeric_limits<std::int64_t>::min();

TEST(Contribution, OfAClosedBundleCountsEverything) {
    const Contribution contribution = contribution_of(bread());

    EXPECT_EQ(contribution.day, on("2026-03-04"));
    EXPECT_EQ(contribution.window_start, at("17:30"));
    EXPECT_EQ(contribution.categories, std::vector{CategoryId(1)});
    const Amounts expected = {.bundles = 1,
                              .posted = 5,
                              .sold = 3,
                              .closed_bundles = 1,
                              .closed_posted = 5,
                              .closed_sold = 3,
                              .closed_reserved = 4,
                              .closed_no_shows = 1,
                              .grams_saved = 1200,
                              .co2_grams = 2700,
                              .revenue_minor = 900};
    EXPECT_EQ(contribution.amounts, expected);
}

TEST(Contribution, OfAnOpenBundleHasNothingClosed) {
    BundleOutcome open = bread();
    open.closed = false;

    const Amounts amounts = contribution_of(open).amounts;

    const Amounts expected = {
        .bundles = 1, .posted = 5, .sold = 3, .grams_saved = 1200, .co2_grams = 2700, .revenue_minor = 900};
    EXPECT_EQ(amounts, expected);
}

TEST(Contribution, ListsEachCategoryOnceAscending) {
    BundleOutcome mixed = bread();
    mixed.categories = {CategoryId(7), CategoryId(2), CategoryId(7)};

    const Contribution contribution = contribution_of(mixed);

    EXPECT_EQ(contribution.categories, (std::vector{CategoryId(2), CategoryId(7)}));
}

TEST(Contribution, OverAnOldOneLeavesNothingOfIt) {
    BundleOutcome wide = bread();
    wide.categories = {CategoryId(1), CategoryId(2), CategoryId(3)};
    Contribution contribution = contribution_of(wide);
    BundleOutcome open = bread();
    open.closed = false;
    open.categories = {CategoryId(9)};

    assign_contribution(contribution, open);

    EXPECT_EQ(contribution, contribution_of(open));
}

TEST(Contribution, CountsNegativeValuesOfForeignRowsAsZero) {
    BundleOutcome absurd = bread();
    absurd.total_qty = -3;
    absurd.reserved = -1;
    absurd.weight_grams = -400;
    absurd.price = Money{-500};

    const Amounts amounts = contribution_of(absurd).amounts;

    const Amounts expected = {.bundles = 1, .sold = 3, .closed_bundles = 1, .closed_sold = 3, .co2_grams = 2700};
    EXPECT_EQ(amounts, expected);
}

TEST(Contribution, KeepsANegativeCarbonDioxideSaving) {
    BundleOutcome costly = bread();
    costly.carbon_dioxide = -10;

    EXPECT_EQ(contribution_of(costly).amounts.co2_grams, -30);
}

TEST(Contribution, CutsAbsurdValuesOffAtTheLimit) {
    BundleOutcome absurd = bread();
    absurd.total_qty = highest;
    absurd.reserved = highest;
    absurd.collected = highest;
    absurd.weight_grams = highest;
    absurd.carbon_dioxide = lowest;
    absurd.price = Money{highest};
    absurd.discount_percentage = lowest;

    const Amounts amounts = contribution_of(absurd).amounts;

    EXPECT_EQ(amounts.posted, amount_limit);
    EXPECT_EQ(amounts.sold, amount_limit);
    EXPECT_EQ(amounts.closed_reserved, amount_limit);
    EXPECT_EQ(amounts.closed_no_shows, 0);
    EXPECT_EQ(amounts.grams_saved, amount_limit);
    EXPECT_EQ(amounts.co2_grams, -amount_limit);
    EXPECT_EQ(amounts.revenue_minor, amount_limit);
}

TEST(Contribution, HasNoNegativeNoShowsWhenMoreWereCollectedThanReserved) {
    BundleOutcome odd = bread();
    odd.reserved = 2;

    EXPECT_EQ(contribution_of(odd).amounts.closed_no_shows, 0);
}

TEST(NetPrice, RoundsHalfUpToTheMinorUnit) {
    EXPECT_EQ(net_price(Money{399}, 33), Money{267});  // 267.33
    EXPECT_EQ(net_price(Money{50}, 75), Money{13});    // 12.50
    EXPECT_EQ(net_price(Money{49}, 75), Money{12});    // 12.25
    EXPECT_EQ(net_price(Money{399}, 0), Money{399});
    EXPECT_EQ(net_price(Money{399}, 100), Money{0});
}

TEST(NetPrice, TakesADiscountOutOfRangeAsTheNearestInRange) {
    EXPECT_EQ(net_price(Money{highest}, -5), Money{highest});
    EXPECT_EQ(net_price(Money{399}, 250), Money{0});
}

TEST(Amounts, SubtractionUndoesAdditionEvenBeyondTheLimits) {
    const Amounts near_limit = {.bundles = highest, .posted = lowest, .revenue_minor = highest};
    const Amounts step = {.bundles = 1, .posted = -1, .revenue_minor = highest};
    Amounts amounts = near_limit;

    amounts += step;
    amounts -= step;

    EXPECT_EQ(amounts, near_limit);
}

TEST(Amounts, FieldsNameEveryMemberOnce) {
    Amounts amounts;

    std::int64_t next = 1;
    for (const AmountField& field : amount_fields) amounts.*field.member = next++;

    EXPECT_EQ(amounts.bundles, 1);
    EXPECT_EQ(amounts.closed_no_shows, 8);
    EXPECT_EQ(amounts.revenue_minor, 11);
    EXPECT_EQ(amount_fields.back().name, "revenue_minor");
}

}  // namespace
}  // namespace edge::analytics
