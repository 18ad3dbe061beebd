#include "commands/commands.hpp"
#include "output/text_table.hpp"
#include "output/text_width.hpp"
#include "program/context.hpp"

#include <fmt/format.h>

namespace edge::cli {
namespace {

std::optional<std::int64_t> age_of_oldest(const SyncStatusReport& report, Timestamp now) {
    if (!report.oldest_pending) return std::nullopt;
    return std::chrono::floor<std::chrono::seconds>(now - *report.oldest_pending).count();
}

/// "90 s", "12 min", "5 h", "3 days"
std::string duration_text(std::int64_t seconds) {
    constexpr std::int64_t minute = 60;
    constexpr std::int64_t hour = 3600;
    constexpr std::int64_t day = 86400;
    if (seconds < 2 * minute) return fmt::format("{} s", seconds);
    if (seconds < 2 * hour) return fmt::format("{} min", seconds / minute);
    if (seconds < 2 * day) return fmt::format("{} h", seconds / hour);
    return fmt::format("{} days", seconds / day);
}

/// A clock that agrees within the second that the hub's Date is cut to says nothing.
std::string clock_text(const SyncStatusReport& report) {
    constexpr std::int64_t noise_ms = 1500;
    if (!report.clock_offset) return "not compared yet";
    const std::int64_t ms = report.clock_offset->count();
    if (ms >= -noise_ms && ms <= noise_ms) return "agrees with the hub's";
    return fmt::format("{} {} the hub's", duration_text((ms < 0 ? -ms : ms) / 1000), ms < 0 ? "ahead of" : "behind");
}

Json json_of(const SyncStatusReport& report, Timestamp now) {
    const std::optional<std::int64_t> age = age_of_oldest(report, now);
    const Json offset = report.clock_offset ? Json(report.clock_offset->count()) : Json(nullptr);
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
                        {"bytes_today", report.bytes_today},
                        {"clock_offset_ms", offset},
                        {"last_attempt", json_instant(report.last_attempt)},
                        {"last_success", json_instant(report.last_success)},
                        {"last_error", report.last_error},
                        {"next_attempt", json_instant(report.next_attempt)},
                        {"waiting_for", report.waiting_for},
                        {"oldest_pending_s", age}};
}

std::string text_of(const SyncStatusReport& report, Timestamp now, const ShopView& shop, const Style& style) {
    const auto when = [&shop](const std::optional<Timestamp>& instant) {
        return instant ? shop.local(*instant) : "never";
    };
    TextFields fields;
    fields.add("replica", fmt::format("{}, epoch {}", report.replica, report.epoch));
    fields.add("waiting", count_of(report.pending_changes, "change", "changes") + ", " +
                              byte_size(report.pending_bytes) + " sealed");
    if (const std::optional<std::int64_t> age = age_of_oldest(report, now))
        fields.add("oldest", fmt::format("{}, {} ago", shop.local(*report.oldest_pending), duration_text(*age)));
    fields.add("last success", when(report.last_success));
    fields.add("last attempt", when(report.last_attempt));
    if (!report.last_error.empty()) fields.add("last error", style.paint(Tone::bad, printable(report.last_error)));
    if (report.next_attempt) {
        const std::string why = report.waiting_for.empty() ? "as the hub wishes" : printable(report.waiting_for);
        fields.add("next attempt", fmt::format("from {}, {}", shop.local(*report.next_attempt), why));
    }
    fields.add("not taken", count_of(report.rejects, "change", "changes"));
    if (report.diverged) fields.add("rows", style.paint(Tone::bad, "not as the hub has them"));
    if (report.repairs_today > 0)
        fields.add("repaired today", count_of(report.repairs_today, "bucket of rows", "buckets of rows"));
    if (report.buckets_left_alone > 0) {
        fields.add("left alone", style.paint(Tone::bad, count_of(report.buckets_left_alone, "bucket", "buckets") +
                                                            " that differed again after each repair"));
    }
    fields.add("today", byte_size(report.bytes_today) + " through the network");
    fields.add("clock", clock_text(report));
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
    if (context.json()) return {.data = json_of(report, context.now()), .text = {}};
    return {.data = {}, .text = text_of(report, context.now(), context.shop(), context.style())};
}

}  // namespace

void add_sync_status(Command& sync) {
    Command status = sync.add("status", "Show what waits and how syncing goes");
    status.examples({"edge-analytics sync status", "edge-analytics sync status --json"});
    status.action(run_status);
}

}  // namespace edge::cli
