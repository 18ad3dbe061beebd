#include "edge/forecast/calendar.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace edge::forecast {

namespace {

LocalDate date(const char* text) { return parse_date(text).value(); }

std::vector<std::string> days_of(std::string_view region, int year) {
    std::vector<std::string> days;
    for (const Holiday& holiday : public_holidays(region, year)) days.push_back(format_date(holiday.day));
    return days;
}

TEST(Calendar, AWeekendChristmasKeepsItsDaysAndGetsTwoSubstitutes) {
    const std::vector<std::string> days = days_of("GB-ENG", 2021);

    const std::vector<std::string> christmas(days.end() - 4, days.end());
    EXPECT_EQ(christmas, (std::vector<std::string>{"2021-12-25", "2021-12-26", "2021-12-27", "2021-12-28"}));
}

TEST(Calendar, ScotlandsSecondOfJanuaryMovesBehindTheSubstituteOfTheFirst) {
    const std::vector<std::string> days = days_of("GB-SCT", 2022);

    const std::vector<std::string> new_year(days.begin(), days.begin() + 4);
    EXPECT_EQ(new_year, (std::vector<std::string>{"2022-01-01", "2022-01-02", "2022-01-03", "2022-01-04"}));
}

TEST(Calendar, ScotlandHasNoEasterMondayAndEnglandNoSaintAndrew) {
    EXPECT_FALSE(is_holiday(date("2025-04-21"), "GB-SCT"));
    EXPECT_TRUE(is_holiday(date("2025-04-21"), "GB-ENG"));
    EXPECT_TRUE(is_holiday(date("2026-11-30"), "GB-SCT"));
    EXPECT_FALSE(is_holiday(date("2026-11-30"), "GB-ENG"));
}

TEST(Calendar, TheWholeCountryObservesOnlyWhatAllNationsDo) {
    EXPECT_TRUE(is_holiday(date("2026-04-03"), "GB"));   // Good Friday
    EXPECT_FALSE(is_holiday(date("2026-04-06"), "GB"));  // Easter Monday
    EXPECT_TRUE(is_holiday(date("2022-09-19"), "GB"));   // the Queen's funeral
    EXPECT_FALSE(is_holiday(date("2026-06-15"), "GB"));  // Scotland alone
}

TEST(Calendar, KnowsTheJubileesThatMovedTheSpringHoliday) {
    EXPECT_TRUE(is_holiday(date("2012-06-04"), "GB"));
    EXPECT_TRUE(is_holiday(date("2012-06-05"), "GB"));
    EXPECT_FALSE(is_holiday(date("2012-05-28"), "GB"));
}

TEST(Calendar, IrelandHasSaintBrigidsDayFrom2023) {
    EXPECT_FALSE(is_holiday(date("2022-02-07"), "IE"));
    EXPECT_TRUE(is_holiday(date("2023-02-06"), "IE"));
    EXPECT_TRUE(is_holiday(date("2026-02-02"), "IE"));
    // The 1st is a Friday in 2030: then it is the day itself.
    EXPECT_TRUE(is_holiday(date("2030-02-01"), "IE"));
    EXPECT_FALSE(is_holiday(date("2030-02-04"), "IE"));
}

TEST(Calendar, IrelandsYear2026) {
    EXPECT_EQ(days_of("IE", 2026),
              (std::vector<std::string>{"2026-01-01", "2026-02-02", "2026-03-17", "2026-04-06", "2026-05-04",
                                        "2026-06-01", "2026-08-03", "2026-10-26", "2026-12-25", "2026-12-26"}));
}

TEST(Calendar, IrelandRememberedOnceInMarch2022) {
    EXPECT_TRUE(is_holiday(date("2022-03-18"), "IE"));
    EXPECT_FALSE(is_holiday(date("2023-03-18"), "IE"));
}

TEST(Calendar, GoodFridayIsNoHolidayInIreland) { EXPECT_FALSE(is_holiday(date("2026-04-03"), "IE")); }

TEST(Calendar, PortugalsYear2026) {
    EXPECT_EQ(days_of("PT", 2026),
              (std::vector<std::string>{"2026-01-01", "2026-04-03", "2026-04-05", "2026-04-25", "2026-05-01",
                                        "2026-06-04", "2026-06-10", "2026-08-15", "2026-10-05", "2026-11-01",
                                        "2026-12-01", "2026-12-08", "2026-12-25"}));
}

TEST(Calendar, PortugalSuspendedFourHolidaysFrom2013To2015) {
    EXPECT_TRUE(is_holiday(date("2012-10-05"), "PT"));
    for (const char* day : {"2013-10-05", "2014-11-01", "2015-12-01", "2013-05-30"}) {
        EXPECT_FALSE(is_holiday(date(day), "PT")) << day;
    }
    EXPECT_TRUE(is_holiday(date("2016-10-05"), "PT"));
}

TEST(Calendar, CarnivalIsNoHolidayInPortugal) { EXPECT_FALSE(is_holiday(date("2026-02-17"), "PT")); }

TEST(Calendar, EasterFallsWhereTheTablesSay) {
    for (const char* sunday : {"2000-04-23", "2008-03-23", "2011-04-24", "2024-03-31", "2025-04-20", "2038-04-25"}) {
        EXPECT_TRUE(is_holiday(date(sunday), "PT")) << sunday;
    }
}

TEST(Calendar, UnknownRegionsAndYearsHaveNone) {
    EXPECT_TRUE(public_holidays("XX", 2026).empty());
    EXPECT_TRUE(public_holidays("", 2026).empty());
    EXPECT_TRUE(public_holidays("GB", 1999).empty());
    EXPECT_TRUE(public_holidays("GB", 2101).empty());
    EXPECT_FALSE(is_holiday(date("2026-12-25"), "XX"));
}

TEST(Calendar, EveryYearAndRegionIsSortedWithRegionsAscendingAndNoDayTwiceInANation) {
    for (int year = 2000; year <= 2100; ++year) {
        for (const char* region : {"GB-ENG", "GB-WLS", "GB-SCT", "GB-NIR", "IE", "PT"}) {
            std::set<std::string> days;
            LocalDate previous{};
            for (const Holiday& holiday : public_holidays(region, year)) {
                EXPECT_LE(previous, holiday.day) << region << year;
                EXPECT_TRUE(std::is_sorted(holiday.regions.begin(), holiday.regions.end()));
                const bool may_meet = holiday.name == "Easter Monday" || holiday.name == "Corpus Christi" ||
                                      holiday.name == "May Day" || holiday.name == "Freedom Day" ||
                                      holiday.name == "Easter Sunday" || holiday.name == "Portugal Day";
                EXPECT_TRUE(days.insert(format_date(holiday.day)).second || may_meet)
                    << region << " " << format_date(holiday.day) << " " << holiday.name;
                previous = holiday.day;
            }
        }
    }
}

}  // namespace

}  // namespace edge::forecast
