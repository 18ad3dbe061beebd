#pragma once

#include "edge/forecast/calendar.hpp"

#include <chrono>
#include <initializer_list>
#include <string_view>
#include <vector>

namespace edge::forecast {

/// Easter Sunday of the western churches.
[[nodiscard]] LocalDate easter(int year) noexcept;
[[nodiscard]] LocalDate date_of(int year, unsigned month, unsigned day) noexcept;
/// The first, second … such weekday of a month.
[[nodiscard]] LocalDate nth_weekday(int year, unsigned month, std::chrono::weekday weekday, unsigned nth) noexcept;
[[nodiscard]] LocalDate last_weekday(int year, unsigned month, std::chrono::weekday weekday) noexcept;
[[nodiscard]] bool is_weekend(LocalDate day) noexcept;

/// A list of holidays in the making.
class HolidayList {
public:
    void add(LocalDate day, std::string_view name, std::initializer_list<std::string_view> regions);
    /// The day itself, and when it falls on a weekend the first working day after it that is not in `taken`.
    void add_with_substitute(LocalDate day, std::string_view name, std::initializer_list<std::string_view> regions,
                             std::initializer_list<LocalDate> taken = {});
    /// By day; holidays of one day in the order they were added.
    [[nodiscard]] std::vector<Holiday> sorted() &&;

private:
    std::vector<Holiday> holidays_;
};

/// Of all nations of the United Kingdom.
[[nodiscard]] std::vector<Holiday> united_kingdom_holidays(int year);
[[nodiscard]] std::vector<Holiday> irish_holidays(int year);
[[nodiscard]] std::vector<Holiday> portuguese_holidays(int year);

}  // namespace edge::forecast
