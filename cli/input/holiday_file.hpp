#pragma once

#include "edge/engine_types.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace edge::cli {

/// Each reads a calendar from its text and throws `corrupt_data`, naming `source` and the place in it. `region` is for
/// holidays that do not say theirs; a holiday without any is refused.

/// Columns `day` (or `date`), `name` (or `title`) and optionally `region`.
[[nodiscard]] std::vector<HolidayEntry> holidays_from_csv(std::string_view text, const std::string& region,
                                                          const std::string& source);
/// The UK government's bank-holidays.json: divisions with events. England and Wales become two regions.
[[nodiscard]] std::vector<HolidayEntry> holidays_from_json(std::string_view text, const std::string& source);
/// iCalendar (RFC 5545): DTSTART and SUMMARY of each VEVENT; one that lasts several days gives several holidays.
[[nodiscard]] std::vector<HolidayEntry> holidays_from_ics(std::string_view text, const std::string& region,
                                                          const std::string& source);

}  // namespace edge::cli
