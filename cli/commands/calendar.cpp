#include "commands/commands.hpp"
#include "input/holiday_file.hpp"
#include "input/moments.hpp"
#include "input/text_file.hpp"
#include "output/text_table.hpp"
#include "output/text_width.hpp"
#include "program/context.hpp"

#include <fmt/format.h>

#include <memory>

namespace edge::cli {
namespace {

struct ShowArguments {
    std::optional<std::string> region;
    std::optional<std::string> from;
    std::optional<std::string> to;
};

struct ImportArguments {
    std::string file;
    std::string region;
    std::optional<std::string> format;
    bool dry_run = false;
};

Json json_of(const HolidayEntry& holiday) {
    return Json::Object{{"region", holiday.region},
                        {"day", format_date(holiday.day)},
                        {"name", holiday.name},
                        {"source", holiday.source}};
}

Answer run_show(Context& context, const ShowArguments& arguments) {
    const std::string region = arguments.region.value_or(context.seller().holiday_region);
    if (region.empty()) {
        throw usage_error("cannot show the holidays: the shop's region is not known",
                          "add --region GB-ENG, or another of GB-WLS, GB-SCT, GB-NIR, GB, IE, PT");
    }
    constexpr std::chrono::days a_year{365};
    const TimeZone& zone = context.zone();
    const LocalDate from = parse_day(arguments.from.value_or("today"), zone, context.now(), "--from");
    const LocalDate to = arguments.to ? parse_day(*arguments.to, zone, context.now(), "--to") : from + a_year;
    const std::vector<HolidayEntry> holidays = context.engine().holidays(region, from, to);
    if (context.json()) {
        return {.data = Json::Object{{"region", region},
                                     {"from", format_date(from)},
                                     {"to", format_date(to)},
                                     {"holidays",
                                      json_array(holidays, [](const HolidayEntry& each) { return json_of(each); })}},
                .text = {}};
    }
    if (holidays.empty())
        return {.data = {},
                .text = fmt::format("No holidays are known for {} between {} and {}.\n", printable(region),
                                    format_date(from), format_date(to))};
    TextTable table({{"Day"}, {"Weekday"}, {"Holiday"}, {"Source"}});
    for (const HolidayEntry& each : holidays) {
        table.add({format_date(each.day), std::string(weekday_name(weekday_index(each.day))), printable(each.name),
                   printable(each.source)});
    }
    return {.data = {}, .text = table.text(context.style())};
}

std::vector<HolidayEntry> read_holidays(const ImportArguments& arguments) {
    const std::string text = read_text_file(arguments.file);
    const std::string format = arguments.format.value_or(lower_extension(arguments.file));
    if (format == "json") return holidays_from_json(text, arguments.file);
    if (format == "ics") return holidays_from_ics(text, arguments.region, arguments.file);
    if (format == "csv") return holidays_from_csv(text, arguments.region, arguments.file);
    throw usage_error(fmt::format("cannot tell what {} is by its name", arguments.file),
                      "add --format csv, json or ics");
}

Answer run_import(Context& context, const ImportArguments& arguments) {
    Engine& engine = context.engine();
    const std::vector<HolidayEntry> holidays = read_holidays(arguments);
    const std::int64_t added = engine.add_holidays(holidays, {.dry_run = arguments.dry_run});
    if (context.json())
        return {.data = Json::Object{{"dry_run", arguments.dry_run}, {"read", holidays.size()}, {"added", added}},
                .text = {}};
    const std::string read = count_of(static_cast<std::int64_t>(holidays.size()), "holiday", "holidays");
    if (arguments.dry_run)
        return {.data = {}, .text = fmt::format("Read {}, {} new; nothing was written (--dry-run).\n", read, added)};
    return {.data = {}, .text = fmt::format("Read {}, {} new.\n", read, added), .confirmation = true};
}

}  // namespace

void add_calendar(Command& parent) {
    Command calendar = parent.add("calendar", "Holidays: show, import");
    calendar.examples(
        {"edge-analytics calendar show --region GB-ENG", "edge-analytics calendar import holidays.csv --region IE"});

    const auto shown = std::make_shared<ShowArguments>();
    Command show = calendar.add("show", "Show holidays, and where they are known from");
    show.option("--region", "REGION", shown->region, "The shop's own if not given");
    show.option("--from", "DAY", shown->from, "today if not given");
    show.option("--to", "DAY", shown->to, "A year later if not given");
    show.examples({"edge-analytics calendar show --region GB-ENG",
                   "edge-analytics calendar show --region PT --from 2026-01-01 --to 2026-12-31"});
    show.action([shown](Context& context) { return run_show(context, *shown); });

    const auto imported = std::make_shared<ImportArguments>();
    Command import =
        calendar.add("import", "Take in holidays: CSV, the UK government's bank-holidays.json, or iCalendar");
    import.argument("FILE", imported->file, "- for standard input").required();
    import.option("--region", "REGION", imported->region, "Of holidays that do not say theirs");
    import.option("--format", "FORMAT", imported->format, "By the file's ending if not given")
        .one_of({"csv", "json", "ics"});
    import.flag("--dry-run", imported->dry_run, "Do everything, then leave the shop as it was");
    import.examples({"edge-analytics calendar import bank-holidays.json",
                     "edge-analytics calendar import holidays.ics --region IE"});
    import.action([imported](Context& context) { return run_import(context, *imported);
});
}  // namespace edge::cli

}  // namespace edge::cli
