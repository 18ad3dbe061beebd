#include "input/moments.hpp"

#include "program/exit_status.hpp"

#include <fmt/format.h>

namespace edge::cli {
namespace {

constexpr const char* window_hint = "such as --window 16:00-18:00 --day today, or --from 2026-11-23T16:00 --to 18:00";

bool has_offset(std::string_view text) { return !parse_timestamp(std::string(text) + "Z"); }

/// The first time after `start` at which the clock shows this, as whoever typed `typed` for the start means it.
Timestamp next_after(Timestamp start, TimeOfDay typed, TimeOfDay time, const TimeZone& zone) {
    const LocalDate day = zone.to_local(start).day;
    const Timestamp same_day = zone.to_instant(day, time);
    if (same_day > start) return same_day;
    if (time > typed) {
        throw usage_error(fmt::format("cannot use that window: the shop's clock skips it on {}", format_date(day)),
                          "clocks go forward that day; give a window before or after");
    }
    return zone.to_instant(day + std::chrono::days(1), time);
}

/// What the text says of the clock, even where the clock skips it.
TimeOfDay typed_time(const std::string& text, Timestamp start, const TimeZone& zone) {
    const auto instant = parse_timestamp(text);
    if (!instant || has_offset(text)) return zone.to_local(start).time;
    return *instant - std::chrono::floor<std::chrono::days>(*instant);
}

PickupWindow window_on_day(const WindowOptions& options, const TimeZone& zone, Timestamp now) {
    const std::string& text = *options.window;
    const std::size_t dash = text.find('-');
    const auto start = parse_time_of_day(text.substr(0, dash));
    const auto end = dash == std::string::npos ? std::nullopt : parse_time_of_day(text.substr(dash + 1));
    if (!start || !end) {
        throw usage_error(fmt::format("cannot use --window '{}': it is not two times of day", text), window_hint);
    }
    const LocalDate day = parse_day(options.day.value_or("today"), zone, now, "--day");
    const Timestamp from = zone.to_instant(day, *start);
    return {.start = from, .end = next_after(from, *start, *end, zone)};
}

}  // namespace

LocalDate parse_day(std::string_view text, const TimeZone& zone, Timestamp now, const std::string& option) {
    const LocalDate today = zone.to_local(now).day;
    if (text == "today") return today;
    if (text == "tomorrow") return today + std::chrono::days(1);
    if (text == "yesterday") return today - std::chrono::days(1);
    if (const auto day = parse_date(text)) return *day;
    throw usage_error(fmt::format("cannot use {} '{}': it is not a day", option, text),
                      "write today, tomorrow, yesterday or YYYY-MM-DD");
}

Timestamp parse_moment(std::string_view text, const TimeZone& zone, const std::string& option) {
    if (const auto day = parse_date(text)) return zone.to_instant(*day, TimeOfDay{0});
    const auto instant = parse_timestamp(text);
    if (!instant) {
        throw usage_error(fmt::format("cannot use {} '{}': it is not a date and time", option, text),
                          "write 2026-11-23T16:00 by the shop's clock, or with an offset: 2026-11-23T16:00Z");
    }
    if (has_offset(text)) return *instant;
    const auto day = std::chrono::floor<std::chrono::days>(*instant);
    return zone.to_instant(LocalDate(day.time_since_epoch()), *instant - day);
}

std::optional<PickupWindow> parse_window(const WindowOptions& options, const TimeZone& zone, Timestamp now) {
    if (options.window && (options.from || options.to)) {
        throw usage_error("cannot use --window together with --from and --to: they say the same", window_hint);
    }
    if (options.window) return window_on_day(options, zone, now);
    if (options.day) throw usage_error("cannot use --day without --window", window_hint);
    if (!options.from && !options.to) return std::nullopt;
    if (!options.from || !options.to)
        throw usage_error("cannot use --from without --to, nor --to without --from", window_hint);
    const Timestamp start = parse_moment(*options.from, zone, "--from");
    if (const auto time = parse_time_of_day(*options.to))
        return PickupWindow{start, next_after(start, typed_time(*options.from, start, zone), *time, zone)};
    return PickupWindow{start, parse_moment(*options.to, zone, "--to")};
}

}  // namespace edge::cli
