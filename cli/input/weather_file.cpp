#include "input/weather_file.hpp"

#include "input/table_text.hpp"

#include <fmt/format.h>

namespace edge::cli {
namespace {

LocalDate day_of(const TableRow& row) {
    const std::string text = row.first_of({"day", "date"});
    const auto day = parse_date(text);
    if (!day) row.refuse(fmt::format("'{}' is not a day (YYYY-MM-DD)", text));
    return *day;
}

std::optional<Celsius> temperature_of(const TableRow& row) {
    const std::string text = row.value("temperature");
    if (text.empty()) return std::nullopt;
    const auto temperature = Celsius::parse(text);
    if (!temperature) row.refuse(fmt::format("'{}' is not a temperature in degrees C with at most two places", text));
    return temperature;
}

std::optional<WeatherFlag> flag_of(const TableRow& row) {
    const std::string text = row.first_of({"weather", "weather_flag", "flag"});
    if (text.empty()) return std::nullopt;
    const auto flag = parse_weather_flag(text);
    if (!flag) row.refuse(fmt::format("'{}' is not sunny, cloudy, rainy, snowy or windy", text));
    return flag;
}

std::string kind_of(const TableRow& row) {
    std::string kind = row.value("kind");
    if (kind.empty()) return "observed";
    if (kind != "observed" && kind != "forecast" && kind != "normal") {
        row.refuse(fmt::format("the kind '{}' is not observed, forecast or normal", kind));
    }
    return kind;
}

std::string or_else(const std::string& text, const std::string& otherwise) { return text.empty() ? otherwise : text; }

}  // namespace

std::vector<WeatherEntry> weather_from_csv(std::string_view text, const WeatherDefaults& defaults,
                                           const std::string& path) {
    std::vector<WeatherEntry> weather;
    read_table(text, path, [&](const TableRow& row) {
        WeatherEntry entry{.place = or_else(row.value("place"), defaults.place),
                           .day = day_of(row),
                           .kind = kind_of(row),
                           .temperature = temperature_of(row),
                           .flag = flag_of(row),
                           .source = or_else(row.value("source"), defaults.source),
                           .fetched_at = defaults.fetched_at};
        if (entry.place.empty()) row.refuse("it has no place, and the shop's own is not known");
        if (!entry.temperature && !entry.flag) row.refuse("it has neither a temperature nor a weather");
        weather.push_back(std::move(entry));
    });
    return weather;
}

std::string place_of(const Seller& seller) {
    if (!seller.latitude || !seller.longitude) return {};
    const auto tenths = [](Degrees degrees) { return format_decimal(round_to_units(degrees.value(), 1), 1); };
    return tenths(*seller.latitude) + "," + tenths(*seller.longitude);
}

}  // namespace edge::cli
