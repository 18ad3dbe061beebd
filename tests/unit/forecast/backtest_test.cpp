#include "edge/forecast/backtest.hpp"

#include "edge/core/error.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace edge::forecast {

namespace {

constexpr const char* header =
    "series_id,category_id,date,day_of_week,window_start_hour,window_end_hour,is_holiday,temperature,weather_flag,"
    "posted_qty,observed_reservations,observed_no_shows\n";

std::string table(const std::string& rows) { return header + rows; }

std::string refusal_of(const std::string& csv) {
    try {
        static_cast<void>(parse_slot_history(csv));
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
        return error.what();
    }
    return "";
}

TEST(SlotHistory, ReadsEveryColumnAndSortsByDay) {
    const SlotHistory history =
        parse_slot_history(table("b,Cake,2026-01-02,4,9,12,1,3.5,rainy,8,6,1\r\n"
                                 "\n"
                                 "a,Bread,2026-01-01,3,17,18,0,,,,4,\n"));

    ASSERT_EQ(history.rows.size(), 2U);
    EXPECT_EQ(history.names.sellers, (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(history.names.categories, (std::vector<std::string>{"Bread", "Cake"}));
    const Observation& bread = history.rows[0];
    EXPECT_EQ(format_date(bread.day), "2026-01-01");
    EXPECT_EQ(bread.reservations, 4);
    EXPECT_FALSE(bread.no_shows || bread.posted || bread.temperature || bread.weather);
    const Observation& cake = history.rows[1];
    EXPECT_EQ(cake.seller, SellerId(1));
    EXPECT_TRUE(cake.is_holiday);
    EXPECT_EQ(cake.temperature, Celsius::from_units(350));
    EXPECT_EQ(cake.weather, WeatherFlag::rainy);
    EXPECT_EQ(cake.posted, 8);
    EXPECT_EQ(cake.no_shows, 1);
}

TEST(SlotHistory, SaysAtWhichLineItCannotGoOn) {
    EXPECT_THAT(refusal_of(""), testing::HasSubstr("no header"));
    EXPECT_THAT(refusal_of("series_id,date\n"), testing::HasSubstr("category_id"));
    EXPECT_THAT(refusal_of(table("a,b,2026-01-01,3,9,12,0,,,,4,\na,b,2026-02-30,3,9,12,0,,,,4,\n")),
                testing::HasSubstr("line 3: date"));
    EXPECT_THAT(refusal_of(table("a,b,2026-01-01,9,9,12,0,,,,4,\n")), testing::HasSubstr("day_of_week"));
    EXPECT_THAT(refusal_of(table("a,b,2026-01-01,3,9,12,0,,,,four,\n")), testing::HasSubstr("observed_reservations"));
    EXPECT_THAT(refusal_of(table("a,b,2026-01-01,3,9,12,0,,hail,,4,\n")), testing::HasSubstr("weather_flag"));
    EXPECT_THAT(refusal_of(table("a,b,2026\n")), testing::HasSubstr("date"));
}

/// Gives a text a few bytes at a time, so that every line is torn.
ByteSource torn(std::string_view text) {
    return [all = bytes_of(text)](char* buffer, std::size_t capacity) mutable {
        return all(buffer, std::min<std::size_t>(capacity, 7));
    };
}

constexpr const char* three_days =
    "b,Cake,2026-01-01,3,9,12,0,,,,6,\na,Bread,2026-01-01,3,17,18,0,,,,4,\na,Bread,2026-01-01,3,9,10,0,,,,3,\n"
    "a,Bread,2026-01-02,4,9,10,0,,,,5,\n\r\nb,Bread,2026-01-04,6,9,10,0,,,,7,";

TEST(SlotReader, GivesADayAtATimeAsTheWholeTableHasIt) {
    const std::string csv = table(three_days);
    const SlotSurvey survey = survey_slots(torn(csv));
    EXPECT_EQ(survey.rows, 5);
    EXPECT_TRUE(survey.by_day);

    SlotReader reader(torn(csv), survey.names);
    std::vector<std::int64_t> counts;
    std::vector<std::size_t> days;
    for (std::vector<Observation> day; reader.next(day);) {
        days.push_back(day.size());
        for (const Observation& row : day) counts.push_back(row.reservations);
    }

    EXPECT_EQ(days, (std::vector<std::size_t>{3, 1, 1}));
    EXPECT_EQ(counts, (std::vector<std::int64_t>{3, 4, 6, 5, 7}));
    std::vector<std::int64_t> whole;
    for (const Observation& row : parse_slot_history(csv).rows) whole.push_back(row.reservations);
    EXPECT_EQ(counts, whole);
}

TEST(SlotSurvey, SeesThatDaysAreNotInOrder) {
    const std::string backwards = table("a,b,2026-01-02,4,9,12,0,,,,4,\na,b,2026-01-01,3,9,12,0,,,,4,\n");
    EXPECT_FALSE(survey_slots(torn(backwards)).by_day);
    const std::string no_rows = table("");
    EXPECT_TRUE(survey_slots(bytes_of(no_rows)).by_day);
}

TEST(SlotSurvey, RefusesALineWithoutEnd) {
    EXPECT_THAT(refusal_of(std::string(5U << 20U, 'x')), testing::HasSubstr("line 1: it is longer"));
}

std::string thirty_days(const std::string& last_count) {
    std::string rows;
    for (int day = 1; day <= 30; ++day) {
        for (const char* hour : {"9", "17"}) {
            const std::string date = (day < 10 ? "2026-04-0" : "2026-04-") + std::to_string(day);
            const std::string weekday = std::to_string((day + 1) % 7);
            rows.append("a,b,").append(date).append(",").append(weekday).append(",").append(hour);
            rows.append(",18,0,,,,").append(day == 30 ? last_count : "4").append(",0\n");
        }
    }
    return table(rows);
}

std::vector<std::string> predictions(std::string_view name, const std::string& csv) {
    const SlotHistory history = parse_slot_history(csv);
    const std::unique_ptr<Method> method = make_method(name);
    std::vector<std::string> lines;
    backtest(*method, history, [&](const Observation& row, const Forecast& forecast) {
        lines.push_back(prediction_line(history.names, row, forecast));
    });
    return lines;
}

TEST(Backtest, WhatHappensOnADayChangesNoForecastUpToIt) {
    for (const std::string_view name : method_names()) {
        const std::vector<std::string> quiet = predictions(name, thirty_days("4"));
        ASSERT_EQ(quiet.size(), 60U);

        EXPECT_EQ(predictions(name, thirty_days("900")), quiet) << name;
    }
}

TEST(Backtest, WritesAFieldForEveryColumnOfItsHeader) {
    const std::string line = predictions("seasonal_naive", thirty_days("4")).back();
    const std::string columns = prediction_header();

    EXPECT_EQ(std::count(line.begin(), line.end(), ','), std::count(columns.begin(), columns.end(), ','));
    EXPECT_TRUE(line.starts_with("a,b,2026-04-30,17,")) << line;
    EXPECT_THAT(columns, testing::HasSubstr("q05,q10"));
    EXPECT_TRUE(columns.ends_with(",q95"));
}

}  // namespace

}  // namespace edge::forecast
