#include "calendar_rules.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace edge::forecast {

namespace {

using std::chrono::days;
using std::chrono::local_days;

}  // namespace

LocalDate date_of(int year, unsigned month, unsigned day) noexcept {
    return local_days(std::chrono::year(year) / std::chrono::month(month) / std::chrono::day(day));
}

// Anonymous Gregorian computus (Nature, 1876), exact for every year of the Gregorian calendar.
LocalDate easter(int year) noexcept {
    const int golden = year % 19;
    const int century = year / 100;
    const int of_century = year % 100;
    const int correction = (8 * century + 13) / 25;
    const int epact = (19 * golden + century - century / 4 - correction + 15) % 30;
    const int weekday = (32 + 2 * (century % 4) + 2 * (of_century / 4) - epact - of_century % 4) % 7;
    const int shift = (golden + 11 * epact + 22 * weekday) / 451;
    const int from_march = epact + weekday - 7 * shift + 114;
    return date_of(year, static_cast<unsigned>(from_march / 31), static_cast<unsigned>(from_march % 31 + 1));
}

LocalDate nth_weekday(int year, unsigned month, std::chrono::weekday weekday, unsigned nth) noexcept {
    return local_days(std::chrono::year(year) / std::chrono::month(month) / weekday[nth]);
}

LocalDate last_weekday(int year, unsigned month, std::chrono::weekday weekday) noexcept {
    return local_days(std::chrono::year(year) / std::chrono::month(month) / weekday[std::chrono::last]);
}

bool is_weekend(LocalDate day) noexcept { return weekday_index(day) >= 5; }

void HolidayList::add(LocalDate day, std::string_view name, std::initializer_list<std::string_view> regions) {
    holidays_.push_back(
        {.day = day, .name = std::string(name), .regions = std::vector<std::string>(regions.begin(), regions.end())});
}

void HolidayList::add_with_substitute(LocalDate day, std::string_view name,
                                      std::initializer_list<std::string_view> regions,
                                      std::initializer_list<LocalDate> taken) {
    const auto is_taken = [&](LocalDate other) { return std::find(taken.begin(), taken.end(), other) != taken.end(); };
    const bool moves = is_weekend(day) || is_taken(day);
    if (!is_taken(day)) add(day, name, regions);
    if (!moves) return;
    LocalDate substitute = day;
    while (is_weekend(substitute) || is_taken(substitute)) substitute += days(1);
    add(substitute, std::string(name) + " (observed)", regions);
}

std::vector<Holiday> HolidayList::sorted() && {
    std::stable_sort(holidays_.begin(), holidays_.end(),
                     [](const Holiday& left, const Holiday& right) { return left.day < right.day; });
    return std::move(holidays_);
}

}  // namespace edge::forecast
