#include "edge/forecast/weather_code.hpp"

namespace edge::forecast {

WeatherFlag weather_flag(std::int64_t code, WeatherCodes codes) noexcept {
    if (code == 0) return WeatherFlag::sunny;
    const bool showers = code >= 80 && code <= 82;
    if (showers && codes == WeatherCodes::standard) return WeatherFlag::rainy;
    if (code >= 71 && code <= 86) return WeatherFlag::snowy;
    if (code >= 51 && code <= 70) return WeatherFlag::rainy;
    if (code >= 95) return WeatherFlag::windy;
    return WeatherFlag::cloudy;
}

}  // namespace edge::forecast
