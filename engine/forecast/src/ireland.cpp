#include "calendar_rules.hpp"

namespace edge::forecast {

namespace {

using std::chrono::days;
using std::chrono::Monday;

constexpr std::string_view ireland = "IE";

/// The first Monday of February, or the 1st itself when that is a Friday.
LocalDate saint_brigids_day(int year) {
    const LocalDate first = date_of(year, 2, 1);
    return weekday_index(first) == 4 ? first : nth_weekday(year, 2, Monday, 1);
}

}  // namespace

// A holiday on a weekend stays there: the law gives a day off in return, on no fixed date. Good Friday is none.
std::vector<Holiday> irish_holidays(int year) {
    HolidayList list;
    list.add(date_of(year, 1, 1), "New Year's Day", {ireland});
    if (year >= 2023) list.add(saint_brigids_day(year), "Saint Brigid's Day", {ireland});
    list.add(date_of(year, 3, 17), "Saint Patrick's Day", {ireland});
    if (year == 2022) list.add(date_of(2022, 3, 18), "Day of Remembrance and Recognition", {ireland});
    list.add(easter(year) + days(1), "Easter Monday", {ireland});
    list.add(nth_weekday(year, 5, Monday, 1), "May Day", {ireland});
    list.add(nth_weekday(year, 6, Monday, 1), "June Holiday", {ireland});
    list.add(nth_weekday(year, 8, Monday, 1), "August Holiday", {ireland});
    list.add(last_weekday(year, 10, Monday), "October Holiday", {ireland});
    list.add(date_of(year, 12, 25), "Christmas Day", {ireland});
    list.add(date_of(year, 12, 26), "Saint Stephen's Day", {ireland});
    return std::move(list).sorted();
}

}  // namespace edge::forecast
