#include "input/holiday_file.hpp"

#include "edge/core/error.hpp"

#include <fmt/format.h>

namespace edge::cli {
namespace {

/// A content line of RFC 5545: name, parameters dropped, value.
struct ContentLine {
    std::string name;
    std::string value;
};

/// Lines that begin with a space go on with the one before.
std::vector<std::string> unfold(std::string_view text) {
    std::vector<std::string> lines;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
        const bool continued = !line.empty() && (line.front() == ' ' || line.front() == '\t');
        if (continued && !lines.empty()) {
            lines.back().append(line.substr(1));
        } else {
            lines.emplace_back(line);
        }
    }
    return lines;
}

ContentLine split(const std::string& line) {
    const std::size_t colon = line.find(':');
    if (colon == std::string::npos) return {};
    return {line.substr(0, std::min(line.find(';'), colon)), line.substr(colon + 1)};
}

std::string unescape(const std::string& value) {
    std::string text;
    for (std::size_t i = 0; i < value.size(); ++i) {
        const bool escaped = value[i] == '\\' && i + 1 < value.size();
        if (escaped) ++i;
        text += escaped && (value[i] == 'n' || value[i] == 'N') ? ' ' : value[i];
    }
    return text;
}

/// `20261225`, or `20261225T000000` with anything behind.
std::optional<LocalDate> parse_basic_date(const std::string& value) {
    if (value.size() < 8) return std::nullopt;
    return parse_date(value.substr(0, 4) + "-" + value.substr(4, 2) + "-" + value.substr(6, 2));
}

struct Event {
    std::optional<LocalDate> start;
    std::optional<LocalDate> end;  // the day behind the last
    std::string name;
};

void take_line(const ContentLine& line, Event& event) {
    if (line.name == "DTSTART") event.start = parse_basic_date(line.value);
    if (line.name == "DTEND") event.end = parse_basic_date(line.value);
    if (line.name == "SUMMARY") event.name = unescape(line.value);
}

}  // namespace

std::vector<HolidayEntry> holidays_from_ics(std::string_view text, const std::string& region,
                                            const std::string& source) {
    const auto refuse = [&source](const std::string& why) {
        throw Error(ErrorCode::corrupt_data, fmt::format("cannot read {}: {}", source, why), {{"file", source}});
    };
    constexpr std::int64_t longest = 31;  // days; a school year is not a holiday
    const std::vector<std::string> lines = unfold(text);
    if (lines.empty() || lines.front() != "BEGIN:VCALENDAR") refuse("it is not an iCalendar file");
    if (region.empty()) refuse("its holidays do not say where they are; give --region");
    std::vector<HolidayEntry> holidays;
    Event event;
    for (const std::string& raw : lines) {
        if (raw == "BEGIN:VEVENT") event = {};
        take_line(split(raw), event);
        if (raw != "END:VEVENT") continue;
        if (!event.start || event.name.empty()) refuse(fmt::format("the event '{}' has no name or no day", event.name));
        const LocalDate end = std::max(event.end.value_or(*event.start), *event.start + std::chrono::days(1));
        if ((end - *event.start).count() > longest)
            refuse(fmt::format("the event '{}' lasts more than {} days", event.name, longest));
        for (LocalDate day = *event.start; day < end; day += std::chrono::days(1)) {
            holidays.push_back({.region = region, .day = day, .name = event.name, .source = source});
        }
    }
    return holidays;
}

}  // namespace edge::cli
