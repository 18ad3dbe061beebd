#include "edge/core/time.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace edge {
namespace {

using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::minutes;
using std::chrono::seconds;

struct ReadCase {
    const char* text;
    const char* printed;
};

class TimestampText : public testing::TestWithParam<ReadCase> {};

TEST_P(TimestampText, IsReadAsTheInstantItNames) {
    const std::optional<Timestamp> instant = parse_timestamp(GetParam().text);

    ASSERT_TRUE(instant) << GetParam().text;
    EXPECT_EQ(format_timestamp(*instant), GetParam().printed) << GetParam().text;
}

INSTANTIATE_TEST_SUITE_P(EveryForm, TimestampText,
                         testing::Values(ReadCase{"2026-11-23T16:02:11Z", "2026-11-23T16:02:11Z"},
                                         ReadCase{"2026-11-23t16:02:11z", "2026-11-23T16:02:11Z"},
                                         ReadCase{"2026-11-23 16:02:11", "2026-11-23T16:02:11Z"},
                                         ReadCase{"2026-11-23 16:02", "2026-11-23T16:02:00Z"},
                                         ReadCase{"2026-11-23", "2026-11-23T00:00:00Z"},
                                         ReadCase{"2026-11-23 16:02:11.25", "2026-11-23T16:02:11.250Z"},
                                         ReadCase{"2026-11-23 16:02:11,25", "2026-11-23T16:02:11.250Z"},
                                         ReadCase{"2026-11-23T16:02:11.000001Z", "2026-11-23T16:02:11.000001Z"},
                                         ReadCase{"2026-11-23T16:02:11.123456789Z", "2026-11-23T16:02:11.123456Z"},
                                         ReadCase{"2026-11-23T16:02:11.000Z", "2026-11-23T16:02:11Z"},
                                         ReadCase{"2026-11-23T16:02+01:00", "2026-11-23T15:02:00Z"},
                                         ReadCase{"2026-11-23T16:02:11-0330", "2026-11-23T19:32:11Z"},
                                         ReadCase{"2026-11-23 16:02:11.5+01", "2026-11-23T15:02:11.500Z"},
                                         ReadCase{"2026-01-01T00:30+01:00", "2025-12-31T23:30:00Z"},
                                         ReadCase{"2024-02-29T23:59:59Z", "2024-02-29T23:59:59Z"},
                                         ReadCase{"1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999Z"},
                                         ReadCase{"0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"},
                                         ReadCase{"9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"}));

class NoTimestamp : public testing::TestWithParam<const char*> {};

TEST_P(NoTimestamp, IsRefused) { EXPECT_FALSE(parse_timestamp(GetParam())) << GetParam(); }

INSTANTIATE_TEST_SUITE_P(EveryForm, NoTimestamp,
                         testing::Values("", " ", "2026", "2026-11", "2026-11-23T", "2026-11-23 ", "2026-11-23T16",
                                         "2026-11-23T16:", "2026-11-23T16:2", "2026-11-23T16:02:", "2026-11-23T16:02:1",
                                         "2026-11-23T16:02:11.", "2026-11-23T16:02:11.1234567891",
                                         "2026-11-23T16:02:11 Z", "2026-11-23T16:02:11Zz", "2026-11-23T16:02:11Z ",
                                         " 2026-11-23T16:02:11Z", "2026-11-23T16:02:11+", "2026-11-23T16:02:11+1",
                                         "2026-11-23T16:02:11+01:", "2026-11-23T16:02:11+01:0",
                                         "2026-11-23T16:02:11+24:00", "2026-11-23T16:02:11+01:60",
                                         "2026-11-23X16:02:11", "2026-11-23T24:00:00", "2026-11-23T16:60:00",
                                         "2026-11-23T16:02:60", "2026-00-23", "2026-13-23", "2026-11-00", "2026-11-31",
                                         "2025-02-29", "1900-02-29", "0000-01-01", "26-11-23", "2026/11/23", "20261123",
                                         "-026-11-23", "+2026-11-23", "12026-11-23", "2026-1-23", "now", "1700000000",
                                         "2026-11-23T-1:00", "２０２６-11-23"));

TEST(Timestamp, RefusesAnOffsetThatLeavesTheYearsOneTo9999) {
    EXPECT_FALSE(parse_timestamp("0001-01-01T00:00:00+00:01"));
    EXPECT_FALSE(parse_timestamp("9999-12-31T23:59:59-00:01"));
    EXPECT_TRUE(parse_timestamp("0001-01-01T00:01:00+00:01"));
    EXPECT_TRUE(parse_timestamp("9999-12-31T23:58:59-00:01"));
}

TEST(Timestamp, IsShownAsTheNearestOfTheCalendarWhenItLiesOutside) {
    EXPECT_EQ(format_timestamp(Timestamp::min()), "0001-01-01T00:00:00Z");
    EXPECT_EQ(format_timestamp(Timestamp::max()), "9999-12-31T23:59:59.999999Z");
}

TEST(Timestamp, ReadsWhatItPrintsForEveryInstantOfTheYearsOneTo9999) {
    const Timestamp first = parse_timestamp("0001-01-01").value();
    const Timestamp last = parse_timestamp("9999-12-31T23:59:59.999999Z").value();

    EXPECT_TRUE(rc::check("parse undoes format", [&] {
        const auto count = *rc::gen::inRange(first.time_since_epoch().count(), last.time_since_epoch().count() + 1);
        const Timestamp instant{microseconds(count)};
        RC_ASSERT(parse_timestamp(format_timestamp(instant)) == instant);
    }));
}

TEST(Date, IsReadOnlyAsYearMonthDay) {
    EXPECT_EQ(parse_date("1970-01-02"), LocalDate(std::chrono::days(1)));
    EXPECT_EQ(parse_date("2024-02-29").has_value(), true);
    for (const char* text : {"", "2025-02-29", "2026-11-23 ", "2026-11-23T00:00", "2026-1-2", "0000-12-31", "26-1-2"})
        EXPECT_FALSE(parse_date(text)) << text;
}

TEST(Date, ReadsWhatItPrintsForEveryDayOfTheYearsOneTo9999) {
    const LocalDate last = parse_date("9999-12-31").value();
    int days = 0;

    for (LocalDate day = parse_date("0001-01-01").value(); day <= last; day += std::chrono::days(1)) {
        ASSERT_EQ(parse_date(format_date(day)), day) << format_date(day);
        ++days;
    }

    EXPECT_EQ(days, 3'652'059);
}

TEST(Date, KnowsItsWeekday) {
    const LocalDate monday = parse_date("2026-11-23").value();

    for (int i = 0; i < 7; ++i) EXPECT_EQ(weekday_index(monday + std::chrono::days(i)), i);

    EXPECT_EQ(weekday_name(0), "Monday");
    EXPECT_EQ(weekday_name(6), "Sunday");
    EXPECT_EQ(weekday_index(LocalDate(std::chrono::days(0))), 3);  // 1970-01-01 was a Thursday
    EXPECT_EQ(weekday_index(LocalDate(std::chrono::days(-4))), 6);
}

TEST(TimeOfDayText, IsReadToTheMicrosecond) {
    EXPECT_EQ(parse_time_of_day("00:00"), microseconds(0));
    EXPECT_EQ(parse_time_of_day("09:05"), hours(9) + minutes(5));
    EXPECT_EQ(parse_time_of_day("23:59:59"), hours(24) - seconds(1));
    EXPECT_EQ(parse_time_of_day("09:05:07.000001"), hours(9) + minutes(5) + seconds(7) + microseconds(1));
    for (const char* text : {"", "9:05", "09", "09:5", "24:00", "09:60", "09:05:60", "09:05Z", "09:05:07.", "-1:00"})
        EXPECT_FALSE(parse_time_of_day(text)) << text;
}

TEST(TimeOfDayText, IsPrintedToTheMinuteThatHasBegun) {
    EXPECT_EQ(format_hour_minute(hours(9) + minutes(5)), "09:05");
    EXPECT_EQ(format_hour_minute(hours(24) - microseconds(1)), "23:59");
    EXPECT_EQ(format_hour_minute(microseconds(0)), "00:00");
}

}  // namespace
}  // namespace edge
