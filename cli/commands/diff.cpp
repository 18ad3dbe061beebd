#include "commands/commands.hpp"
#include "output/text_table.hpp"
#include "program/context.hpp"

#include <fmt/format.h>

#include <memory>

namespace edge::cli {
namespace {

struct Arguments {
    std::string format = "merge-patch";
    bool stat = false;
    bool exit_code = false;
};

std::string stat_text(const DiffReport& report, const Style& style) {
    if (report.rows == 0) return "Nothing to send.\n";
    TextTable table({{"Table"}, {"Rows", Align::right}});
    for (const auto& [name, rows] : report.rows_by_table) table.add({name, fmt::format("{}", rows)});
    return table.text(style) + fmt::format("{}, {}\n", count_of(report.rows, "row", "rows"), byte_size(report.bytes));
}

Answer run(Context& context, const Arguments& arguments) {
    const DiffReport report =
        context.engine().diff(arguments.format == "json-patch" ? DiffFormat::json_patch : DiffFormat::merge_patch);
    const ExitStatus status = arguments.exit_code && report.rows > 0 ? ExitStatus::findings : ExitStatus::done;
    if (context.json()) {
        const auto table = [](const auto& each) -> Json {
            return Json::Object{{"table", each.first}, {"rows", each.second}};
        };
        Json::Object data = {{"format", arguments.format},
                             {"rows", report.rows},
                             {"bytes", report.bytes},
                             {"tables", json_array(report.rows_by_table, table)}};
        data.push_back({"document", arguments.stat ? Json() : Json(Json::Raw{report.document})});
        return {.data = std::move(data), .text = {}, .status = status};
    }
    if (arguments.stat) return {.data = {}, .text = stat_text(report, context.style()), .status = status};
    const bool ended = !report.document.empty() && report.document.back() == '\n';
    return {.data = {}, .text = report.document + (ended ? "" : "\n"), .status = status};
}

}  // namespace

void add_diff(Command& parent) {
    const auto arguments = std::make_shared<Arguments>();
    Command command = parent.add("diff", "Show exactly what a sync would send");
    command.option("--format", "FORMAT", arguments->format, "JSON Merge Patch (if not given) or JSON Patch")
        .one_of({"merge-patch", "json-patch"});
    command.flag("--stat", arguments->stat, "Only how many rows of which table");
    command.flag("--exit-code", arguments->exit_code, "End with 10 if there is anything to send");
    command.examples({"edge-analytics diff --stat", "edge-analytics diff --format json-patch"});
    command.action([arguments](Context& context) { return run(context, *arguments); });
}

}  // namespace edge::cli
