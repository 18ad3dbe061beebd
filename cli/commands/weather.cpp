#include "commands/commands.hpp"
#include "input/moments.hpp"
#include "input/text_file.hpp"
#include "input/weather_file.hpp"
#include "output/text_table.hpp"
#include "output/text_width.hpp"
#include "program/context.hpp"

#include <fmt/format.h>

#include <memory>

namespace edge::cli {
namespace {

struct ShowArguments {
    std::optional<std::string> from;
    std::optional<std::string> to;
};

struct ImportArguments {
    std::string file;
    std::optional<std::string> place;
    std::optional<std::string> source;
    bool dry_run = false;
};

Json json_of(const WeatherEntry& entry) {
    return Json::Object{{"place", entry.place},
                        {"day", format_date(entry.day)},
                        {"kind", entry.kind},
                        {"temperature", entry.temperature ? Json(entry.temperature->value()) : Json()},
                        {"weather", entry.flag ? Json(name_of(*entry.flag)) : Json()},
                        {"source", entry.source},
                        {"fetched_at", format_timestamp(entry.fetched_at)}};
}

/// "3 hours", "12 days"
std::string age_of(Timestamp fetched, Timestamp now) {
    const auto hours = std::chrono::duration_cast<std::chrono::hours>(now - fetched).count();
    constexpr std::int64_t day = 24;
    if (hours < 2 * day) return count_of(hours, "hour", "hours");
    return count_of(hours / day, "day", "days");
}

Answer run_show(Context& context, const ShowArguments& arguments) {
    constexpr std::chrono::days a_week{7};
    const TimeZone& zone = context.zone();
    const LocalDate today = zone.to_local(context.now()).day;
    const LocalDate from = arguments.from ? parse_day(*arguments.from, zone, context.now(), "--from") : today - a_week;
    const LocalDate to = arguments.to ? parse_day(*arguments.to, zone, context.now(), "--to") : today + a_week;
    const std::vector<WeatherEntry> weather = context.engine().weather(context.seller_id(), from, to);
    if (context.json()) {
        return {.data = Json::Object{{"place", place_of(context.seller())},
                                     {"from", format_date(from)},
                                     {"to", format_date(to)},
                                     {"weather",
                                      json_array(weather, [](const WeatherEntry& each) { return json_of(each); })}},
                .text = {}};
    }
    if (weather.empty())
        return {.data = {},
                .text = fmt::format("No weather is known between {} and {}.\n", format_date(from), format_date(to))};
    TextTable table({{"Day"}, {"Kind"}, {"°C", Align::right}, {"Weather"}, {"Source"}, {"Age", Align::right}});
    for (const WeatherEntry& each : weather) {
        table.add({format_date(each.day), each.kind, each.temperature ? each.temperature->text() : "",
                   each.flag ? std::string(name_of(*each.flag)) : "", printable(each.source),
                   age_of(each.fetched_at, context.now())});
    }
    return {.data = {}, .text = table.text(context.style())};
}

Answer run_import(Context& context, const ImportArguments& arguments) {
    const WeatherDefaults defaults{.place = arguments.place.value_or(place_of(context.seller())),
                                   .source = arguments.source.value_or(arguments.file),
                                   .fetched_at = context.now()};
    const std::vector<WeatherEntry> weather =
        weather_from_csv(read_text_file(arguments.file), defaults, arguments.file);
    const std::int64_t changed = context.engine().add_weather(weather, {.dry_run = arguments.dry_run});
    if (context.json())
        return {.data = Json::Object{{"dry_run", arguments.dry_run}, {"read", weather.size()}, {"changed", changed}},
                .text = {}};
    const std::string read = count_of(static_cast<std::int64_t>(weather.size()), "day", "days");
    if (arguments.dry_run)
        return {.data = {},
                .text = fmt::format("Read {}, {} new or changed; nothing was written (--dry-run).\n", read, changed)};
    return {.data = {}, .text = fmt::format("Read {}, {} new or changed.\n", read, changed), .confirmation = true};
}

}  // namespace

void add_weather(Command& parent) {
    Command weather = parent.add("weather", "Weather at the shop: show, import");
    weather.examples({"edge-analytics weather show", "edge-analytics weather import weather.csv --place 51.5,-0.1"});

    const auto shown = std::make_shared<ShowArguments>();
    Command show = weather.add("show", "Show the weather known, its source and age");
    show.option("--from", "DAY", shown->from, "A week ago if not given");
    show.option("--to", "DAY", shown->to, "In a week if not given");
    show.examples({"edge-analytics weather show", "edge-analytics weather show --from 2026-11-01 --to 2026-11-30"});
    show.action([shown](Context& context) { return run_show(context, *shown); });

    const auto imported = std::make_shared<ImportArguments>();
    Command import = weather.add(
        "import", "Take in weather from CSV: day, temperature, weather, and optionally kind, place, source");
    import.argument("FILE", imported->file, "- for standard input").required();
    import.option("--place", "LAT,LON", imported->place, "To a tenth of a degree; the shop's own if not given");
    import.option("--source", "TEXT", imported->source, "Where it comes from; the file's name if not given");
    import.flag("--dry-run", imported->dry_run, "Do everything, then leave the shop as it was");
    import.examples({"edge-analytics weather import weather.csv --place 51.5,-0.1",
                     "edge-analytics weather import - --place 51.5,-0.1 --source station < weather.csv"});
    import.action([imported](Context& context) { return run_import(context, *imported);
});
}  // namespace edge::cli

}  // namespace edge::cli
