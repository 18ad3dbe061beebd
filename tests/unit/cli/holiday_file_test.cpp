#include "input/holiday_file.hpp"

#include "edge/core/error.hpp"

#include <gtest/gtest.h>

namespace edge::cli {
namespace {

std::vector<std::string> shown(const std::vector<HolidayEntry>& holidays) {
    std::vector<std::string> lines;
    lines.reserve(holidays.size());
    for (const HolidayEntry& each : holidays)
        lines.push_back(each.region + " " + format_date(each.day) + " " + each.name);
    return lines;
}

using Lines = std::vector<std::string>;

TEST(HolidayFile, ReadsCsvWithItsOwnRegionsOrAGivenOne) {
    EXPECT_EQ(shown(holidays_from_csv("day,name,region\n2026-12-25,Christmas Day,IE\n2026-12-26,St Stephen,\n", "PT",
                                      "x.csv")),
              (Lines{"IE 2026-12-25 Christmas Day", "PT 2026-12-26 St Stephen"}));
    EXPECT_EQ(shown(holidays_from_csv("Date,Title\n2026-12-25,Natal\n", "PT", "x.csv")),
              (Lines{"PT 2026-12-25 Natal"}));
}

TEST(HolidayFile, SaysWhichLineOfACsvIsWrong) {
    const auto message = [](const char* text, const char* region) {
        try {
            static_cast<void>(holidays_from_csv(text, region, "x.csv"));
        } catch (const Error& error) {
            return std::string(error.what());
        }
        return std::string("taken");
    };

    EXPECT_NE(message("day,name\n2026-02-30,Never\n", "IE").find("x.csv, line 2"), std::string::npos);
    EXPECT_TRUE(message("", "IE").starts_with("cannot read x.csv: "));
    EXPECT_NE(message("day,name\n2026-12-25,\n", "IE").find("no name"), std::string::npos);
    EXPECT_NE(message("day,name\n2026-12-25,Christmas\n", "").find("--region"), std::string::npos);
}

TEST(HolidayFile, ReadsTheUkGovernmentsJson) {
    const char* text = R"({"england-and-wales":{"division":"england-and-wales","events":[
        {"title":"Boxing Day","date":"2026-12-28","notes":"Substitute day","bunting":true}]},
        "scotland":{"division":"scotland","events":[{"title":"2nd January","date":"2026-01-02","notes":"","bunting":true}]}})";

    EXPECT_EQ(shown(holidays_from_json(text, "x.json")),
              (Lines{"GB-ENG 2026-12-28 Boxing Day", "GB-WLS 2026-12-28 Boxing Day", "GB-SCT 2026-01-02 2nd January"}));
}

TEST(HolidayFile, RefusesJsonOfAnotherShape) {
    for (const char* text :
         {"", "[]", "{\"mars\":{\"events\":[]}}", "{\"scotland\":{}}",
          "{\"scotland\":{\"events\":[{\"title\":\"x\"}]}}", "{\"scotland\":{\"events\":[7]}}", "{\"scotland\":[]}"}) {
        EXPECT_THROW(static_cast<void>(holidays_from_json(text, "x.json")), Error) << text;
    }
}

TEST(HolidayFile, ReadsICalendarWithFoldedLinesAndLongHolidays) {
    const char* text =
        "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20261224\r\nDTEND;VALUE=DATE:20261226\r\n"
        "SUMMARY:Christmas\\, and\r\n  more\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";

    EXPECT_EQ(shown(holidays_from_ics(text, "IE", "x.ics")),
              (Lines{"IE 2026-12-24 Christmas, and more", "IE 2026-12-25 Christmas, and more"}));
}

TEST(HolidayFile, RefusesICalendarWithoutDayNameOrRegion) {
    EXPECT_THROW(static_cast<void>(holidays_from_ics("BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VEVENT\n", "IE", "x.ics")),
                 Error);
    EXPECT_THROW(static_cast<void>(holidays_from_ics("BEGIN:VCALENDAR\nEND:VCALENDAR\n", "", "x.ics")), Error);
    EXPECT_THROW(static_cast<void>(holidays_from_ics("something else", "IE", "x.ics")), Error);
    EXPECT_THROW(static_cast<void>(holidays_from_ics("", "IE", "x.ics")), Error);
}

}  // namespace
}  // namespace edge::cli
