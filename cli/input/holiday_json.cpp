#include "input/holiday_file.hpp"

#include "edge/core/error.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

namespace edge::cli {
namespace {

namespace json = boost::json;

std::vector<std::string> regions_of(std::string_view division) {
    if (division == "england-and-wales") return {"GB-ENG", "GB-WLS"};
    if (division == "scotland") return {"GB-SCT"};
    if (division == "northern-ireland") return {"GB-NIR"};
    return {};
}

[[noreturn]] void refuse(const std::string& source, const std::string& why) {
    throw Error(ErrorCode::corrupt_data, fmt::format("cannot read {}: {}", source, why), {{"file", source}},
                "the file is https://www.gov.uk/bank-holidays.json");
}

std::string text_member(const json::value& event, const char* name) {
    const json::object* object = event.if_object();
    const json::value* value = object == nullptr ? nullptr : object->if_contains(name);
    const json::string* text = value == nullptr ? nullptr : value->if_string();
    return text == nullptr ? std::string() : std::string(text->c_str(), text->size());
}

void add_event(const json::value& event, const std::vector<std::string>& regions, const std::string& source,
               std::vector<HolidayEntry>& holidays) {
    const std::string name = text_member(event, "title");
    const std::string date = text_member(event, "date");
    const std::optional<LocalDate> day = parse_date(date);
    if (name.empty() || !day) refuse(source, fmt::format("the event '{}' on '{}' has no name or no day", name, date));
    for (const std::string& region : regions)
        holidays.push_back({.region = region, .day = *day, .name = name, .source = source});
}

}  // namespace

std::vector<HolidayEntry> holidays_from_json(std::string_view text, const std::string& source) {
    json::error_code error;
    const json::value document = json::parse(json::string_view(text.data(), text.size()), error);
    if (error) refuse(source, fmt::format("it is not JSON ({})", error.message()));
    const json::object* divisions = document.if_object();
    if (divisions == nullptr) refuse(source, "it is not an object of divisions");
    std::vector<HolidayEntry> holidays;
    for (const auto& [name, division] : *divisions) {
        const std::vector<std::string> regions = regions_of({name.data(), name.size()});
        const json::object* object = division.if_object();
        const json::value* events = object == nullptr ? nullptr : object->if_contains("events");
        if (regions.empty())
            refuse(source, fmt::format("'{}' is no division of the United Kingdom",
                                       std::string_view(name.data(), name.size())));
        if (events == nullptr || !events->is_array()) refuse(source, "a division has no events");
        for (const json::value& event : events->get_array()) add_event(event, regions, source, holidays);
    }
    return holidays;
}

}  // namespace edge::cli
