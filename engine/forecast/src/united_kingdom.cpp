#include "calendar_rules.hpp"

namespace edge::forecast {

namespace {

using std::chrono::days;
using std::chrono::Monday;

constexpr std::string_view england = "GB-ENG";
constexpr std::string_view northern_ireland = "GB-NIR";
constexpr std::string_view scotland = "GB-SCT";
constexpr std::string_view wales = "GB-WLS";

void add_everywhere(HolidayList& list, LocalDate day, std::string_view name) {
    list.add(day, name, {england, northern_ireland, scotland, wales});
}

void add_new_year(HolidayList& list, int year) {
    const LocalDate first = date_of(year, 1, 1);
    list.add_with_substitute(first, "New Year's Day", {england, northern_ireland, scotland, wales});
    // The substitute of the 1st takes the Monday, and Scotland's second holiday moves on behind it.
    if (is_weekend(first)) {
        const LocalDate monday = nth_weekday(year, 1, Monday, 1);
        list.add_with_substitute(first + days(1), "New Year Holiday", {scotland}, {monday});
    } else {
        list.add_with_substitute(first + days(1), "New Year Holiday", {scotland});
    }
}

void add_christmas(HolidayList& list, int year) {
    const LocalDate christmas = date_of(year, 12, 25);
    const LocalDate boxing_day = christmas + days(1);
    const auto add_one = [&](LocalDate day, std::string_view name, LocalDate taken) {
        list.add_with_substitute(day, name, {england, northern_ireland, scotland, wales}, {taken});
    };
    add_one(christmas, "Christmas Day", boxing_day);
    // Both on a weekend: Christmas Day takes the Monday (the 27th), Boxing Day the Tuesday.
    add_one(boxing_day, "Boxing Day", is_weekend(christmas) ? christmas + days(2) : christmas);
}

LocalDate may_day(int year) {
    if (year == 2020) return date_of(2020, 5, 8);  // moved for the 75th anniversary of VE Day
    return nth_weekday(year, 5, Monday, 1);
}

LocalDate spring_bank_holiday(int year) {
    switch (year) {  // moved to stand beside a jubilee
        case 2002: return date_of(2002, 6, 4);
        case 2012: return date_of(2012, 6, 4);
        case 2022: return date_of(2022, 6, 2);
        default: return last_weekday(year, 5, Monday);
    }
}

void add_one_off_days(HolidayList& list, int year) {
    switch (year) {
        case 2002: add_everywhere(list, date_of(2002, 6, 3), "Golden Jubilee of Elizabeth II"); break;
        case 2011: add_everywhere(list, date_of(2011, 4, 29), "Wedding of William and Catherine"); break;
        case 2012: add_everywhere(list, date_of(2012, 6, 5), "Diamond Jubilee of Elizabeth II"); break;
        case 2022:
            add_everywhere(list, date_of(2022, 6, 3), "Platinum Jubilee of Elizabeth II");
            add_everywhere(list, date_of(2022, 9, 19), "State Funeral of Queen Elizabeth II");
            break;
        case 2023: add_everywhere(list, date_of(2023, 5, 8), "Coronation of Charles III"); break;
        case 2026:
            list.add(date_of(2026, 6, 15), "Scotland's participation in the FIFA World Cup final", {scotland});
            break;
        default: break;
    }
}

}  // namespace

std::vector<Holiday> united_kingdom_holidays(int year) {
    HolidayList list;
    add_new_year(list, year);
    list.add_with_substitute(date_of(year, 3, 17), "Saint Patrick's Day", {northern_ireland});
    add_everywhere(list, easter(year) - days(2), "Good Friday");
    list.add(easter(year) + days(1), "Easter Monday", {england, northern_ireland, wales});
    add_everywhere(list, may_day(year), "May Day");
    add_everywhere(list, spring_bank_holiday(year), "Spring Bank Holiday");
    list.add_with_substitute(date_of(year, 7, 12), "Battle of the Boyne", {northern_ireland});
    list.add(nth_weekday(year, 8, Monday, 1), "Summer Bank Holiday", {scotland});
    list.add(last_weekday(year, 8, Monday), "Late Summer Bank Holiday", {england, northern_ireland, wales});
    if (year >= 2007) list.add_with_substitute(date_of(year, 11, 30), "Saint Andrew's Day", {scotland});
    add_christmas(list, year);
    add_one_off_days(list, year);
    return std::move(list).sorted();
}

}  // namespace edge::forecast
