#include "edge/core/error.hpp"
#include "edge/core/time.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <array>

namespace edge {
namespace {

using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::minutes;

Timestamp at(std::string_view text) { return parse_timestamp(text).value(); }
LocalDate day(std::string_view text) { return parse_date(text).value(); }

std::chrono::minutes length_of(const TimeZone& zone, LocalDate date) {
    const Timestamp begin = zone.to_instant(date, TimeOfDay(0));
    const Timestamp end = zone.to_instant(date + std::chrono::days(1), TimeOfDay(0));
    return std::chrono::duration_cast<minutes>(end - begin);
}

TEST(TimeZone, RefusesANameThatIsNotOneOfTheSystems) {
    for (const char* name : {"", "Europe/Nowhere", "europe/london", "../../etc/passwd", "UTC+1", " UTC"}) {
        try {
            const TimeZone zone = TimeZone::find(name);
            FAIL() << "took '" << name << "'";
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), ErrorCode::bad_time_zone) << name;
        }
    }
}

TEST(TimeZone, KeepsTheNameItWasAskedFor) {
    EXPECT_EQ(TimeZone::find("Europe/Lisbon").name(), "Europe/Lisbon");
    EXPECT_EQ(TimeZone::utc().name(), "UTC");
}

TEST(TimeZone, MakesADayOf23HoursWhenClocksGoForward) {
    EXPECT_EQ(length_of(TimeZone::find("Europe/London"), day("2026-03-29")), hours(23));
    EXPECT_EQ(length_of(TimeZone::find("Europe/Lisbon"), day("2026-03-29")), hours(23));
    EXPECT_EQ(length_of(TimeZone::find("America/St_Johns"), day("2026-03-08")), hours(23));
    EXPECT_EQ(length_of(TimeZone::find("Australia/Lord_Howe"), day("2026-10-04")), hours(23) + minutes(30));
}

TEST(TimeZone, MakesADayOf25HoursWhenClocksGoBack) {
    EXPECT_EQ(length_of(TimeZone::find("Europe/London"), day("2026-10-25")), hours(25));
    EXPECT_EQ(length_of(TimeZone::find("Europe/Lisbon"), day("2026-10-25")), hours(25));
    EXPECT_EQ(length_of(TimeZone::find("America/St_Johns"), day("2026-11-01")), hours(25));
}

TEST(TimeZone, TakesTheJumpForATimeThatIsSkippedInSpring) {
    const TimeZone london = TimeZone::find("Europe/London");

    EXPECT_EQ(london.to_instant(day("2026-03-29"), hours(1) + minutes(30)), at("2026-03-29T01:00:00Z"));
    EXPECT_EQ(london.to_instant(day("2026-03-29"), hours(1)), at("2026-03-29T01:00:00Z"));
    EXPECT_EQ(london.to_instant(day("2026-03-29"), hours(2)), at("2026-03-29T01:00:00Z"));
    EXPECT_EQ(london.to_instant(day("2026-03-29"), hours(1) - microseconds(1)), at("2026-03-29T00:59:59.999999Z"));
}

TEST(TimeZone, TakesTheEarlierOfTwoTimesInAutumn) {
    const TimeZone lisbon = TimeZone::find("Europe/Lisbon");
    const TimeZone st_johns = TimeZone::find("America/St_Johns");

    EXPECT_EQ(lisbon.to_instant(day("2026-10-25"), hours(1) + minutes(30)), at("2026-10-25T00:30:00Z"));
    EXPECT_EQ(lisbon.to_instant(day("2026-10-25"), hours(2)), at("2026-10-25T02:00:00Z"));
    EXPECT_EQ(st_johns.to_instant(day("2026-11-01"), hours(1) + minutes(30)), at("2026-11-01T04:00:00Z"));
}

TEST(TimeZone, ShowsBothOfTheTwoHoursInAutumnAsTheSameTime) {
    const TimeZone london = TimeZone::find("Europe/London");

    const LocalTime first = london.to_local(at("2026-10-25T00:30:00Z"));
    const LocalTime second = london.to_local(at("2026-10-25T01:30:00Z"));

    EXPECT_EQ(first, second);
    EXPECT_EQ(first.time, hours(1) + minutes(30));
    EXPECT_EQ(london.format_with_offset(at("2026-10-25T00:30:00Z")), "2026-10-25T01:30:00+01:00");
    EXPECT_EQ(london.format_with_offset(at("2026-10-25T01:30:00Z")), "2026-10-25T01:30:00+00:00");
}

TEST(TimeZone, PrintsOffsetsOfHalfHoursWestOfGreenwich) {
    const TimeZone st_johns = TimeZone::find("America/St_Johns");

    EXPECT_EQ(st_johns.format_with_offset(at("2026-01-15T12:00:00Z")), "2026-01-15T08:30:00-03:30");
    EXPECT_EQ(st_johns.format_with_offset(at("2026-07-15T12:00:00.5Z")), "2026-07-15T09:30:00.500-02:30");
}

TEST(TimeZone, PutsAnInstantOnTheDayOfTheWallClock) {
    EXPECT_EQ(TimeZone::find("Europe/London").to_local(at("2026-06-30T23:30:00Z")).day, day("2026-07-01"));
    EXPECT_EQ(TimeZone::find("America/St_Johns").to_local(at("2026-07-01T01:00:00Z")).day, day("2026-06-30"));
    EXPECT_EQ(TimeZone::utc().to_local(at("2026-06-30T23:59:59.999999Z")).day, day("2026-06-30"));
}

TEST(TimeZone, KeepsItsRulesAsFarAheadAsTheSystemsDatabaseGoes) {
    const TimeZone london = TimeZone::find("Europe/London");

    EXPECT_EQ(london.format_with_offset(at("2036-07-01T12:00:00Z")), "2036-07-01T13:00:00+01:00");
    EXPECT_EQ(london.format_with_offset(at("2036-12-01T12:00:00Z")), "2036-12-01T12:00:00+00:00");
}

TEST(TimeZone, AnswersForAnyInstantThatAFileCanHold) {
    for (const char* name : {"UTC", "Asia/Tokyo", "America/St_Johns", "Europe/London"}) {
        const TimeZone zone = TimeZone::find(name);
        for (const Timestamp instant : {Timestamp::min(), Timestamp::max(), Timestamp{}}) {
            const LocalTime local = zone.to_local(instant);
            EXPECT_GE(local.time, TimeOfDay(0)) << name;
            EXPECT_LT(local.time, hours(24)) << name;
        }
    }
}

TEST(TimeZone, ComesBackToTheInstantFromEveryTimeThatIsNotRepeated) {
    constexpr std::array names = {"Europe/London", "Europe/Lisbon", "America/St_Johns", "UTC", "Asia/Kathmandu"};
    const Timestamp first = at("1975-01-01");
    const Timestamp last = at("2037-01-01");

    EXPECT_TRUE(rc::check("to_instant undoes to_local, or gives the earlier of two", [&] {
        const TimeZone zone = TimeZone::find(*rc::gen::elementOf(names));
        const auto count = *rc::gen::inRange(first.time_since_epoch().count(), last.time_since_epoch().count());
        const Timestamp instant{microseconds(count)};
        const LocalTime local = zone.to_local(instant);
        const Timestamp back = zone.to_instant(local.day, local.time);
        RC_ASSERT(back <= instant);
        RC_ASSERT(zone.to_local(back) == local);
    }));
}

TEST(TimeZone, AnswersTheSameWhateverItWasAskedBefore) {
    const TimeZone asked_often = TimeZone::find("Europe/London");

    for (Timestamp instant = at("2020-01-01"); instant < at("2028-01-01"); instant += hours(31)) {
        ASSERT_EQ(asked_often.to_local(instant), TimeZone::find("Europe/London").to_local(instant))
            << format_timestamp(instant);
    }
}

}  // namespace
}  // namespace edge
