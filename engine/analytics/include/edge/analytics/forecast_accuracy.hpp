#pragma once

#include "edge/core/entities.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

namespace edge::analytics {

/// The last forecast of a window that is over, beside what happened.
struct ForecastOutcome {
    std::int64_t predicted = 0;
    std::int64_t low = 0;   ///< of the 80 % interval
    std::int64_t high = 0;  ///< of the 80 % interval
    Probability confidence;
    std::int64_t observed = 0;
};

/// What some windows come to.
struct ForecastScore {
    std::int64_t windows = 0;
    std::int64_t hits = 0;              ///< observed within max(1, 20 %) of predicted
    std::int64_t in_interval = 0;       ///< observed within the 80 % interval
    std::int64_t confidence_units = 0;  ///< sum of the stated probabilities of a hit, in units of `Probability`
    std::int64_t predicted = 0;
    std::int64_t observed = 0;

    void add(const ForecastOutcome& outcome) noexcept;
    friend bool operator==(const ForecastScore&, const ForecastScore&) = default;
};

/// Series of type 107, in percent with 2 places, a point a week by its Monday: how often forecasts were right, how
/// often they said so, how often the 80 % interval held, and by how much they were too high.
inline constexpr std::array<const char*, 4> accuracy_series_names = {"hit_rate", "stated_confidence", "in_interval",
                                                                     "bias"};
/// A point for each of the series; nothing for a week without such windows, and no bias where nothing was reserved.
[[nodiscard]] std::array<std::optional<GraphPoint>, accuracy_series_names.size()> accuracy_points(
    LocalDate monday, const ForecastScore& week);
/// All of them.
[[nodiscard]] std::vector<GraphSeries> accuracy_series(const std::map<LocalDate, ForecastScore>& weeks);

}  // namespace edge::analytics
