#include "edge/core/decimal.hpp"

#include "edge/core/error.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <limits>

namespace edge {
namespace {

__extension__ using Wide = __int128;

std::uint64_t magnitude(std::int64_t value) {
    return value < 0 ? std::uint64_t{0} - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// The exponent behind `e`; nothing if it is malformed or absurd.
std::optional<int> parse_exponent(std::string_view text) {
    const bool negative = !text.empty() && text.front() == '-';
    if (!text.empty() && (text.front() == '-' || text.front() == '+')) text.remove_prefix(1);
    if (text.empty() || text.size() > 3) return std::nullopt;
    int value = 0;
    for (const char c : text) {
        if (!is_digit(c)) return std::nullopt;
        value = value * 10 + (c - '0');
    }
    return negative ? -value : value;
}

}  // namespace

std::string format_decimal(std::int64_t units, int places) {
    std::string digits = fmt::format("{:0{}}", magnitude(units), places + 1);
    if (places > 0) digits.insert(digits.size() - static_cast<std::size_t>(places), ".");
    return units < 0 ? "-" + digits : digits;
}

std::optional<std::int64_t> parse_decimal(std::string_view text, int places) {
    const bool negative = !text.empty() && text.front() == '-';
    if (!text.empty() && (text.front() == '-' || text.front() == '+')) text.remove_prefix(1);
    int exponent = 0;
    if (const std::size_t e = text.find_first_of("eE"); e != std::string_view::npos) {
        const std::optional<int> given = parse_exponent(text.substr(e + 1));
        if (!given) return std::nullopt;
        exponent = *given;
        text = text.substr(0, e);
    }
    std::string digits;
    int digits_after_point = 0;
    bool point_seen = false;
    for (const char c : text) {
        if (c == '.' && !point_seen) {
            point_seen = true;
        } else if (is_digit(c)) {
            digits += c;
            if (point_seen) ++digits_after_point;
        } else {
            return std::nullopt;
        }
    }
    if (digits.empty() || digits.size() > 400) return std::nullopt;
    // The value is `digits` × 10^shift units. Below zero 64 bits reach one further.
    const Wide limit = Wide{std::numeric_limits<std::int64_t>::max()} + (negative ? 1 : 0);
    int shift = places + exponent - digits_after_point;
    while (shift < 0 && !digits.empty() && digits.back() == '0') {
        digits.pop_back();
        ++shift;
    }
    Wide value = 0;
    for (const char c : digits) {
        value = value * 10 + (c - '0');
        if (value > limit) return std::nullopt;
    }
    if (value == 0) return 0;
    if (shift < 0) return std::nullopt;
    for (; shift > 0; --shift) {
        value *= 10;
        if (value > limit) return std::nullopt;
    }
    return static_cast<std::int64_t>(negative ? -value : value);
}

std::int64_t round_to_units(double value, int places) {
    const std::optional<std::int64_t> units = parse_decimal(fmt::format("{:.{}f}", value, places), places);
    if (!units)
        throw Error(ErrorCode::invalid_argument, fmt::format("cannot store {} as a decimal: it does not fit", value));
    return *units;
}

}  // namespace edge
