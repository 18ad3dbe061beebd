#include "edge/analytics/graphs.hpp"

#include "unit/analytics/outcomes.hpp"

#include "edge/core/error.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace edge::analytics {
namespace {

using testing::ElementsAre;

GraphPoint point(const char* x, const char* y) { return {.x = x, .y = PointValue::parse(y).value()}; }

TEST(SalesVsPosted, HasAPointADayInBothSeries) {
    const std::map<LocalDate, Amounts> days = {{on("2025-12-31"), {.bundles = 1, .posted = 4}},
                                               {on("2026-01-01"), {.bundles = 2, .posted = 7, .sold = 9}}};

    const std::vector<GraphSeries> series = sales_vs_posted(days);

    EXPECT_THAT(series, ElementsAre(GraphSeries{"sales", {point("2025-12-31", "0"), point("2026-01-01", "9")}},
                                    GraphSeries{"posted", {point("2025-12-31", "4"), point("2026-01-01", "7")}}));
}

TEST(SalesVsPosted, KeepsItsSeriesWithoutAnyDay) {
    EXPECT_THAT(sales_vs_posted({}), ElementsAre(GraphSeries{"sales", {}}, GraphSeries{"posted", {}}));
}

TEST(SalesVsPosted, ShowsTheLargestPointForSumsThatDoNotFit) {
    const Amounts absurd = {.posted = std::numeric_limits<std::int64_t>::max(), .sold = 922'337'203'685'477};

    EXPECT_EQ(posted_point(on("2026-01-01"), absurd).y.units(), std::numeric_limits<std::int64_t>::max());
    EXPECT_EQ(sales_point(on("2026-01-01"), absurd).y.text(), "922337203685477.0000");
}

TEST(SellThrough, IsZeroWhenNothingWasPosted) {
    EXPECT_THAT(sell_through_points(0, 3), ElementsAre(point("sold", "0"), point("unsold", "100")));
}

TEST(SellThrough, IsCappedWhenMoreWasSoldThanPosted) {
    EXPECT_THAT(sell_through_points(3, 5), ElementsAre(point("sold", "100"), point("unsold", "0")));
}

TEST(SellThrough, RoundsTrueTiesToTheEvenDigit) {
    EXPECT_EQ(sell_through(32, 1).sold.text(), "3.1200");
    EXPECT_EQ(sell_through(32, 3).sold.text(), "9.3800");
    EXPECT_EQ(sell_through(3, 2).unsold.text(), "33.3300");
}

TEST(TopCategories, AreNamedAndAnUnknownOneShowsItsId) {
    const CategoryNames names = [](CategoryId id) -> std::optional<std::string> {
        if (id == CategoryId(1)) return "Bakery";
        return std::nullopt;
    };

    const std::vector<GraphPoint> points = top_categories({{CategoryId(1), 2}, {CategoryId(12), 3}}, names);

    EXPECT_THAT(points, ElementsAre(point("#12", "3"), point("Bakery", "2")));
}

TEST(TopWindows, OfTheSameMinuteKeepPointsOfTheirOwn) {
    const std::vector<GraphPoint> points = top_windows({{at("09:00:30"), 1}, {at("09:00"), 2}, {at("00:00"), 1}});

    EXPECT_THAT(points, ElementsAre(point("09:00", "2"), point("00:00", "1"), point("09:00", "1")));
}

TEST(TopWindows, AreFive) {
    std::map<TimeOfDay, std::int64_t> collected;
    for (int hour = 0; hour < 8; ++hour) collected[std::chrono::hours(hour)] = 1;

    const std::vector<GraphPoint> points = top_windows(collected);

    ASSERT_EQ(points.size(), 5U);
    EXPECT_EQ(points.back().x, "04:00");
}

TEST(Weeks, StartOnMondayEvenAcrossTheYear) {
    EXPECT_EQ(week_of(on("2026-01-01")), on("2025-12-29"));
    EXPECT_EQ(week_of(on("2025-12-29")), on("2025-12-29"));
    EXPECT_EQ(week_of(on("2026-01-04")), on("2025-12-29"));
    EXPECT_EQ(week_of(on("1969-12-31")), on("1969-12-29"));
}

TEST(Weeks, SumTheirDays) {
    const std::map<LocalDate, Amounts> weeks =
        weeks_of({{on("2026-01-04"), {.sold = 1}}, {on("2026-01-05"), {.sold = 2}}, {on("2026-01-11"), {.sold = 4}}});

    EXPECT_EQ(weeks.size(), 2U);
    EXPECT_EQ(weeks.at(on("2025-12-29")).sold, 1);
    EXPECT_EQ(weeks.at(on("2026-01-05")).sold, 6);
}

TEST(NoShowPoint, IsAShareOfReservationsInPercent) {
    const Amounts week = {.closed_bundles = 1, .closed_reserved = 3, .closed_no_shows = 1};

    EXPECT_EQ(no_show_point(on("2026-01-05"), week), point("2026-01-05", "33.33"));
}

TEST(NoShowPoint, IsMissingWithoutReservations) {
    EXPECT_FALSE(no_show_point(on("2026-01-05"), {.bundles = 1, .posted = 5, .closed_bundles = 1}));
}

TEST(WeekPoints, AreKilogramsAndMajorUnits) {
    const Amounts week = {.sold = 1, .grams_saved = 1234, .co2_grams = -5, .revenue_minor = 12'345};

    EXPECT_EQ(waste_point(on("2026-01-05"), week), point("2026-01-05", "1.234"));
    EXPECT_EQ(co2_point(on("2026-01-05"), week), point("2026-01-05", "-0.005"));
    EXPECT_EQ(revenue_point(on("2026-01-05"), week, 2), point("2026-01-05", "123.45"));
    EXPECT_EQ(revenue_point(on("2026-01-05"), week, 0), point("2026-01-05", "12345"));
    EXPECT_EQ(revenue_point(on("2026-01-05"), week, 3), point("2026-01-05", "12.345"));
}

TEST(WeekPoints, AreMissingForAWeekThatIsStillToCome) {
    const Amounts upcoming = {.bundles = 2, .posted = 9};

    EXPECT_FALSE(waste_point(on("2026-01-05"), upcoming));
    EXPECT_FALSE(co2_point(on("2026-01-05"), upcoming));
    EXPECT_FALSE(revenue_point(on("2026-01-05"), upcoming, 2));
}

TEST(WeekPoints, AreZeroForAPastWeekWithoutASale) {
    EXPECT_EQ(waste_point(on("2026-01-05"), {.bundles = 1, .closed_bundles = 1}), point("2026-01-05", "0"));
}

TEST(WeekPoints, RefuseACurrencyFinerThanAPoint) {
    try {
        static_cast<void>(revenue_point(on("2026-01-05"), {}, 5));
        FAIL() << "five minor digits were taken";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
    }
}

TEST(WeekHourSeries, HaveTheSameHoursOnEveryWeekday) {
    const std::vector<GraphSeries> series = week_hour_series({{9, 4}, {6 * 24 + 7, 1}, {6 * 24 + 9, 2}});

    ASSERT_EQ(series.size(), 7U);
    EXPECT_EQ(series[0], (GraphSeries{"Monday", {point("07:00", "0"), point("09:00", "4")}}));
    EXPECT_EQ(series[3], (GraphSeries{"Thursday", {point("07:00", "0"), point("09:00", "0")}}));
    EXPECT_EQ(series[6], (GraphSeries{"Sunday", {point("07:00", "1"), point("09:00", "2")}}));
}

TEST(BuildGraphs, DrawsEveryTypeInOrder) {
    Totals totals;
    totals.add(contribution_of(bread()));
    const CategoryNames names = [](CategoryId) { return "Bakery"; };
    const std::vector<DayForecast> forecasts = {{.day = on("2026-03-09"),
                                                 .expected = PointValue::from_units(30'000),
                                                 .low = PointValue::from_units(10'000),
                                                 .high = PointValue::from_units(50'000)}};

    const std::vector<Graph> graphs =
        build_graphs(SellerId(7), {.totals = totals, .names = names, .forecasts = forecasts});

    ASSERT_EQ(graphs.size(), graph_types().size());
    for (std::size_t i = 0; i < graphs.size(); ++i) {
        EXPECT_EQ(graphs[i].type, graph_types()[i]);
        EXPECT_EQ(graphs[i].seller, SellerId(7));
    }
    const auto only_series = [&](std::size_t i) { return graphs.at(i).series.at(0); };
    EXPECT_EQ(only_series(1), (GraphSeries{"sell_rate", {point("sold", "60"), point("unsold", "40")}}));
    EXPECT_EQ(only_series(2), (GraphSeries{"categories", {point("Bakery", "3")}}));
    EXPECT_EQ(only_series(3), (GraphSeries{"time_windows", {point("17:30", "3")}}));
    EXPECT_EQ(only_series(6), (GraphSeries{"no_show_rate", {point("2026-03-02", "25")}}));
    EXPECT_EQ(only_series(8), (GraphSeries{"waste_avoided", {point("2026-03-02", "1.2")}}));
    EXPECT_EQ(only_series(9), (GraphSeries{"co2_saved", {point("2026-03-02", "2.7")}}));
    EXPECT_EQ(only_series(10), (GraphSeries{"revenue", {point("2026-03-02", "9")}}));
}

TEST(BuildGraphs, PutsTheForecastBehindWhatTypeOneShows) {
    Totals totals;
    totals.add(contribution_of(bread()));
    const std::vector<DayForecast> forecasts = {{.day = on("2026-03-09"),
                                                 .expected = PointValue::from_units(30'000),
                                                 .low = PointValue::from_units(10'000),
                                                 .high = PointValue::from_units(50'000)}};
    const CategoryNames names = [](CategoryId) { return std::nullopt; };

    const std::vector<Graph> graphs =
        build_graphs(SellerId(7), {.totals = totals, .names = names, .forecasts = forecasts});

    EXPECT_THAT(graphs[4].series, ElementsAre(GraphSeries{"sales", {point("2026-03-04", "3")}},
                                              GraphSeries{"posted", {point("2026-03-04", "5")}},
                                              GraphSeries{"forecast", {point("2026-03-09", "3")}},
                                              GraphSeries{"forecast_low", {point("2026-03-09", "1")}},
                                              GraphSeries{"forecast_high", {point("2026-03-09", "5")}}));
}

TEST(BuildGraphs, CountsOnlyClosedWindowsInTheRateToDate) {
    BundleOutcome running = bread();
    running.closed = false;
    running.collected = 1;
    running.total_qty = 100;
    Totals totals;
    totals.add(contribution_of(bread()));
    totals.add(contribution_of(running));
    const CategoryNames names = [](CategoryId) { return std::nullopt; };

    const std::vector<Graph> graphs = build_graphs(SellerId(7), {.totals = totals, .names = names, .forecasts = {}});

    EXPECT_EQ(graphs[1].series.at(0).points, (std::vector{point("sold", "3.81"), point("unsold", "96.19")}));
    EXPECT_EQ(graphs[5].series.at(0).points, (std::vector{point("sold", "60"), point("unsold", "40")}));
}

}  // namespace
}  // namespace edge::analytics
