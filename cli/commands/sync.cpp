#include "commands/commands.hpp"
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

/// Throws if neither the command line nor the settings name the hub.
std::string hub_url(Context& context, const std::optional<std::string>& given) {
    const std::optional<std::string> url = given ? given : context.setting_text("hub.url");
    if (url) return *url;
    throw configuration_error("cannot sync: the hub's address is not known",
                              "edge-analytics config set hub.url http://127.0.0.1:8765, or --url");
}

SyncOptions options_of(Context& context, const Arguments& arguments) {
    SyncOptions options;
    if (!arguments.dry_run) options.url = hub_url(context, arguments.url);
    if (const auto timeout = context.setting_duration("timeout")) options.timeout = *timeout;
    if (const auto limit = context.setting_duration("sync.max_time")) options.max_time = *limit;
    if (arguments.max_time) options.max_time = parse_seconds(*arguments.max_time);
    options.dry_run = arguments.dry_run;
    options.app = fmt::format("edge-analytics/{}", program_version);
    options.progress = context.progress();
    return options;
}

Json json_of(const SyncReport& report, bool dry_run) {
    return Json::Object{{"dry_run", dry_run},
                        {"segments_sent", report.segments_sent},
                        {"changes_sent", report.changes_sent},
                        {"bytes_sent", report.bytes_sent},
                        {"bytes_received", report.bytes_received},
                        {"rows_received", report.rows_received},
                        {"rejected", report.rejected},
                        {"diverged", report.diverged},
                        {"pending_changes", report.pending_changes},
                        {"equal", report.equal},
                        {"next_attempt", json_instant(report.next_attempt)},
                        {"reason", report.reason}};
}

std::string text_of(const SyncReport& report, bool dry_run, const ShopView& shop) {
    if (dry_run) return "Would send " + count_of(report.pending_changes, "change", "changes") + ".\n";
    std::string text =
        fmt::format("Sent {} in {}, {} out and {} in.\n", count_of(report.changes_sent, "change", "changes"),
                    count_of(report.segments_sent, "segment", "segments"), byte_size(report.bytes_sent),
                    byte_size(report.bytes_received));
    if (report.rows_received > 0)
        text += fmt::format("Received {} that others changed.\n", count_of(report.rows_received, "row", "rows"));
    if (report.rejected > 0)
        text += fmt::format("The hub did not take {}: edge-analytics sync status\n",
                            count_of(report.rejected, "change", "changes"));
    if (report.equal) return text + "This file and the hub are equal.\n";
    text += fmt::format("{} left to send: {}\n", count_of(report.pending_changes, "change", "changes"),
                        printable(report.reason));
    if (report.next_attempt) text += "Next attempt from " + shop.local(*report.next_attempt) + "\n";
    return text;
}

ExitStatus status_of(const SyncReport& report, bool dry_run) {
    if (report.rejected > 0) return ExitStatus::partly_done;
    return dry_run || report.equal ? ExitStatus::done : ExitStatus::try_again;
}

Answer run(Context& context, const Arguments& arguments) {
    const SyncReport report = context.engine().sync(options_of(context, arguments));
    const ExitStatus status = status_of(report, arguments.dry_run);
    if (context.json()) return {.data = json_of(report, arguments.dry_run), .text = {}, .status = status};
    return {.data = {},
            .text = text_of(report, arguments.dry_run, context.shop()),
            .confirmation = status == ExitStatus::done,
            .status = status};
}

Json json_of(const SyncStatusReport& report) {
    const auto lane = [](const LaneStatus& each) -> Json {
        return Json::Object{{"lane", each.lane},
                            {"sealed", each.sealed},
                            {"applied", each.applied},
                            {"durable", each.durable},
                            {"segments_kept", each.segments_kept}};
    };
    return Json::Object{{"replica", report.replica},
                        {"seller", report.seller},
                        {"epoch", report.epoch},
                        {"lanes", json_array(report.lanes, lane)},
                        {"pending_changes", report.pending_changes},
                        {"pending_bytes", report.pending_bytes},
                        {"oldest_pending", json_instant(report.oldest_pending)},
                        {"rejects", report.rejects},
                        {"diverged", report.diverged},
                        {"repairs_today", report.repairs_today},
                        {"buckets_left_alone", report.buckets_left_alone},
                        {"last_attempt", json_instant(report.last_attempt)},
                        {"last_success", json_instant(report.last_success)},
                        {"last_error", report.last_error},
                        {"next_attempt", json_instant(report.next_attempt)}};
}

std::string text_of(const SyncStatusReport& report, const ShopView& shop, const Style& style) {
    const auto when = [&shop](const std::optional<Timestamp>& instant) {
        return instant ? shop.local(*instant) : "never";
    };
    TextFields fields;
    fields.add("replica", fmt::format("{}, epoch {}", report.replica, report.epoch));
    fields.add("waiting", count_of(report.pending_changes, "change", "changes") + ", " +
                              byte_size(report.pending_bytes) + " sealed");
    if (report.oldest_pending) fields.add("oldest", shop.local(*report.oldest_pending));
    fields.add("last success", when(report.last_success));
    fields.add("last attempt", when(report.last_attempt));
    if (!report.last_error.empty()) fields.add("last error", style.paint(Tone::bad, printable(report.last_error)));
    if (report.next_attempt) fields.add("next attempt", shop.local(*report.next_attempt));
    fields.add("not taken", count_of(report.rejects, "change", "changes"));
    if (report.diverged) fields.add("rows", style.paint(Tone::bad, "not as the hub has them"));
    if (report.repairs_today > 0)
        fields.add("repaired today", count_of(report.repairs_today, "bucket of rows", "buckets of rows"));
    if (report.buckets_left_alone > 0) {
        fields.add("left alone", style.paint(Tone::bad, count_of(report.buckets_left_alone, "bucket", "buckets") +
                                                            " that differed again after each repair"));
    }
    TextTable lanes({{"Lane"},
                     {"Sealed", Align::right},
                     {"Applied", Align::right},
                     {"Durable", Align::right},
                     {"Kept", Align::right}});
    for (const LaneStatus& each : report.lanes) {
        lanes.add({each.lane, fmt::format("{}", each.sealed), fmt::format("{}", each.applied),
                   fmt::format("{}", each.durable), fmt::format("{}", each.segments_kept)});
    }
    return fields.text(style) + "\n" + lanes.text(style);
}

Answer run_status(Context& context) {
    const SyncStatusReport report = context.engine().sync_status();
    if (context.json()) return {.data = json_of(report), .text = {}};
    return {.data = {}, .text = text_of(report, context.shop(), context.style())};
}

Answer run_export(Context& context, const std::string& folder) {
    const std::string path = context.engine().export_segments(folder);
    if (context.json()) return {.data = Json::Object{{"path", path}}, .text = {}};
    return {.data = {},
            .text = "Wrote " + printable(path) + "\nTake it to the hub: edge-analytics hub import FILE\n",
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
    sync.option("--url", "URL", arguments->url, "Where the hub is; the setting hub.url if not given");
    sync.option("--max-time", "SECONDS", arguments->max_time, "Start no request after that; 600 if not given");
    sync.flag("--dry-run", arguments->dry_run, "Send nothing, say what would be sent");
    sync.examples({"edge-analytics sync --dry-run", "edge-analytics sync --url http://127.0.0.1:8765 --max-time 60"});
    sync.action([arguments](Context& context) { return run(context, *arguments); });

    Command status = sync.add("status", "Show what waits and how syncing goes");
    status.examples({"edge-analytics sync status", "edge-analytics sync status --json"});
    status.action(run_status);

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
}

}  // namespace edge::cli
