#include "golden/golden_cases.hpp"

#include "edge/forecast/method.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>

namespace edge::golden {

namespace {

using boost::json::value;
using forecast::Forecast;
using forecast::Method;
using forecast::Observation;
using forecast::Slot;

std::string text(const value& json) { return std::string(json.as_string()); }

int weekday_of(const std::string& name) {
    for (int index = 0; index < 7; ++index) {
        if (weekday_name(index) == name) return index;
    }
    ADD_FAILURE() << "no weekday: " << name;
    return 0;
}

LocalDate day_of(const value& timestamp) { return parse_date(text(timestamp).substr(0, 10)).value(); }
TimeOfDay time_of(const value& timestamp) { return parse_time_of_day(text(timestamp).substr(11)).value(); }

/// The cases give weekday and date apart from each other; only the weekday counts.
LocalDate day_with_weekday(LocalDate day, int weekday) { return day + std::chrono::days(weekday - weekday_index(day)); }

Observation observation_of(const value& row, SellerId seller) {
    return {.seller = seller,
            .category = CategoryId(row.at("category_id").as_int64()),
            .day = day_of(row.at("window_start")),
            .weekday = weekday_of(text(row.at("day_of_week"))),
            .window_start = time_of(row.at("window_start")),
            .window_end = time_of(row.at("window_end")),
            .is_holiday = row.at("is_holiday").as_bool(),
            .temperature = Celsius::parse(text(row.at("temperature"))),
            .weather = parse_weather_flag(text(row.at("weather_flag"))),
            .reservations = row.at("observed_reservations").as_int64(),
            .no_shows = row.at("observed_no_shows").as_int64()};
}

Slot slot_of(const value& query, SellerId seller) {
    Slot slot{.seller = seller,
              .day = day_with_weekday(day_of(query.at("window_start")), weekday_of(text(query.at("day_of_week")))),
              .window_start = time_of(query.at("window_start")),
              .window_end = time_of(query.at("window_end")),
              .is_holiday = query.at("is_holiday").as_bool(),
              .temperature = Celsius::parse(text(query.at("temperature"))),
              .weather = parse_weather_flag(text(query.at("weather_flag"))),
              .posted = query.at("posted_qty").as_int64()};
    for (const value& category : query.at("category_ids").as_array()) slot.categories.emplace_back(category.as_int64());
    return slot;
}

/// Forecasts of one case, with how many rows each category of the seller has.
struct Replay {
    std::vector<Forecast> forecasts;
    std::map<std::int64_t, std::int64_t> rows;
};

Replay replay(const Case& golden) {
    const SellerId seller(golden.input.at("seller_id").as_int64());
    const std::unique_ptr<Method> method = forecast::make_method("similarity");
    Replay result;
    for (const value& row : golden.input.at("history").as_array()) {
        const SellerId owner =
            row.as_object().contains("seller_id") ? SellerId(row.at("seller_id").as_int64()) : seller;
        method->learn(observation_of(row, owner));
        if (owner == seller) ++result.rows[row.at("category_id").as_int64()];
    }
    for (const value& query : golden.input.at("queries").as_array()) {
        result.forecasts.push_back(method->forecast(slot_of(query, seller)));
    }
    return result;
}

std::int64_t most_rows(const Replay& past, const value& query) {
    std::int64_t most = 0;
    for (const value& category : query.at("category_ids").as_array()) {
        const auto found = past.rows.find(category.as_int64());
        if (found != past.rows.end()) most = std::max(most, found->second);
    }
    return most;
}

class ForecastGolden : public testing::TestWithParam<Case> {};

// The marketplace's model takes over from 40 rows; up to there every field is exact.
TEST_P(ForecastGolden, GivesTheStoredForecast) {
    const Replay result = replay(GetParam());

    const boost::json::array& expected = GetParam().expected.at("forecasts").as_array();
    ASSERT_EQ(result.forecasts.size(), expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) {
        SCOPED_TRACE(i);
        const value& query = GetParam().input.at("queries").at(i);
        EXPECT_EQ(result.forecasts[i].rationale, text(expected[i].at("rationale")));
        EXPECT_EQ(result.forecasts[i].confidence.text(), text(expected[i].at("confidence")));
        EXPECT_EQ(slot_of(query, SellerId(0)).posted, expected[i].at("posted_qty").as_int64());
        if (most_rows(result, query) >= 40) continue;
        EXPECT_EQ(result.forecasts[i].predicted_sales, expected[i].at("predicted_sales").as_int64());
        EXPECT_EQ(result.forecasts[i].predicted_no_show_prob.text(), text(expected[i].at("predicted_no_show_prob")));
    }
}

TEST_P(ForecastGolden, GivesTheStoredMeanBeforeRounding) {
    const Replay result = replay(GetParam());

    const boost::json::array& queries = GetParam().input.at("queries").as_array();
    std::map<std::int64_t, double> means;
    for (const value& row : GetParam().expected.at("unrounded").as_array()) {
        means[row.at(0).as_int64()] = row.at(2).to_number<double>();
    }
    for (std::size_t i = 0; i < queries.size(); ++i) {
        const auto mean = means.find(queries[i].at("bundle_id").as_int64());
        if (queries[i].at("category_ids").as_array().size() != 1 || mean == means.end()) continue;
        if (most_rows(result, queries[i]) >= 40) continue;
        EXPECT_NEAR(result.forecasts[i].mean, mean->second, 1e-9) << "query " << i;
    }
}

std::vector<Case> exact_cases(const std::string& file) {
    std::vector<Case> cases = cases_of(file);
    std::erase_if(cases, [](const Case& golden) {
        return std::find(golden.tags.begin(), golden.tags.end(), "quirk") != golden.tags.end();
    });
    return cases;
}

std::string case_name(const testing::TestParamInfo<Case>& info) { return info.param.name; }

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(ForecastGolden);
INSTANTIATE_TEST_SUITE_P(Few, ForecastGolden, testing::ValuesIn(exact_cases("forecast.json")), case_name);
INSTANTIATE_TEST_SUITE_P(Model, ForecastGolden, testing::ValuesIn(exact_cases("forecast_model.json")), case_name);

TEST(ForecastGoldenFiles, AreThere) {
    for (const char* file : {"forecast.json", "forecast_model.json"}) {
        if (!find_file(file)) GTEST_SKIP() << absence_of(file);
    }
}

TEST(ForecastConfidence, FollowsTheRowCountOfTheTable) {
    const std::optional<boost::json::object> table = find_file("confidence.json");
    if (!table) GTEST_SKIP() << absence_of("confidence.json");

    for (const value& row : table->at("rows").as_array()) {
        const std::unique_ptr<Method> method = forecast::make_method("similarity");
        const Observation observation{.seller = SellerId(1), .category = CategoryId(1), .reservations = 3};
        for (std::int64_t i = 0; i < row.at(0).as_int64(); ++i) method->learn(observation);

        const Forecast forecast = method->forecast({.seller = SellerId(1), .categories = {CategoryId(1)}});

        EXPECT_EQ(forecast.confidence.text(), text(row.at(1))) << row;
    }
}

}  // namespace

}  // namespace edge::golden
