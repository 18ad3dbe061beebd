#include "commands/sync_report.hpp"

#include "output/text_width.hpp"
#include "program/context.hpp"

#include <fmt/format.h>

namespace edge::cli {
namespace {

/// Everything went that was to go, and only a person can do more.
bool only_rejects_left(const SyncReport& report) {
    return report.rejects > 0 && report.pending_changes == 0 && report.reason.empty();
}

std::string traffic_text(const SyncReport& report, const SyncOptions& options) {
    if (!options.day_budget) return {};
    return fmt::format("{} of today's {} are used.\n", byte_size(report.bytes_today), byte_size(*options.day_budget));
}

}  // namespace

std::string hub_url(Context& context, const std::optional<std::string>& given) {
    const std::optional<std::string> url = given ? given : context.setting_text("hub.url");
    if (url) return *url;
    throw configuration_error("cannot sync: the hub's address is not known",
                              "edge-analytics config set hub.url http://127.0.0.1:8765, or --url");
}

Json json_of(const SyncReport& report, bool dry_run) { return object_of(report, dry_run); }

Json::Object object_of(const SyncReport& report, bool dry_run) {
    return Json::Object{{"dry_run", dry_run},
                        {"segments_sent", report.segments_sent},
                        {"changes_sent", report.changes_sent},
                        {"bytes_sent", report.bytes_sent},
                        {"bytes_received", report.bytes_received},
                        {"rows_received", report.rows_received},
                        {"socket_bytes", report.socket_bytes},
                        {"bytes_today", report.bytes_today},
                        {"budget_used", report.budget_used},
                        {"rejected", report.rejected},
                        {"rejects", report.rejects},
                        {"diverged", report.diverged},
                        {"pending_changes", report.pending_changes},
                        {"equal", report.equal},
                        {"bootstrapped", report.bootstrapped},
                        {"next_attempt", json_instant(report.next_attempt)},
                        {"reason", report.reason}};
}

std::string text_of(const SyncReport& report, const SyncOptions& options, const ShopView& shop) {
    if (options.dry_run) return "Would send " + count_of(report.pending_changes, "change", "changes") + ".\n";
    std::string text =
        fmt::format("Sent {} in {}, {} out and {} in.\n", count_of(report.changes_sent, "change", "changes"),
                    count_of(report.segments_sent, "segment", "segments"), byte_size(report.bytes_sent),
                    byte_size(report.bytes_received));
    text += traffic_text(report, options);
    if (report.rows_received > 0)
        text += fmt::format("Received {} that others changed.\n", count_of(report.rows_received, "row", "rows"));
    if (report.bootstrapped) text += "The file was filled anew: the hub had forgotten deletions that it lacked.\n";
    if (report.rejected > 0)
        text += fmt::format("The hub did not take {}.\n", count_of(report.rejected, "change", "changes"));
    if (report.rejects > 0) {
        text += fmt::format(
            "{} for a decision: edge-analytics sync rejects list\n",
            report.rejects == 1 ? "1 refused change waits" : fmt::format("{} refused changes wait", report.rejects));
    }
    if (only_rejects_left(report)) return text;
    if (report.equal) return text + "This file and the hub are equal.\n";
    text += fmt::format("{} left to send: {}\n", count_of(report.pending_changes, "change", "changes"),
                        printable(report.reason));
    if (report.next_attempt) text += "Next attempt from " + shop.local(*report.next_attempt) + "\n";
    return text;
}

ExitStatus exit_status_of(const SyncReport& report, const SyncOptions& options) {
    if (options.dry_run || report.equal) return ExitStatus::done;
    if (report.rejected > 0 || only_rejects_left(report)) return ExitStatus::partly_done;
    return ExitStatus::try_again;
}

}  // namespace edge::cli
