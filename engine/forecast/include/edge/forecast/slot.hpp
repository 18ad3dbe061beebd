#pragma once

#include "edge/core/decimal.hpp"
#include "edge/core/id.hpp"
#include "edge/core/time.hpp"
#include "edge/core/weather_flag.hpp"
#include "edge/forecast/suggestion.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace edge::forecast {

/// Where a slot's weather comes from. It only shows in a rationale: a number is used the same way whatever its source.
enum class WeatherSource { observed, forecast, normal, unknown };

/// What is to be forecast: one bundle's pickup window.
struct Slot {
    SellerId seller{0};
    std::vector<CategoryId> categories{};  ///< of the bundle, ascending; empty: a bundle without category
    LocalDate day{};
    TimeOfDay window_start{};  ///< on the local clock
    TimeOfDay window_end{};    ///< on the local clock; earlier than the start: the window crosses midnight
    bool is_holiday = false;
    std::optional<Celsius> temperature{};  ///< empty: unknown
    std::optional<WeatherFlag> weather{};  ///< empty: unknown
    WeatherSource weather_source = WeatherSource::unknown;
    std::optional<std::int64_t> posted{};  ///< items offered; empty: not decided yet
    Costs costs{};                         ///< what `suggested_qty` weighs
};

/// What happened in one closed slot, for one category: a row of `forecast_input`. A bundle in several categories is
/// one observation for each of them, with the same counts.
struct Observation {
    SellerId seller{0};
    std::optional<CategoryId> category{};  ///< empty: the bundle had none
    LocalDate day{};
    int weekday = 0;           ///< 0 = Monday … 6 = Sunday, as stored
    TimeOfDay window_start{};  ///< on the local clock
    TimeOfDay window_end{};
    bool is_holiday = false;
    std::optional<Celsius> temperature{};
    std::optional<WeatherFlag> weather{};
    std::int64_t reservations = 0;           ///< a negative count of foreign data is read as 0
    std::optional<std::int64_t> no_shows{};  ///< of those; may be more in foreign data; empty: the source cannot tell
    std::optional<std::int64_t> posted{};    ///< items offered; `reservations` at or above it: sold out
};

}  // namespace edge::forecast
