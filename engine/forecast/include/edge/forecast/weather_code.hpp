#pragma once

#include "edge/core/weather_flag.hpp"

#include <cstdint>

namespace edge::forecast {

/// How to read the codes 80 to 82. The weather services mean rain showers; the marketplace calls them snowy.
enum class WeatherCodes { standard, compat };

/// The flag of a WMO weather code: 0 sunny, 51 to 67 and 80 to 82 rainy, 71 to 77 and 83 to 86 snowy, 95 and up windy
/// (thunderstorms), all else cloudy. Codes that do not exist follow their neighbours: 68 to 70 rainy, 78 and 79 snowy.
[[nodiscard]] WeatherFlag weather_flag(std::int64_t code, WeatherCodes codes = WeatherCodes::standard) noexcept;

}  // namespace edge::forecast
