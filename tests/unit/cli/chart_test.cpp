#include "output/chart.hpp"

#include "unit/cli/sample_graphs.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace edge::cli {
namespace {

TEST(Chart, DaysWithoutPointsKeepTheirPlace) {
    const Chart chart = chart_of(graph_of("line", {series("s", {{"2026-11-01", 1}, {"2026-11-04", 2}})}));

    EXPECT_EQ(chart.places, 4U);
    EXPECT_EQ(chart.series[0].points[1].place, 3U);
    EXPECT_EQ(chart.label(1), "2026-11-02");
}

TEST(Chart, NamesStandInOrderOfAppearance) {
    const Chart chart = chart_of(graph_of("bar", {series("s", {{"Meals", 3}, {"Bread", 9}})}));

    EXPECT_EQ(chart.labels, (std::vector<std::string>{"Meals", "Bread"}));
}

TEST(Chart, TwoWindowsOfOneMinuteKeepPlacesOfTheirOwn) {
    const Chart chart = chart_of(graph_of("bar", {series("s", {{"16:00", 3}, {"16:00", 2}})}));

    EXPECT_EQ(chart.places, 2U);
    EXPECT_EQ(chart.series[0].points.size(), 2U);
}

TEST(Chart, LowAndHighBecomeABandAroundTheirSeries) {
    const Chart chart = chart_of(
        graph_of("multi_line", {series("sales", rising_days(3)), series("forecast", rising_days(3)),
                                series("forecast_low", rising_days(3)), series("forecast_high", rising_days(3))}));

    EXPECT_EQ(chart.series.size(), 2U);
    ASSERT_EQ(chart.bands.size(), 1U);
    EXPECT_EQ(chart.bands[0].around, 1U);
}

TEST(Chart, LastDaysCountsDifferentDaysOfAllSeries) {
    const Graph graph = graph_of("multi_line", {series("a", rising_days(5)), series("b", rising_days(2))});

    const Graph last = last_days(graph, 2);

    ASSERT_EQ(last.series[0].points.size(), 2U);
    EXPECT_EQ(last.series[0].points[0].x, "2026-11-04");
    EXPECT_TRUE(last.series[1].points.empty());
    EXPECT_TRUE(last_days(graph, 0).series[0].points.empty());
    EXPECT_EQ(last_days(graph, 99).series[0].points.size(), 5U);
}

TEST(Chart, LastDaysLeavesNamesAlone) {
    const Graph graph = graph_of("bar", {series("s", {{"Bread", 7}, {"Meals", 3}})});

    EXPECT_EQ(last_days(graph, 1).series[0].points.size(), 2U);
}

TEST(ValueAxis, HoldsEveryValueAndZeroBetweenRoundTicks) {
    std::mt19937_64 random(42);
    std::uniform_real_distribution<double> exponent(-6, 12);
    for (int round = 0; round < 1000; ++round) {
        const double high = std::pow(10, exponent(random));
        const double low = round % 3 == 0 ? -std::pow(10, exponent(random)) : 0;

        const ValueAxis axis = value_axis(low, high, 5);

        EXPECT_GE(axis.ticks.size(), 2U) << "seed 42, round " << round;
        EXPECT_LE(axis.ticks.size(), 8U) << "seed 42, round " << round;
        EXPECT_LE(axis.low(), low + 1e-9 * std::abs(low)) << "seed 42, round " << round;
        EXPECT_GE(axis.high(), high * (1 - 1e-9)) << "seed 42, round " << round;
    }
}

TEST(ValueAxis, OfNothingButZerosStillHasTwoTicks) { EXPECT_EQ(value_axis(0, 0, 4).low(), 0); }

TEST(FormatValue, GroupsThousandsAndDropsZeros) {
    EXPECT_EQ(format_value(1234567.5), "1,234,567.5");
    EXPECT_EQ(format_value(-1234), "-1,234");
    EXPECT_EQ(format_value(999), "999");
    EXPECT_EQ(format_value(-0.0), "0");
    EXPECT_EQ(format_value(66.67), "66.67");
}

TEST(FormatPoint, DropsTrailingZerosOnly) {
    EXPECT_EQ(format_point(PointValue::parse("66.6700").value()), "66.67");
    EXPECT_EQ(format_point(PointValue::parse("100.0000").value()), "100");
}

}  // namespace
}  // namespace edge::cli
