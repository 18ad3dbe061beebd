#include "calendar_rules.hpp"

namespace edge::forecast {

namespace {

using std::chrono::days;

constexpr std::string_view portugal = "PT";

}  // namespace

// The national days of the labour code. Carnival is granted by custom, not by law; holidays do not move.
std::vector<Holiday> portuguese_holidays(int year) {
    const bool four_suspended = year >= 2013 && year <= 2015;
    HolidayList list;
    list.add(date_of(year, 1, 1), "New Year's Day", {portugal});
    list.add(easter(year) - days(2), "Good Friday", {portugal});
    list.add(easter(year), "Easter Sunday", {portugal});
    list.add(date_of(year, 4, 25), "Freedom Day", {portugal});
    list.add(date_of(year, 5, 1), "Labour Day", {portugal});
    list.add(date_of(year, 6, 10), "Portugal Day", {portugal});
    list.add(date_of(year, 8, 15), "Assumption Day", {portugal});
    list.add(date_of(year, 12, 8), "Immaculate Conception", {portugal});
    list.add(date_of(year, 12, 25), "Christmas Day", {portugal});
    if (!four_suspended) {
        list.add(easter(year) + days(60), "Corpus Christi", {portugal});
        list.add(date_of(year, 10, 5), "Republic Day", {portugal});
        list.add(date_of(year, 11, 1), "All Saints' Day", {portugal});
        list.add(date_of(year, 12, 1), "Restoration of Independence", {portugal});
    }
    return std::move(list).sorted();
}

}  // namespace edge::forecast
