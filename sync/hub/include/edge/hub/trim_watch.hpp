#pragma once

#include "edge/core/time.hpp"
#include "edge/hub/repeated_task.hpp"
#include "edge/hub/server.hpp"
#include "edge/hub/store.hpp"

#include <chrono>
#include <functional>

namespace edge::hub {

/// Forgets tombstones and lost writes that are older than `keep`, of all sellers that are due. Returns what it did in
/// all; `next` is empty.
Trimming trim_all(HubStore& store, Timestamp now, std::chrono::seconds keep);

/// Does so now and then, in a thread of its own. A failure is logged, and the next turn tries again.
class TrimWatch {
public:
    /// The store must outlive it. `clock` empty: the system's.
    TrimWatch(HubStore& store, std::chrono::seconds keep, std::function<Timestamp()> clock, LogSink log,
              std::chrono::milliseconds pause = std::chrono::hours(1));

private:
    void take_turn();

    HubStore* store_;
    std::chrono::seconds keep_;
    std::function<Timestamp()> clock_;
    LogSink log_;
    RepeatedTask task_;  ///< last: its turns use the others; its end waits for one in hand
};

}  // namespace edge::hub
