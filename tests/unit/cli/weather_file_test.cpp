#include "input/weather_file.hpp"

#include "edge/core/error.hpp"

#include <gtest/gtest.h>

namespace edge::cli {
namespace {

const WeatherDefaults defaults{
    .place = "51.5,-0.1", .source = "station", .fetched_at = parse_timestamp("2026-11-23T12:00:00Z").value()};

TEST(WeatherFile, ReadsWhatIsThereAndFillsInTheRest) {
    const std::vector<WeatherEntry> weather =
        weather_from_csv("day,temperature,weather\n2026-11-23,7.25,rainy\n2026-11-24,,sunny\n", defaults, "x.csv");

    ASSERT_EQ(weather.size(), 2U);
    EXPECT_EQ(weather[0].place, "51.5,-0.1");
    EXPECT_EQ(weather[0].kind, "observed");
    EXPECT_EQ(weather[0].temperature->text(), "7.25");
    EXPECT_EQ(weather[0].flag, WeatherFlag::rainy);
    EXPECT_FALSE(weather[1].temperature);
}

TEST(WeatherFile, RefusesRowsThatSayNothingOrNonsense) {
    for (const char* row : {"2026-11-23,,", "2026-11-23,warm,", "2026-11-23,7,foggy", "23.11.2026,7,", ",7,"}) {
        EXPECT_THROW(static_cast<void>(
                         weather_from_csv(std::string("day,temperature,weather\n") + row + "\n", defaults, "x.csv")),
                     Error)
            << row;
    }
    EXPECT_THROW(static_cast<void>(weather_from_csv("day,temperature,kind\n2026-11-23,7,guess\n", defaults, "x.csv")),
                 Error);
    EXPECT_THROW(static_cast<void>(weather_from_csv("day,temperature\n2026-11-23,7\n", {}, "x.csv")), Error);
}

TEST(WeatherFile, APlaceIsATenthOfADegree) {
    Seller seller;
    EXPECT_EQ(place_of(seller), "");
    seller.latitude = Degrees::parse("50.7184");
    seller.longitude = Degrees::parse("-3.5339");
    EXPECT_EQ(place_of(seller), "50.7,-3.5");
}

}  // namespace
}  // namespace edge::cli
