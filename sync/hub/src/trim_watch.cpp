#include "edge/hub/trim_watch.hpp"

#include "edge/core/error.hpp"

#include <utility>

namespace edge::hub {

Trimming trim_all(HubStore& store, Timestamp now, std::chrono::seconds keep) {
    Trimming all;
    std::optional<std::string> after = std::string();
    while (after) {
        Trimming some = store.trim(*after, now, keep);
        all.sellers += some.sellers;
        all.tombstones += some.tombstones;
        all.lost += some.lost;
        after = std::move(some.next);
    }
    return all;
}

TrimWatch::TrimWatch(HubStore& store, std::chrono::seconds keep, std::function<Timestamp()> clock, LogSink log,
                     std::chrono::milliseconds pause)
    : store_(&store), keep_(keep), clock_(std::move(clock)), log_(std::move(log)), task_(pause, [this] {
          take_turn();
      }) {}

void TrimWatch::take_turn() {
    const Timestamp now =
        clock_ ? clock_() : std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
    try {
        const Trimming done = trim_all(*store_, now, keep_);
        if (done.tombstones + done.lost == 0 || !log_) return;
        log_({.severity = Severity::info,
              .name = "trimmed",
              .facts = {{"tombstones", std::to_string(done.tombstones)}, {"lost_writes", std::to_string(done.lost)}}});
    } catch (const Error& error) {
        if (log_) log_({.severity = Severity::warning, .name = "trimming_failed", .facts = {{"error", error.what()}}});
    }
}

}  // namespace edge::hub
