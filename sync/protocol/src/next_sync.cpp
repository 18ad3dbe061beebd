#include "edge/protocol/next_sync.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>

namespace edge::protocol {
namespace {

constexpr std::int64_t longest_spread_ms = 300'000;
constexpr std::array<std::string_view, 7> weekdays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

std::int64_t spread(std::int64_t wait_ms, double random) {
    const double tenth = static_cast<double>(std::min(wait_ms / 10, longest_spread_ms));
    return wait_ms + static_cast<std::int64_t>(random * tenth);
}

std::string digits(unsigned value, std::size_t count) {
    std::string text = std::to_string(value);
    if (text.size() < count) text.insert(0, count - text.size(), '0');
    return text;
}

std::optional<int> number(std::string_view text) {
    int value = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failure != std::errc{} || end != text.data() + text.size() || value < 0) return std::nullopt;
    return value;
}

}  // namespace

NextSync next_sync(const SyncOutlook& outlook, std::int64_t now_ms, double random) {
    const auto wait_until = [&](std::int64_t at_ms) {
        return std::clamp<std::int64_t>(at_ms - now_ms, 0, longest_wait_ms);
    };
    if (outlook.budget_used)
        return {.at_ms = now_ms + spread(wait_until(outlook.next_day_ms), random), .why = "budget"};
    const std::int64_t wait = wait_until(outlook.not_before_ms);
    if (outlook.complete) return {.at_ms = now_ms + spread(wait, random), .why = "hub_wish"};
    return {.at_ms = now_ms + wait, .why = outlook.waiting_for};
}

std::optional<std::int64_t> clock_offset_ms(const Response& response, std::int64_t sent_ms, std::int64_t received_ms) {
    const auto found =
        std::ranges::find_if(response.headers, [](const auto& header) { return header.first == "date"; });
    if (found == response.headers.end()) return std::nullopt;
    const std::optional<std::int64_t> date = parse_http_date(found->second);
    if (!date) return std::nullopt;
    constexpr std::int64_t half_a_second = 500;  // the date was cut to a second
    return *date + half_a_second - (sent_ms + (received_ms - sent_ms) / 2);
}

std::string http_date(std::int64_t ms) {
    const std::chrono::sys_time<std::chrono::milliseconds> instant{std::chrono::milliseconds(ms)};
    const auto day = std::chrono::floor<std::chrono::days>(instant);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss time(std::chrono::floor<std::chrono::seconds>(instant - day));
    std::string text(weekdays.at(std::chrono::weekday(day).c_encoding()));
    text.append(", ").append(digits(static_cast<unsigned>(date.day()), 2)).append(" ");
    text.append(months.at(static_cast<unsigned>(date.month()) - 1)).append(" ");
    text.append(digits(static_cast<unsigned>(static_cast<int>(date.year())), 4)).append(" ");
    text.append(digits(static_cast<unsigned>(time.hours().count()), 2)).append(":");
    text.append(digits(static_cast<unsigned>(time.minutes().count()), 2)).append(":");
    return text.append(digits(static_cast<unsigned>(time.seconds().count()), 2)).append(" GMT");
}

std::optional<std::int64_t> parse_http_date(std::string_view text) {
    // "Mon, 23 Nov 2026 16:02:11 GMT"
    constexpr std::size_t length = 29;
    if (text.size() != length || !text.ends_with(" GMT")) return std::nullopt;
    const auto month = std::ranges::find(months, text.substr(8, 3));
    const std::optional<int> day = number(text.substr(5, 2));
    const std::optional<int> year = number(text.substr(12, 4));
    const std::optional<int> hour = number(text.substr(17, 2));
    const std::optional<int> minute = number(text.substr(20, 2));
    const std::optional<int> second = number(text.substr(23, 2));
    if (month == months.end() || !day || !year || !hour || !minute || !second) return std::nullopt;
    const std::chrono::year_month_day date(std::chrono::year(*year),
                                           std::chrono::month(static_cast<unsigned>(month - months.begin()) + 1),
                                           std::chrono::day(static_cast<unsigned>(*day)));
    if (!date.ok() || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
    const auto instant = std::chrono::sys_days(date) + std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
                         std::chrono::seconds(*second);
    return std::chrono::duration_cast<std::chrono::milliseconds>(instant.time_since_epoch()).count();
}

}  // namespace edge::protocol
