#pragma once

#include <optional>
#include <string_view>

namespace edge {

enum class WeatherFlag { sunny, cloudy, rainy, snowy, windy };

/// "sunny"
[[nodiscard]] std::string_view name_of(WeatherFlag flag) noexcept;
[[nodiscard]] std::optional<WeatherFlag> parse_weather_flag(std::string_view name) noexcept;

}  // namespace edge
