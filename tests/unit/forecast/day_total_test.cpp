#include "edge/forecast/day_total.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace edge::forecast {

namespace {

CountDistribution one(double mean, double size) {
    return CountDistribution({{.weight = 1, .mean = mean, .size = size}});
}

TEST(DayTotal, OfNothingIsNothing) { EXPECT_EQ(day_total({}), DayForecast()); }

TEST(DayTotal, OfCertainSalesHasNoSpread) {
    const BundleForecast always_sold_out{.reservations = one(1000, 1000).with_cap(4), .predicted_sales = 4};
    const std::vector<BundleForecast> bundles(3, always_sold_out);

    EXPECT_EQ(day_total(bundles), (DayForecast{.expected = 12, .low = 12, .high = 12}));
}

TEST(DayTotal, AddsPredictedSales) {
    const std::vector<BundleForecast> bundles{{.reservations = one(5, 5), .predicted_sales = 5},
                                              {.reservations = one(7, 5), .predicted_sales = 6}};

    EXPECT_EQ(day_total(bundles).expected, 11);
}

TEST(DayTotal, IsNarrowerThanTheSumOfItsBundlesQuantiles) {
    const std::vector<BundleForecast> bundles(9, {.reservations = one(10, 5), .predicted_sales = 10});

    const DayForecast day = day_total(bundles);

    EXPECT_GT(day.low, 9 * one(10, 5).quantile(.1));
    EXPECT_LT(day.high, 9 * one(10, 5).quantile(.9));
}

TEST(DayTotal, HasTheQuantilesOfSimulatedSales) {
    constexpr unsigned seed = 20261123;
    std::mt19937_64 random(seed);
    const double stays_away = .2;
    std::vector<int> totals(40'000);
    for (int& total : totals) {
        for (int bundle = 0; bundle < 3; ++bundle) {
            std::gamma_distribution<double> rate(3, 10.0 / 3);
            std::poisson_distribution<int> count(rate(random));
            const int reserved = std::min(12, count(random));
            total += std::binomial_distribution<int>(reserved, 1 - stays_away)(random);
        }
    }
    std::sort(totals.begin(), totals.end());

    const std::vector<BundleForecast> bundles(3, {.reservations = one(10, 3).with_cap(12),
                                                  .no_show_prob = Probability::round(stays_away),
                                                  .predicted_sales = 7});
    const DayForecast day = day_total(bundles);

    EXPECT_NEAR(static_cast<double>(day.low), totals[totals.size() / 10], 1) << "seed " << seed;
    EXPECT_NEAR(static_cast<double>(day.high), totals[totals.size() * 9 / 10], 1) << "seed " << seed;
}

TEST(DayTotal, OfHugeBundlesIsTakenAsNormal) {
    const std::vector<BundleForecast> bundles(2, {.reservations = one(1e6, 1e12), .predicted_sales = 1'000'000});

    const DayForecast day = day_total(bundles);

    EXPECT_NEAR(static_cast<double>(day.high), 2e6 + 1.28155 * std::sqrt(2e6), 2);
    EXPECT_NEAR(static_cast<double>(day.low), 2e6 - 1.28155 * std::sqrt(2e6), 2);
}

TEST(DayTotal, KeepsTheExpectedTotalWithinItsBand) {
    const std::vector<BundleForecast> bundles{{.reservations = one(2, 5), .predicted_sales = 50}};

    EXPECT_EQ(day_total(bundles).high, 50);
}

TEST(DayTotal, OfPeopleWhoNeverComeIsZero) {
    const std::vector<BundleForecast> bundles{
        {.reservations = one(20, 5), .no_show_prob = Probability::round(1), .predicted_sales = 0}};

    EXPECT_EQ(day_total(bundles), DayForecast());
}

}  // namespace

}  // namespace edge::forecast
