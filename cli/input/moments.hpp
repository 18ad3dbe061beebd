#pragma once

#include "edge/core/entities.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace edge::cli {

/// `today`, `tomorrow`, `yesterday` or `YYYY-MM-DD` on the shop's calendar. Throws a usage error that names `option`.
[[nodiscard]] LocalDate parse_day(std::string_view text, const TimeZone& zone, Timestamp now,
                                  const std::string& option);

/// An instant: with an offset or `Z` as it says, without as the shop's clock shows it; a day alone is its midnight.
[[nodiscard]] Timestamp parse_moment(std::string_view text, const TimeZone& zone, const std::string& option);

/// What was typed about a pickup window.
struct WindowOptions {
    std::optional<std::string> from;    ///< 2026-11-23T16:00
    std::optional<std::string> to;      ///< 2026-11-23T18:00, or 18:00
    std::optional<std::string> window;  ///< 16:00-18:00
    std::optional<std::string> day;     ///< of `window`
};

/// Nothing if none of it was typed. An end that is not after its start is on the next day. Throws a usage error.
[[nodiscard]] std::optional<PickupWindow> parse_window(const WindowOptions& options, const TimeZone& zone,
                                                       Timestamp now);

}  // namespace edge::cli
