#include "commands/commands.hpp"
#include "input/text_file.hpp"
#include "output/text_table.hpp"
#include "output/text_width.hpp"
#include "program/context.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>

namespace edge::cli {
namespace {

struct Arguments {
    std::vector<std::string> paths;
    std::string table;
    std::optional<std::string> format;
    std::vector<std::string> map;
    std::string on_error = "aside";
    std::optional<std::string> aside;
    std::string time_zone = "UTC";
    std::string currency = "GBP";
    std::string holiday_region;
    bool dry_run = false;
};

bool is_table_file(const std::string& path) {
    const std::string ending = lower_extension(path);
    return ending == "csv" || ending == "ndjson" || ending == "jsonl";
}

/// A folder stands for the CSV and JSON-lines files in it, by name.
std::vector<std::string> files_of(const std::vector<std::string>& paths) {
    std::vector<std::string> files;
    for (const std::string& path : paths) {
        std::error_code error;
        if (path == "-" || !std::filesystem::is_directory(path, error)) {
            files.push_back(path);
            continue;
        }
        std::vector<std::string> found;
        for (const auto& entry : std::filesystem::directory_iterator(path, error)) {
            if (entry.is_regular_file() && is_table_file(entry.path().string())) found.push_back(entry.path().string());
        }
        if (error)
            throw Error(ErrorCode::io_failure, fmt::format("cannot read the folder {}: {}", path, error.message()));
        if (found.empty())
            throw Error(ErrorCode::not_found, fmt::format("cannot import {}: no CSV or NDJSON file is in it", path));
        std::ranges::sort(found);
        files.insert(files.end(), found.begin(), found.end());
    }
    return files;
}

std::vector<std::pair<std::string, std::string>> column_map(const std::vector<std::string>& given) {
    std::vector<std::pair<std::string, std::string>> columns;
    for (const std::string& each : given) {
        const std::size_t equals = each.find('=');
        if (equals == std::string::npos || equals == 0 || equals + 1 == each.size()) {
            throw usage_error(fmt::format("cannot use --map '{}': it is not FROM=TO", each),
                              "such as --map qty=total_qty");
        }
        columns.emplace_back(each.substr(0, equals), each.substr(equals + 1));
    }
    return columns;
}

ImportRequest request_of(Context& context, const Arguments& arguments) {
    ImportRequest request;
    for (const std::string& path : files_of(arguments.paths)) {
        ImportFile file;
        file.path = path;
        file.table = arguments.table;
        if (arguments.format) file.format = *arguments.format == "csv" ? FileFormat::csv : FileFormat::ndjson;
        request.files.push_back(std::move(file));
    }
    request.column_map = column_map(arguments.map);
    request.on_error = arguments.on_error == "stop" ? OnError::stop : OnError::set_aside;
    request.dry_run = arguments.dry_run;
    if (!arguments.dry_run && request.on_error == OnError::set_aside) {
        request.aside_path = arguments.aside.value_or(context.database_path() + ".rejected.ndjson");
    }
    request.default_time_zone = arguments.time_zone;
    request.default_currency = arguments.currency;
    request.default_holiday_region = arguments.holiday_region;
    request.progress = context.progress();
    return request;
}

Json json_of(const ImportReport& report, const ImportRequest& request) {
    const auto table = [](const TableImport& each) -> Json {
        return Json::Object{{"table", each.table},
                            {"added", each.added},
                            {"updated", each.updated},
                            {"unchanged", each.unchanged},
                            {"rejected", each.rejected}};
    };
    const auto row = [](const RejectedRow& each) -> Json {
        return Json::Object{{"file", each.file},
                            {"line", each.line},
                            {"column", each.column},
                            {"reason", each.reason},
                            {"row", each.row}};
    };
    const bool aside = report.rejected_total > 0 && !request.aside_path.empty();
    return Json::Object{{"dry_run", request.dry_run},
                        {"tables", json_array(report.tables, table)},
                        {"rejected", json_array(report.rejected, row)},
                        {"rejected_total", report.rejected_total},
                        {"aside_path", aside ? Json(request.aside_path) : Json()}};
}

std::string text_of(const ImportReport& report, const ImportRequest& request, const Style& style) {
    TextTable table({{"Table"},
                     {"Added", Align::right},
                     {"Updated", Align::right},
                     {"Unchanged", Align::right},
                     {"Set aside", Align::right}});
    for (const TableImport& each : report.tables) {
        table.add({each.table, fmt::format("{}", each.added), fmt::format("{}", each.updated),
                   fmt::format("{}", each.unchanged), fmt::format("{}", each.rejected)});
    }
    std::string text = table.text(style);
    constexpr std::size_t most = 10;
    for (std::size_t i = 0; i < std::min(report.rejected.size(), most); ++i) {
        const RejectedRow& row = report.rejected[i];
        const std::string column = row.column.empty() ? "" : ", " + printable(row.column);
        text += style.paint(Tone::warning, fmt::format("{}, line {}{}: {}", printable(row.file), row.line, column,
                                                       printable(row.reason))) +
                "\n";
    }
    if (report.rejected_total > static_cast<std::int64_t>(most))
        text += fmt::format("… {} in all\n", count_of(report.rejected_total, "row", "rows"));
    if (report.rejected_total > 0 && !request.aside_path.empty())
        text += "Rows set aside are in " + printable(request.aside_path) + "\n";
    if (request.dry_run) text += "Nothing was written (--dry-run).\n";
    return text;
}

Answer run(Context& context, const Arguments& arguments) {
    const ImportRequest request = request_of(context, arguments);
    const ImportReport report = context.engine().import(request);
    const ExitStatus status = report.rejected_total > 0 ? ExitStatus::partly_done : ExitStatus::done;
    if (context.json()) return {.data = json_of(report, request), .text = {}, .status = status};
    return {.data = {}, .text = text_of(report, request, context.style()), .confirmation = true, .status = status};
}

}  // namespace

void add_import(Command& parent) {
    const auto arguments = std::make_shared<Arguments>();
    Command command = parent.add("import", "Take in CSV or JSON-lines files; the same file twice adds nothing");
    command.arguments("PATH", arguments->paths, "Files or folders, in any order; - for standard input");
    command.option("--table", "TABLE", arguments->table, "What the files hold; by their names if not given");
    command.option("--format", "FORMAT", arguments->format, "By the files' endings if not given")
        .one_of({"csv", "ndjson"});
    command.option("--map", "FROM=TO", arguments->map,
                   "A column's name in the file, and ours; may be given several times");
    command
        .option("--on-error", "WHAT", arguments->on_error,
                "With a bad row: set it aside (if not given), or stop and take nothing")
        .one_of({"aside", "stop"});
    command.option("--aside", "FILE", arguments->aside, "Where bad rows go; <db>.rejected.ndjson if not given");
    command.option("--time-zone", "ZONE", arguments->time_zone, "Of sellers whose rows do not say; UTC if not given");
    command.option("--currency", "CODE", arguments->currency, "Of sellers whose rows do not say; GBP if not given");
    command.option("--holiday-region", "REGION", arguments->holiday_region, "Of sellers whose rows do not say");
    command.flag("--dry-run", arguments->dry_run, "Do everything, then leave the shop as it was");
    command.examples({"edge-analytics import tools/samples/bookings --dry-run",
                      "edge-analytics export --table category | edge-analytics import - --table category"});
    command.action([arguments](Context& context) { return run(context, *arguments); });
}

}  // namespace edge::cli
