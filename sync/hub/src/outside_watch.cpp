#include "edge/hub/outside_watch.hpp"

#include "edge/core/error.hpp"
#include "edge/hub/intake.hpp"

#include <utility>

namespace edge::hub {

OutsideWatch::OutsideWatch(HubStore& store, std::chrono::milliseconds pause, std::function<Timestamp()> clock,
                           LogSink log)
    : store_(&store), clock_(std::move(clock)), log_(std::move(log)), task_(pause, [this] { take_turn(); }) {}

void OutsideWatch::take_turn() {
    const Timestamp now =
        clock_ ? clock_() : std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
    try {
        const std::size_t sellers = take_in_outside_changes(*store_, now);
        if (sellers == 0 || !log_) return;
        log_({.severity = Severity::info,
              .name = "marketplace_changes",
              .facts = {{"sellers", std::to_string(sellers)}}});
    } catch (const Error& error) {
        if (log_)
            log_({.severity = Severity::warning, .name = "marketplace_failed", .facts = {{"error", error.what()}}});
    }
}

}  // namespace edge::hub
