#include "golden/golden_cases.hpp"

#include "edge/core/entities.hpp"
#include "edge/forecast/calendar.hpp"
#include "edge/forecast/weather_code.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

namespace edge::golden {

namespace {

using boost::json::value;

std::string text(const value& json) { return std::string(json.as_string()); }

TEST(WeatherCodeGolden, CompatReadsEveryCodeAsTheTable) {
    const std::optional<boost::json::object> table = find_file("weather_codes.json");
    if (!table) GTEST_SKIP() << absence_of("weather_codes.json");

    for (const value& row : table->at("rows").as_array()) {
        const WeatherFlag flag = forecast::weather_flag(row.at(0).as_int64(), forecast::WeatherCodes::compat);

        EXPECT_EQ(name_of(flag), text(row.at(1))) << row;
    }
}

TEST(WeatherCodeGolden, StandardDepartsOnlyForRainShowers) {
    const std::optional<boost::json::object> table = find_file("weather_codes.json");
    if (!table) GTEST_SKIP() << absence_of("weather_codes.json");

    for (const value& row : table->at("rows").as_array()) {
        const std::int64_t code = row.at(0).as_int64();

        const WeatherFlag flag = forecast::weather_flag(code);

        EXPECT_EQ(name_of(flag), code >= 80 && code <= 82 ? "rainy" : text(row.at(1))) << row;
    }
}

/// "2020-01-02|New Year Holiday|SCT," for comparing whole years at once.
std::string line_of(const std::string& day, const std::string& name, std::set<std::string> nations) {
    std::string line = day + "|" + name + "|";
    for (const std::string& nation : nations) line += nation + ",";
    return line;
}

class HolidayYearGolden : public testing::TestWithParam<int> {};

TEST_P(HolidayYearGolden, ListsTheSameDaysNamesAndNations) {
    const int year = GetParam();
    const boost::json::object file = find_file("holidays.json").value();
    std::multiset<std::string> expected;
    for (const value& row : file.at("rows").as_array()) {
        if (text(row.at(0)).substr(0, 4) != std::to_string(year)) continue;
        std::set<std::string> nations;
        for (const value& nation : row.at(2).as_array()) nations.insert("GB-" + text(nation));
        expected.insert(line_of(text(row.at(0)), text(row.at(1)), nations));
    }

    std::multiset<std::string> listed;
    for (const forecast::Holiday& holiday : forecast::public_holidays("GB", year)) {
        listed.insert(
            line_of(format_date(holiday.day), holiday.name, {holiday.regions.begin(), holiday.regions.end()}));
    }

    EXPECT_EQ(listed, expected);
}

TEST_P(HolidayYearGolden, FlagsTheDaysCommonToTheWholeCountry) {
    const int year = GetParam();
    const boost::json::object file = find_file("holidays.json").value();
    std::vector<std::string> expected;
    for (const value& day : file.at("flagged").at(std::to_string(year)).as_array()) expected.push_back(text(day));
    using std::chrono::January;
    const LocalDate first = std::chrono::local_days(std::chrono::year(year) / January / 1);
    const LocalDate next = std::chrono::local_days(std::chrono::year(year + 1) / January / 1);

    std::vector<std::string> flagged;
    for (LocalDate day = first; day < next; day += std::chrono::days(1)) {
        if (forecast::is_holiday(day, "GB")) flagged.push_back(format_date(day));
    }

    EXPECT_EQ(flagged, expected);
}

std::vector<int> golden_years() {
    std::vector<int> years;
    const std::optional<boost::json::object> file = find_file("holidays.json");
    if (!file) return years;
    for (const auto& [year, days] : file->at("flagged").as_object()) years.push_back(std::stoi(std::string(year)));
    return years;
}

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(HolidayYearGolden);
INSTANTIATE_TEST_SUITE_P(Year, HolidayYearGolden, testing::ValuesIn(golden_years()), testing::PrintToStringParamName());

TEST(HolidayGoldenFile, IsThere) {
    if (!find_file("holidays.json")) GTEST_SKIP() << absence_of("holidays.json");
}

TEST(Co2Golden, SavesTheGramsOfTheTable) {
    const std::optional<boost::json::object> table = find_file("co2.json");
    if (!table) GTEST_SKIP() << absence_of("co2.json");

    for (const value& row : table->at("rows").as_array()) {
        std::vector<Co2Coefficient> coefficients;
        for (const value& coefficient : row.at(0).as_array()) {
            coefficients.push_back(Co2Coefficient::round(coefficient.to_number<double>()));
        }

        const std::int64_t saved = co2_saved_grams(row.at(1).as_int64(), coefficients);

        EXPECT_EQ(saved, row.at(2).as_int64()) << row;
    }
}

}  // namespace

}  // namespace edge::golden
