#include "import_value.hpp"

#include "check_text.hpp"

#include "edge/core/decimal.hpp"
#include "edge/core/money.hpp"
#include "edge/core/time.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>

namespace edge {
namespace {

ParsedValue refuse(std::string reason) { return {.cell = nullptr, .reason = std::move(reason)}; }

/// Bytes 10xxxxxx go on with a character that has begun.
bool begins_character(char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }

ParsedValue parse_text(const DataColumn& column, std::string_view text) {
    if (text.empty() && !column.may_be_empty) return refuse("is empty");
    if (const std::size_t length = count_characters(text); length > column.longest)
        return refuse(fmt::format("has {} characters, at most {} are taken", length, column.longest));
    if (!column.choices.empty() && std::ranges::find(column.choices, text) == column.choices.end())
        return refuse(fmt::format("is {}, not one of {}", quoted_start(text), fmt::join(column.choices, ", ")));
    return {.cell = std::string(text), .reason = {}};
}

bool is_within(const DataColumn& column, std::int64_t value) { return value >= column.least && value <= column.most; }

ParsedValue parse_whole(const DataColumn& column, std::string_view text) {
    const std::optional<std::int64_t> value = parse_decimal(text, 0);
    if (!value) return refuse(fmt::format("is {}, not a whole number", quoted_start(text)));
    if (!is_within(column, *value))
        return refuse(fmt::format("is {}, not between {} and {}", *value, column.least, column.most));
    return {.cell = *value, .reason = {}};
}

/// A number with more places than are kept, such as 0.8999999761581421.
std::optional<std::int64_t> round_decimal(std::string_view text, int places) {
    constexpr double most = 1e8;  // its units of nine places still fit 64 bits
    double value = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failure != std::errc() || end != text.data() + text.size() || !std::isfinite(value) || std::abs(value) > most)
        return std::nullopt;
    return round_to_units(value, places);
}

ParsedValue parse_decimal_value(const DataColumn& column, std::string_view text) {
    std::optional<std::int64_t> units = parse_decimal(text, column.places);
    if (!units) units = round_decimal(text, column.places);
    if (!units) return refuse(fmt::format("is {}, not a number", quoted_start(text)));
    if (!is_within(column, *units)) {
        return refuse(fmt::format("is {}, not between {} and {}", text, format_decimal(column.least, column.places),
                                  format_decimal(column.most, column.places)));
    }
    return {.cell = format_decimal(*units, column.places), .reason = {}};
}

ParsedValue parse_price(const DataColumn& column, std::string_view text, std::string_view currency) {
    const std::optional<Money> price = parse_money(text, currency);
    if (!price) {
        return refuse(fmt::format("is {}, not an amount of {} with at most {} decimals", quoted_start(text), currency,
                                  minor_digits(currency)));
    }
    if (!is_within(column, price->minor)) return refuse(fmt::format("is {}, which is negative or too large", text));
    return {.cell = price->minor, .reason = {}};
}

ParsedValue parse_instant(std::string_view text) {
    const std::optional<Timestamp> instant = parse_timestamp(text);
    if (!instant) return refuse(fmt::format("is {}, not a date and time", quoted_start(text)));
    return {.cell = static_cast<std::int64_t>(instant->time_since_epoch().count()), .reason = {}};
}

ParsedValue parse_day(std::string_view text) {
    const std::optional<LocalDate> day = parse_date(text);
    if (!day) return refuse(fmt::format("is {}, not a date as 2026-11-23", quoted_start(text)));
    return {.cell = static_cast<std::int64_t>(day->time_since_epoch().count()), .reason = {}};
}

ParsedValue parse_yes_no(std::string_view text) {
    using namespace std::string_view_literals;
    constexpr std::array yes = {"true"sv, "t"sv, "1"sv, "yes"sv, "True"sv, "TRUE"sv};
    constexpr std::array no = {"false"sv, "f"sv, "0"sv, "no"sv, "False"sv, "FALSE"sv};
    if (std::ranges::find(yes, text) != yes.end()) return {.cell = std::int64_t{1}, .reason = {}};
    if (std::ranges::find(no, text) != no.end()) return {.cell = std::int64_t{0}, .reason = {}};
    return refuse(fmt::format("is {}, neither true nor false", quoted_start(text)));
}

}  // namespace

std::string quoted_start(std::string_view text) {
    constexpr std::size_t longest = 40;
    if (text.size() <= longest) return fmt::format("'{}'", text);
    std::size_t end = longest;
    while (end > 0 && !begins_character(text[end])) --end;
    return fmt::format("'{}…'", text.substr(0, end));
}

storage::SqlValue bound(const Cell& cell) {
    if (const auto* text = std::get_if<std::string>(&cell)) return std::string_view(*text);
    if (const auto* number = std::get_if<std::int64_t>(&cell)) return *number;
    return nullptr;
}

ParsedValue parse_value(const DataColumn& column, std::string_view text, std::string_view currency) {
    switch (column.kind) {
        case ColumnKind::text: return parse_text(column, text);
        case ColumnKind::whole:
        case ColumnKind::reference: return parse_whole(column, text);
        case ColumnKind::decimal: return parse_decimal_value(column, text);
        case ColumnKind::price: return parse_price(column, text, currency);
        case ColumnKind::instant: return parse_instant(text);
        case ColumnKind::day: return parse_day(text);
        case ColumnKind::yes_no: return parse_yes_no(text);
    }
    return refuse("cannot be read");
}

}  // namespace edge
