#include "edge/core/weather_flag.hpp"

#include <gtest/gtest.h>

namespace edge {
namespace {

TEST(WeatherFlag, ReadsTheNamesItPrints) {
    for (const WeatherFlag flag :
         {WeatherFlag::sunny, WeatherFlag::cloudy, WeatherFlag::rainy, WeatherFlag::snowy, WeatherFlag::windy})
        EXPECT_EQ(parse_weather_flag(name_of(flag)), flag);
}

TEST(WeatherFlag, RefusesEveryOtherName) {
    for (const char* name : {"", "Sunny", "foggy", "sunny "}) EXPECT_FALSE(parse_weather_flag(name)) << name;
}

}  // namespace
}  // namespace edge
