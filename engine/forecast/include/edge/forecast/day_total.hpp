#pragma once

#include "edge/core/decimal.hpp"
#include "edge/forecast/count_distribution.hpp"

#include <cstdint>
#include <span>

namespace edge::forecast {

/// What is kept of one bundle's forecast.
struct BundleForecast {
    CountDistribution reservations{};
    Probability no_show_prob{};
    std::int64_t predicted_sales = 0;
};

struct DayForecast {
    std::int64_t expected = 0;  ///< sum of the bundles' predicted sales
    std::int64_t low = 0;       ///< 10 % quantile of the sum of collected reservations, at most `expected`
    std::int64_t high = 0;      ///< 90 % quantile, at least `expected`
    friend bool operator==(const DayForecast&, const DayForecast&) = default;
};

/// The total of one day's bundles, taken as independent. Zeros for no bundle.
[[nodiscard]] DayForecast day_total(std::span<const BundleForecast> bundles);

}  // namespace edge::forecast
