#include "edge/forecast/weather_code.hpp"

#include <gtest/gtest.h>

namespace edge::forecast {

namespace {

TEST(WeatherCode, ClearSkyIsSunny) { EXPECT_EQ(weather_flag(0), WeatherFlag::sunny); }

TEST(WeatherCode, SnowComesBeforeRain) {
    EXPECT_EQ(weather_flag(70), WeatherFlag::rainy);
    EXPECT_EQ(weather_flag(71), WeatherFlag::snowy);
    EXPECT_EQ(weather_flag(86), WeatherFlag::snowy);
}

TEST(WeatherCode, RainShowersAreRainyUnlessComparedWithTheMarketplace) {
    for (const std::int64_t code : {80, 81, 82}) {
        EXPECT_EQ(weather_flag(code), WeatherFlag::rainy);
        EXPECT_EQ(weather_flag(code, WeatherCodes::compat), WeatherFlag::snowy);
    }
}

TEST(WeatherCode, UnlistedCodesAreCloudy) {
    for (const std::int64_t code : {-1, 1, 50, 87, 94}) EXPECT_EQ(weather_flag(code), WeatherFlag::cloudy) << code;
}

TEST(WeatherCode, ThunderstormsAreWindy) { EXPECT_EQ(weather_flag(95), WeatherFlag::windy); }

}  // namespace

}  // namespace edge::forecast
