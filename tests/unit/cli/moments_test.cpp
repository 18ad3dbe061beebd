#include "input/moments.hpp"

#include "program/exit_status.hpp"

#include <gtest/gtest.h>

namespace edge::cli {
namespace {

const TimeZone london = TimeZone::find("Europe/London");
const Timestamp now = parse_timestamp("2026-07-01T12:00:00Z").value();

std::string shown(const std::optional<PickupWindow>& window) {
    if (!window) return "none";
    return format_timestamp(window->start) + " " + format_timestamp(window->end);
}

TEST(Moments, WithoutAnOffsetTheShopsClockCounts) {
    EXPECT_EQ(format_timestamp(parse_moment("2026-07-01T16:00", london, "--from")), "2026-07-01T15:00:00Z");
    EXPECT_EQ(format_timestamp(parse_moment("2026-12-01 16:00", london, "--from")), "2026-12-01T16:00:00Z");
    EXPECT_EQ(format_timestamp(parse_moment("2026-07-01", london, "--from")), "2026-06-30T23:00:00Z");
}

TEST(Moments, AnOffsetIsTakenAtItsWord) {
    EXPECT_EQ(format_timestamp(parse_moment("2026-07-01T16:00Z", london, "--from")), "2026-07-01T16:00:00Z");
    EXPECT_EQ(format_timestamp(parse_moment("2026-07-01T16:00+02:00", london, "--from")), "2026-07-01T14:00:00Z");
}

TEST(Moments, DaysHaveNames) {
    EXPECT_EQ(format_date(parse_day("today", london, now, "--day")), "2026-07-01");
    EXPECT_EQ(format_date(parse_day("tomorrow", london, now, "--day")), "2026-07-02");
    EXPECT_EQ(format_date(parse_day("yesterday", london, now, "--day")), "2026-06-30");
    EXPECT_EQ(format_date(parse_day("2027-01-31", london, now, "--day")), "2027-01-31");
    EXPECT_THROW(static_cast<void>(parse_day("2027-02-30", london, now, "--day")), CommandError);
}

TEST(Moments, TodayIsTheShopsDay) {
    const Timestamp late = parse_timestamp("2026-06-30T23:30:00Z").value();

    EXPECT_EQ(format_date(parse_day("today", london, late, "--day")), "2026-07-01");
}

TEST(Windows, ATimeOfDayAndADayAreEnough) {
    EXPECT_EQ(shown(parse_window({.from = {}, .to = {}, .window = "16:00-18:00", .day = "tomorrow"}, london, now)),
              "2026-07-02T15:00:00Z 2026-07-02T17:00:00Z");
    EXPECT_EQ(shown(parse_window({.from = {}, .to = {}, .window = "16:00-18:00", .day = {}}, london, now)),
              "2026-07-01T15:00:00Z 2026-07-01T17:00:00Z");
}

TEST(Windows, AnEndBeforeTheStartIsOnTheNextDay) {
    EXPECT_EQ(shown(parse_window({.from = {}, .to = {}, .window = "22:00-01:00", .day = "today"}, london, now)),
              "2026-07-01T21:00:00Z 2026-07-02T00:00:00Z");
    EXPECT_EQ(shown(parse_window({.from = "2026-07-01T22:00", .to = "01:00", .window = {}, .day = {}}, london, now)),
              "2026-07-01T21:00:00Z 2026-07-02T00:00:00Z");
}

TEST(Windows, CrossTheNightInWhichClocksChange) {
    EXPECT_EQ(shown(parse_window({.from = {}, .to = {}, .window = "22:00-03:00", .day = "2026-10-24"}, london, now)),
              "2026-10-24T21:00:00Z 2026-10-25T03:00:00Z");
}

/// It must not become a window of a day: London's clock shows no time from 1:00 to 2:00 on that morning.
TEST(Windows, RefuseAnHourThatTheClockSkips) {
    const auto on_that_day = [](const std::string& window) {
        return shown(parse_window({.from = {}, .to = {}, .window = window, .day = "2026-03-29"}, london, now));
    };

    EXPECT_THROW(static_cast<void>(on_that_day("01:15-01:45")), CommandError);
    EXPECT_THROW(static_cast<void>(
                     parse_window({.from = "2026-03-29T01:15", .to = "01:45", .window = {}, .day = {}}, london, now)),
                 CommandError);
    EXPECT_EQ(on_that_day("01:30-02:30"), "2026-03-29T01:00:00Z 2026-03-29T01:30:00Z");
    EXPECT_EQ(on_that_day("00:30-01:30"), "2026-03-29T00:30:00Z 2026-03-29T01:00:00Z");
    EXPECT_EQ(on_that_day("02:00-01:45"), "2026-03-29T01:00:00Z 2026-03-30T00:45:00Z");
}

TEST(Windows, FromAndToMayBothBeWhole) {
    EXPECT_EQ(shown(parse_window({.from = "2026-07-01T16:00", .to = "2026-07-03T09:00", .window = {}, .day = {}},
                                 london, now)),
              "2026-07-01T15:00:00Z 2026-07-03T08:00:00Z");
}

TEST(Windows, NothingTypedIsNoWindow) { EXPECT_EQ(shown(parse_window({}, london, now)), "none"); }

TEST(Windows, RefuseWhatDoesNotFitTogether) {
    const auto refused = [](const WindowOptions& options) {
        EXPECT_THROW(static_cast<void>(parse_window(options, london, now)), CommandError);
    };

    refused({.from = "2026-07-01T16:00", .to = {}, .window = {}, .day = {}});
    refused({.from = {}, .to = "18:00", .window = {}, .day = {}});
    refused({.from = "2026-07-01T16:00", .to = {}, .window = "16:00-18:00", .day = {}});
    refused({.from = {}, .to = {}, .window = {}, .day = "today"});
    refused({.from = {}, .to = {}, .window = "16:00", .day = {}});
    refused({.from = {}, .to = {}, .window = "25:00-26:00", .day = {}});
    refused({.from = "yesterdayish", .to = "18:00", .window = {}, .day = {}});
}

}  // namespace
}  // namespace edge::cli
