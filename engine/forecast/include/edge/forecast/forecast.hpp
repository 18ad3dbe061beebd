#pragma once

#include "edge/core/decimal.hpp"
#include "edge/forecast/count_distribution.hpp"
#include "edge/forecast/explanation.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace edge::forecast {

/// 5 %, 10 % … 95 %
inline constexpr std::size_t quantile_count = 19;

/// The answer for one slot.
struct Forecast {
    std::string method{};                                  ///< "pooled", "similarity" or "seasonal_naive"
    std::int64_t predicted_reservations = 0;               ///< whole number, not negative
    double mean = 0;                                       ///< of `reservations`
    std::array<std::int64_t, quantile_count> quantiles{};  ///< ascending, of 5 % … 95 %
    Probability predicted_no_show_prob{};                  ///< of one reservation
    std::int64_t predicted_sales = 0;                      ///< reservations expected to be collected
    std::int64_t demand_uncut = 0;     ///< `predicted_reservations` without the bound of what is posted
    std::int64_t suggested_qty = 0;    ///< how many to post, see `suggest_quantity`
    Probability confidence{};          ///< that the count falls within max(1, 20 %) of `predicted_reservations`;
                                       ///< of method `similarity`: the marketplace's function of the row count
    std::string rationale{};           ///< plain words, at most 500 characters (code points)
    std::vector<Effect> effects{};     ///< largest first; of method `pooled` only
    std::int64_t history_rows = 0;     ///< observations of the seller and these categories it rests on
    CountDistribution reservations{};  ///< the whole predictive distribution
    Explanation explanation{};         ///< of method `pooled` only; `rationale` is its short form
};

}  // namespace edge::forecast
