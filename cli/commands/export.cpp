#include "commands/commands.hpp"
#include "output/new_file.hpp"
#include "output/text_width.hpp"
#include "program/context.hpp"

#include <fmt/format.h>

#include <memory>

namespace edge::cli {
namespace {

struct Arguments {
    std::string table;
    std::string format = "csv";
    std::string output = "-";
    bool overwrite = false;
};

Answer run(Context& context, const Arguments& arguments) {
    ExportRequest request;
    request.table = arguments.table;
    request.format = arguments.format == "csv" ? FileFormat::csv : FileFormat::ndjson;
    request.progress = context.progress();
    if (arguments.output == "-") {
        if (context.json())
            throw usage_error("cannot print the rows and a JSON document to one place", "add --output FILE");
        context.engine().export_table(request, context.out());
        return {};
    }
    Engine& engine = context.engine();
    NewFile file(arguments.output, arguments.overwrite || context.may_replace(arguments.output));
    const std::int64_t rows = engine.export_table(request, file.stream());
    file.finish();
    if (context.json()) {
        return {.data = Json::Object{{"table", arguments.table},
                                     {"format", arguments.format},
                                     {"path", arguments.output},
                                     {"rows", rows}},
                .text = {}};
    }
    return {.data = {},
            .text = fmt::format("Wrote {} to {}\n", count_of(rows, "row", "rows"), printable(arguments.output)),
            .confirmation = true};
}

}  // namespace

void add_export(Command& parent) {
    const auto arguments = std::make_shared<Arguments>();
    Command command = parent.add("export", "Write a table as CSV or JSON lines");
    command.option("--table", "TABLE", arguments->table, "sellers, category, bundles, bundle_category, reservations, …")
        .required();
    command.option("--format", "FORMAT", arguments->format, "csv if not given").one_of({"csv", "ndjson"});
    command.option("-o,--output", "FILE", arguments->output, "Standard output if not given");
    command.flag("--overwrite", arguments->overwrite, "Replace the file if it exists");
    command.examples({"edge-analytics export --table bundles",
                      "edge-analytics export --table reservations --format ndjson --output reservations.ndjson"});
    command.action([arguments](Context& context) { return run(context, *arguments); });
}

}  // namespace edge::cli
