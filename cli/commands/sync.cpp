#include "commands/commands.hpp"
#include "commands/sync_report.hpp"
#include "output/text_table.hpp"
#include "output/text_width.hpp"
#include "program/context.hpp"
#include "program/version.hpp"

#include <fmt/format.h>

#include <memory>

namespace edge::cli {
namespace {

struct Arguments {
    bool once = false;
    bool watch = false;
    bool push_only = false;
    bool pull_only = false;
    bool metered = false;
    std::optional<std::int64_t> day_budget;
    std::optional<std::string> url;
    std::optional<std::string> max_time;
    bool dry_run = false;
};

std::chrono::milliseconds parse_seconds(const std::string& text) {
    const std::optional<std::int64_t> milliseconds = parse_decimal(text, 3);
    if (!milliseconds || *milliseconds < 0)
        throw usage_error(fmt::format("cannot use --max-time '{}': it is not a number of seconds", text));
    return std::chrono::milliseconds(*milliseconds);
}

std::int64_t day_budget(Context& context, const Arguments& arguments) {
    constexpr std::int64_t standard = 2'000'000;
    const std::optional<std::string> text = context.setting_text("sync.day_budget");
    const std::int64_t bytes = arguments.day_budget ? *arguments.day_budget
                               : text               ? parse_decimal(*text, 0).value_or(standard)
                                                    : standard;
    if (bytes > 0) return bytes;
    throw usage_error("cannot use a budget of no bytes a day", "give --day-budget a number of bytes");
}

void check_fit(const Arguments& arguments) {
    if (arguments.push_only && arguments.pull_only)
        throw usage_error("cannot use --push-only with --pull-only: nothing would be left to do");
    if (arguments.watch && arguments.once) throw usage_error("cannot use --watch with --once");
    if (arguments.watch && arguments.dry_run) throw usage_error("cannot use --watch with --dry-run");
}

SyncOptions options_of(Context& context, const Arguments& arguments) {
    check_fit(arguments);
    SyncOptions options;
    if (!arguments.dry_run) options.url = hub_url(context, arguments.url);
    if (const auto timeout = context.setting_duration("timeout")) options.timeout = *timeout;
    if (const auto limit = context.setting_duration("sync.max_time")) options.max_time = *limit;
    if (arguments.max_time) options.max_time = parse_seconds(*arguments.max_time);
    options.dry_run = arguments.dry_run;
    if (arguments.push_only) options.direction = SyncDirection::push;
    if (arguments.pull_only) options.direction = SyncDirection::pull;
    if (arguments.metered || arguments.day_budget) options.day_budget = day_budget(context, arguments);
    options.app = fmt::format("edge-analytics/{}", program_version);
    options.progress = context.progress();
    return options;
}

Answer run(Context& context, const Arguments& arguments) {
    const SyncOptions options = options_of(context, arguments);
    if (arguments.watch) return watch_sync(context, options);
    const SyncReport report = context.engine().sync(options);
    const ExitStatus status = exit_status_of(report, options);
    if (context.json()) return {.data = json_of(report, arguments.dry_run), .text = {}, .status = status};
    return {.data = {},
            .text = text_of(report, options, context.shop()),
            .confirmation = status == ExitStatus::done,
            .status = status};
}

Answer run_export(Context& context, const std::string& folder) {
    const std::string path = context.engine().export_segments(folder);
    if (context.json()) return {.data = Json::Object{{"path", path}}, .text = {}};
    return {.data = {},
            .text = "Wrote " + printable(path) +
                    "\nTake it to the hub: edge-analytics hub import FILE\nand bring its receipt back: edge-analytics "
                    "sync import-receipt FILE\n",
            .confirmation = true};
}

Json json_of(const SyncVerifyReport& report) {
    const auto table = [](const SyncVerifyReport::Table& each) {
        return Json::Object{
            {"table", each.table}, {"rows", each.rows}, {"rows_at_hub", each.rows_at_hub}, {"equal", each.equal}};
    };
    return Json::Object{{"equal", report.equal},
                        {"pending_changes", report.pending_changes},
                        {"root", report.root},
                        {"hub_root", report.hub_root},
                        {"tables", json_array(report.tables, table)}};
}

std::string text_of(const SyncVerifyReport& report, const Style& style) {
    TextTable table({{"Table"}, {"Rows here", Align::right}, {"At the hub", Align::right}, {"Equal"}});
    for (const SyncVerifyReport::Table& each : report.tables) {
        table.add({each.table, fmt::format("{}", each.rows), fmt::format("{}", each.rows_at_hub),
                   each.equal ? "yes" : style.paint(Tone::bad, "no")});
    }
    std::string text = table.text(style) + "\n";
    if (report.equal)
        return text + style.paint(Tone::good, "Both sides hold the same rows") + ": digest " + report.root + "\n";
    text += style.paint(Tone::bad, "The two sides differ") + ": digest " + report.root + " here, " + report.hub_root +
            " at the hub\n";
    if (report.pending_changes > 0) {
        text += count_of(report.pending_changes, "change", "changes") + " not at the hub yet: edge-analytics sync\n";
    }
    return text;
}

Answer run_verify(Context& context, const std::optional<std::string>& url) {
    const std::chrono::milliseconds timeout = context.setting_duration("timeout").value_or(std::chrono::seconds(60));
    const SyncVerifyReport report = context.engine().verify_sync(hub_url(context, url), timeout);
    const ExitStatus status = report.equal ? ExitStatus::done : ExitStatus::findings;
    if (context.json()) return {.data = json_of(report), .text = {}, .status = status};
    return {.data = {}, .text = text_of(report, context.style()), .status = status};
}

}  // namespace

void add_sync(Command& parent) {
    const auto arguments = std::make_shared<Arguments>();
    Command sync = parent.add("sync", "Make this file and the hub equal");
    sync.flag("--once", arguments->once, "Sync once and end, as it does anyway");
    sync.flag("--watch", arguments->watch, "Sync again and again, until Ctrl-C or a signal to stop");
    sync.flag("--push-only", arguments->push_only,
              "Send, and take nothing that others changed but in place of a change that lost");
    sync.flag("--pull-only", arguments->pull_only, "Take what others changed, and send nothing");
    sync.flag("--metered", arguments->metered, "Keep within the bytes a day of the setting sync.day_budget");
    sync.option("--day-budget", "BYTES", arguments->day_budget, "Keep within so many bytes a day, both ways");
    sync.option("--url", "URL", arguments->url, "Where the hub is; the setting hub.url if not given");
    sync.option("--max-time", "SECONDS", arguments->max_time, "Start no request after that; 600 if not given");
    sync.flag("--dry-run", arguments->dry_run, "Send nothing, say what would be sent");
    sync.examples({"edge-analytics sync --dry-run", "edge-analytics sync --url http://127.0.0.1:8765 --max-time 60"});
    sync.action([arguments](Context& context) { return run(context, *arguments); });

    add_sync_status(sync);
    add_sync_rejects(sync);
    add_sync_bootstrap(sync);

    const auto url = std::make_shared<std::optional<std::string>>();
    Command verify = sync.add("verify", "Compare every row with the hub's, by digest");
    verify.option("--url", "URL", *url, "Where the hub is; the setting hub.url if not given");
    verify.examples({"edge-analytics sync verify --url http://127.0.0.1:8765", "edge-analytics sync verify --json"});
    verify.action([url](Context& context) { return run_verify(context, *url); });

    const auto folder = std::make_shared<std::string>();
    Command exported = sync.add("export", "Write what waits to a file, for a way without network");
    exported.argument("DIR", *folder, "The folder, such as a USB stick").required();
    exported.examples({"edge-analytics sync export .", "edge-analytics sync export . --json"});
    exported.action([folder](Context& context) { return run_export(context, *folder); });

    add_sync_receipt(sync);
}

}  // namespace edge::cli
