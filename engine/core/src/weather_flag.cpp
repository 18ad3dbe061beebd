#include "edge/core/weather_flag.hpp"

#include <array>

namespace edge {
namespace {
constexpr std::array<std::string_view, 5> names = {"sunny", "cloudy", "rainy", "snowy", "windy"};
}

std::string_view name_of(WeatherFlag flag) noexcept { return names.at(static_cast<std::size_t>(flag)); }

std::optional<WeatherFlag> parse_weather_flag(std::string_view name) noexcept {
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (names.at(i) == name) return static_cast<WeatherFlag>(i);
    }
    return std::nullopt;
}

}  // namespace edge
