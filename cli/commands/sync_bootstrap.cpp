#include "commands/commands.hpp"
#include "commands/sync_report.hpp"
#include "output/text_width.hpp"
#include "program/context.hpp"
#include "program/version.hpp"

#include <fmt/format.h>

#include <memory>

namespace edge::cli {
namespace {

struct Arguments {
    std::optional<std::string> url;
    std::optional<std::string> shop;
    bool dry_run = false;
};

Json json_of(const BootstrapReport& report, bool dry_run) {
    return Json::Object{{"dry_run", dry_run},
                        {"complete", report.complete},
                        {"seller", report.seller},
                        {"replica", report.replica},
                        {"at", report.at},
                        {"rows", report.rows},
                        {"chunks", report.chunks},
                        {"chunks_kept", report.chunks_kept},
                        {"chunks_repeated", report.chunks_repeated},
                        {"bytes_received", report.bytes_received},
                        {"rows_changed", report.rows_changed},
                        {"rows_removed", report.rows_removed},
                        {"pending_changes", report.pending_changes},
                        {"digest", report.digest},
                        {"reason", report.reason}};
}

std::string chunks_text(const BootstrapReport& report) {
    std::string text =
        fmt::format("{} came ({})", count_of(report.chunks, "chunk", "chunks"), byte_size(report.bytes_received));
    if (report.chunks_kept > 0) text += fmt::format(", {} had come before", report.chunks_kept);
    if (report.chunks_repeated > 0)
        text += fmt::format(", {} asked for again", count_of(report.chunks_repeated, "time", "times"));
    return text + ".\n";
}

std::string text_of(const BootstrapReport& report, const std::string& path, bool dry_run) {
    if (dry_run) {
        if (report.at == 0 && report.rows == 0 && report.reason != "this was a dry run")
            return printable(report.reason) + "\n";
        return fmt::format("Would send {} first, then take {} from the hub.\n",
                           count_of(report.pending_changes, "change", "changes"), count_of(report.rows, "row", "rows"));
    }
    if (!report.complete) {
        return fmt::format("Not done: {}\n{}What has come is kept: edge-analytics sync bootstrap goes on with it.\n",
                           printable(report.reason), chunks_text(report));
    }
    std::string text = fmt::format("{} holds what the hub has: {}, digest {}.\n", printable(path),
                                   count_of(report.rows, "row", "rows"), report.digest);
    text += chunks_text(report);
    if (report.rows_changed + report.rows_removed > 0) {
        text += fmt::format("{} changed here and {} went.\n", count_of(report.rows_changed, "row", "rows"),
                            report.rows_removed);
    }
    if (report.pending_changes > 0)
        text += count_of(report.pending_changes, "change", "changes") + " on top of it: edge-analytics sync\n";
    return text;
}

Answer run(Context& context, const Arguments& arguments) {
    BootstrapOptions options;
    options.url = hub_url(context, arguments.url);
    options.shop = arguments.shop.value_or("");
    options.dry_run = arguments.dry_run;
    if (const auto timeout = context.setting_duration("timeout")) options.timeout = *timeout;
    options.app = fmt::format("edge-analytics/{}", program_version);
    options.progress = context.progress();
    const std::string path = context.database_path();
    if (!options.shop.empty() && !options.dry_run) make_parent_folder(path, "--db");
    const BootstrapReport report = Engine::bootstrap(path, options, context.engine_options());
    const ExitStatus status = report.complete || arguments.dry_run ? ExitStatus::done : ExitStatus::try_again;
    if (context.json()) return {.data = json_of(report, arguments.dry_run), .text = {}, .status = status};
    return {.data = {},
            .text = text_of(report, path, arguments.dry_run),
            .confirmation = report.complete,
            .status = status};
}

}  // namespace

void add_sync_bootstrap(Command& sync) {
    const auto arguments = std::make_shared<Arguments>();
    Command command = sync.add("bootstrap", "Fill the file anew from the hub, or make one for a new device");
    command.option("--url", "URL", arguments->url, "Where the hub is; the setting hub.url if not given");
    command.option("--shop", "ID", arguments->shop,
                   "The shop's identity at the hub, to make a file that does not exist; sync status shows it");
    command.flag("--dry-run", arguments->dry_run, "Fill nothing, say what there is");
    command.examples({"edge-analytics sync bootstrap --url http://127.0.0.1:8765",
                      "edge-analytics sync bootstrap --db new.db --shop 01JDQ4R7K2M8X5V9T3B6N1C0HA"});
    command.action([arguments](Context& context) { return run(context, *arguments); });
}

}  // namespace edge::cli
