#pragma once

#include "edge/forecast/forecast.hpp"
#include "edge/forecast/slot.hpp"

#include <array>
#include <cstdint>

namespace edge::forecast {

/// 5 %, 10 % … 95 %
[[nodiscard]] const std::array<double, quantile_count>& quantile_levels() noexcept;

/// How far a count may be from `predicted` to count as a hit: max(1, 20 %).
[[nodiscard]] std::int64_t hit_margin(std::int64_t predicted) noexcept;

/// The probability that the count falls within `hit_margin` of `predicted`.
[[nodiscard]] double hit_probability(const CountDistribution& reservations, std::int64_t predicted);

/// What follows from the predictive distribution: it, its mean, its quantiles, taken at `levels`.
void set_distribution(Forecast& answer, CountDistribution reservations,
                      const std::array<double, quantile_count>& levels = quantile_levels());

/// What follows from `answer.reservations` and its no-show probability: how many to post.
void set_suggestion(Forecast& answer, const Costs& costs);

/// At most 500 code points; cut texts end in "…".
[[nodiscard]] std::string bounded_text(std::string text);

}  // namespace edge::forecast
