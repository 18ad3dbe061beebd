#include "edge/analytics/totals.hpp"

#include "unit/analytics/outcomes.hpp"

#include <gtest/gtest.h>

namespace edge::analytics {
namespace {

TEST(Totals, GroupByDayCategoryWindowAndHour) {
    BundleOutcome mixed = bread();
    mixed.categories = {CategoryId(1), CategoryId(2)};
    mixed.day = on("2026-03-08");
    mixed.window_start = at("17:30:00.000001");
    Totals totals;

    totals.add(contribution_of(bread()));
    totals.add(contribution_of(mixed));

    EXPECT_EQ(totals.overall.sold, 6);
    EXPECT_EQ(totals.days.at(on("2026-03-04")).sold, 3);
    EXPECT_EQ(totals.days.at(on("2026-03-08")).posted, 5);
    EXPECT_EQ(totals.categories, (std::map<CategoryId, std::int64_t>{{CategoryId(1), 6}, {CategoryId(2), 3}}));
    EXPECT_EQ(totals.windows, (std::map<TimeOfDay, std::int64_t>{{at("17:30"), 3}, {at("17:30:00.000001"), 3}}));
    EXPECT_EQ(totals.week_hours, (std::map<WeekHour, std::int64_t>{{2 * 24 + 17, 3}, {6 * 24 + 17, 3}}));
}

TEST(Totals, KeepADayWithNothingSoldButNoGroupWithoutASale) {
    BundleOutcome unsold = bread();
    unsold.collected = 0;
    Totals totals;

    totals.add(contribution_of(unsold));

    EXPECT_EQ(totals.days.size(), 1U);
    EXPECT_TRUE(totals.categories.empty());
    EXPECT_TRUE(totals.windows.empty());
    EXPECT_TRUE(totals.week_hours.empty());
}

TEST(Totals, AreEmptyAgainWhenEveryContributionIsTakenOff) {
    Totals totals;
    totals.add(contribution_of(bread()));

    totals.subtract(contribution_of(bread()));

    EXPECT_EQ(totals, Totals{});
}

TEST(Totals, AsADifferenceNameOnlyWhatChanged) {
    BundleOutcome one_more = bread();
    one_more.collected = 4;
    Totals difference;

    difference.subtract(contribution_of(bread()));
    difference.add(contribution_of(one_more));

    EXPECT_EQ(difference.overall.bundles, 0);
    EXPECT_EQ(difference.overall.sold, 1);
    EXPECT_EQ(difference.overall.closed_no_shows, -1);
    EXPECT_EQ(difference.days.size(), 1U);
    EXPECT_EQ(difference.categories, (std::map<CategoryId, std::int64_t>{{CategoryId(1), 1}}));
}

TEST(Totals, AsADifferenceOfABundleThatStayedTheSameAreEmpty) {
    Totals difference;

    difference.subtract(contribution_of(bread()));
    difference.add(contribution_of(bread()));

    EXPECT_EQ(difference, Totals{});
}

TEST(Totals, MoveWithABundleThatMovedToAnotherDay) {
    BundleOutcome moved = bread();
    moved.day = on("2026-03-05");
    Totals totals;
    totals.add(contribution_of(bread()));
    Totals difference;
    difference.subtract(contribution_of(bread()));
    difference.add(contribution_of(moved));

    totals.add(difference);

    Totals expected;
    expected.add(contribution_of(moved));
    EXPECT_EQ(totals, expected);
}

TEST(WeekHour, RunsFromMondayMidnightToSundayNight) {
    EXPECT_EQ(week_hour_of(on("2026-03-02"), at("00:00")), 0);
    EXPECT_EQ(week_hour_of(on("2026-03-02"), at("00:59:59.999999")), 0);
    EXPECT_EQ(week_hour_of(on("2026-03-08"), at("23:59")), 167);
}

TEST(WeekHour, StaysWithinItsDayForTimesNoClockShows) {
    EXPECT_EQ(week_hour_of(on("2026-03-02"), std::chrono::hours(24)), 23);
    EXPECT_EQ(week_hour_of(on("2026-03-03"), std::chrono::microseconds(-1)), 24);
}

}  // namespace
}  // namespace edge::analytics
