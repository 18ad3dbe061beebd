#include "edge/forecast/calendar.hpp"

#include "calendar_rules.hpp"

#include <algorithm>
#include <chrono>

namespace edge::forecast {

namespace {

constexpr int first_year = 2000;
constexpr int last_year = 2100;
constexpr std::size_t nations = 4;

bool is_nation(std::string_view region) {
    return region == "GB-ENG" || region == "GB-NIR" || region == "GB-SCT" || region == "GB-WLS";
}

bool is_observed_in(const Holiday& holiday, std::string_view region) {
    return std::find(holiday.regions.begin(), holiday.regions.end(), region) != holiday.regions.end();
}

}  // namespace

std::vector<Holiday> public_holidays(std::string_view region, int year) {
    if (year < first_year || year > last_year) return {};
    if (region == "IE") return irish_holidays(year);
    if (region == "PT") return portuguese_holidays(year);
    if (region != "GB" && !is_nation(region)) return {};
    std::vector<Holiday> holidays = united_kingdom_holidays(year);
    if (is_nation(region)) {
        std::erase_if(holidays, [&](const Holiday& holiday) { return !is_observed_in(holiday, region); });
    }
    return holidays;
}

bool is_holiday(LocalDate day, std::string_view region) {
    const auto year = static_cast<int>(std::chrono::year_month_day(day).year());
    const std::vector<Holiday> holidays = public_holidays(region, year);
    return std::any_of(holidays.begin(), holidays.end(), [&](const Holiday& holiday) {
        return holiday.day == day && (region != "GB" || holiday.regions.size() == nations);
    });
}

}  // namespace edge::forecast
