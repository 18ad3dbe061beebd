#include "edge/core/time.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace edge {
namespace {

using std::chrono::microseconds;
using std::chrono::sys_days;

constexpr Timestamp first_instant = sys_days(std::chrono::year(1) / 1 / 1);
constexpr Timestamp last_instant = sys_days(std::chrono::year(10000) / 1 / 1) - microseconds(1);

/// Reads fixed-width numbers and separators off the front of a text; once something does not fit it stays failed.
class Reader {
public:
    explicit Reader(std::string_view text) : text_(text) {}

    int digits(std::size_t count) {
        int value = 0;
        if (failed_ || text_.size() < count) return fail();
        for (const char c : text_.substr(0, count)) {
            if (c < '0' || c > '9') return fail();
            value = value * 10 + (c - '0');
        }
        text_.remove_prefix(count);
        return value;
    }
    bool take(char expected) {
        if (failed_ || text_.empty() || text_.front() != expected) return false;
        text_.remove_prefix(1);
        return true;
    }
    void expect(char expected) {
        if (!take(expected)) fail();
    }
    /// One to nine digits behind a point; what is finer than a microsecond is dropped.
    microseconds fraction() {
        std::int64_t value = 0;
        int count = 0;
        while (!text_.empty() && text_.front() >= '0' && text_.front() <= '9' && count < 9) {
            if (count < 6) value = value * 10 + (text_.front() - '0');
            ++count;
            text_.remove_prefix(1);
        }
        if (count == 0) fail();
        for (int i = count; i < 6; ++i) value *= 10;
        return microseconds(value);
    }
    [[nodiscard]] bool at_end() const { return text_.empty(); }
    [[nodiscard]] bool ok() const { return !failed_; }
    int fail() {
        failed_ = true;
        return 0;
    }

private:
    std::string_view text_;
    bool failed_ = false;
};

std::optional<std::chrono::year_month_day> read_day(Reader& reader) {
    const int year = reader.digits(4);
    reader.expect('-');
    const int month = reader.digits(2);
    reader.expect('-');
    const int day = reader.digits(2);
    const std::chrono::year_month_day result{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                             std::chrono::day(static_cast<unsigned>(day))};
    if (!reader.ok() || !result.ok() || year == 0) return std::nullopt;
    return result;
}

std::optional<microseconds> read_time(Reader& reader) {
    const int hour = reader.digits(2);
    reader.expect(':');
    const int minute = reader.digits(2);
    microseconds rest{0};
    if (reader.take(':')) {
        const int second = reader.digits(2);
        if (second > 59) return std::nullopt;
        rest += std::chrono::seconds(second);
        if (reader.take('.') || reader.take(',')) rest += reader.fraction();
    }
    if (!reader.ok() || hour > 23 || minute > 59) return std::nullopt;
    return std::chrono::hours(hour) + std::chrono::minutes(minute) + rest;
}

/// `Z`, `+01:00`, `+0100`, `+01` or nothing.
std::optional<std::chrono::minutes> read_offset(Reader& reader) {
    if (reader.at_end()) return std::chrono::minutes(0);
    if (reader.take('Z') || reader.take('z')) return std::chrono::minutes(0);
    const bool east = reader.take('+');
    if (!east && !reader.take('-')) return std::nullopt;
    const int hours = reader.digits(2);
    int minutes = 0;
    if (!reader.at_end()) {
        reader.take(':');
        minutes = reader.digits(2);
    }
    if (!reader.ok() || hours > 23 || minutes > 59) return std::nullopt;
    const std::chrono::minutes offset = std::chrono::hours(hours) + std::chrono::minutes(minutes);
    return east ? offset : -offset;
}

/// Appends the number with that many digits.
void append_digits(std::string& text, std::int64_t number, std::size_t count) {
    const std::size_t begin = text.size();
    text.append(count, '0');
    for (std::size_t place = begin + count; place-- > begin; number /= 10)
        text[place] = static_cast<char>('0' + number % 10);
}

void append_fraction(std::string& text, microseconds rest) {
    if (rest.count() == 0) return;
    text += '.';
    const bool milliseconds = rest.count() % 1000 == 0;
    append_digits(text, milliseconds ? rest.count() / 1000 : rest.count(), milliseconds ? 3 : 6);
}

template <class Days>
void append_day(std::string& text, Days day) {
    const std::chrono::year_month_day date{day};
    const int year = static_cast<int>(date.year());
    if (year >= 0 && year <= 9999) {
        append_digits(text, year, 4);
    } else {
        text += fmt::format("{:04}", year);
    }
    text += '-';
    append_digits(text, static_cast<unsigned>(date.month()), 2);
    text += '-';
    append_digits(text, static_cast<unsigned>(date.day()), 2);
}

template <class Days>
std::string format_day(Days day) {
    std::string text;
    append_day(text, day);
    return text;
}

template <class Instant>
std::string format_clock(Instant instant) {
    const auto day = std::chrono::floor<std::chrono::days>(instant);
    const microseconds time = instant - day;
    const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
    std::string text;
    text.reserve(std::string_view("2026-11-23T16:02:11.123456Z").size());
    append_day(text, day);
    text += 'T';
    append_digits(text, seconds.count() / 3600, 2);
    text += ':';
    append_digits(text, seconds.count() / 60 % 60, 2);
    text += ':';
    append_digits(text, seconds.count() % 60, 2);
    append_fraction(text, time - seconds);
    return text;
}

constexpr std::array<std::string_view, 7> weekday_names = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                                           "Friday", "Saturday", "Sunday"};

}  // namespace

Timestamp within_calendar(Timestamp instant) noexcept { return std::clamp(instant, first_instant, last_instant); }

std::string format_timestamp(Timestamp instant) { return format_clock(within_calendar(instant)) + "Z"; }

std::optional<Timestamp> parse_timestamp(std::string_view text) {
    Reader reader(text);
    const std::optional<std::chrono::year_month_day> day = read_day(reader);
    if (!day) return std::nullopt;
    if (reader.at_end()) return sys_days(*day);
    if (!reader.take('T') && !reader.take('t') && !reader.take(' ')) return std::nullopt;
    const std::optional<microseconds> time = read_time(reader);
    if (!time) return std::nullopt;
    const std::optional<std::chrono::minutes> offset = read_offset(reader);
    if (!offset || !reader.at_end() || !reader.ok()) return std::nullopt;
    const Timestamp instant = sys_days(*day) + *time - *offset;
    if (instant != within_calendar(instant)) return std::nullopt;  // an offset may lead out of it
    return instant;
}

std::string format_date(LocalDate day) { return format_day(day); }

std::optional<LocalDate> parse_date(std::string_view text) {
    Reader reader(text);
    const std::optional<std::chrono::year_month_day> day = read_day(reader);
    if (!day || !reader.at_end()) return std::nullopt;
    return LocalDate(*day);
}

std::string format_hour_minute(TimeOfDay time) {
    const auto minutes = std::chrono::floor<std::chrono::minutes>(time).count();
    return fmt::format("{:02}:{:02}", minutes / 60, minutes % 60);
}

std::optional<TimeOfDay> parse_time_of_day(std::string_view text) {
    Reader reader(text);
    const std::optional<microseconds> time = read_time(reader);
    if (!time || !reader.at_end() || !reader.ok()) return std::nullopt;
    return time;
}

int weekday_index(LocalDate day) noexcept { return static_cast<int>(std::chrono::weekday(day).iso_encoding()) - 1; }

std::string_view weekday_name(int index) noexcept { return weekday_names.at(static_cast<std::size_t>(index)); }

namespace detail {
std::string format_local_clock(std::chrono::local_time<microseconds> local) { return format_clock(local); }
}  // namespace detail

}  // namespace edge
