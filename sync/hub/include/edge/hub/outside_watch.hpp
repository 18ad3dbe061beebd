#pragma once

#include "edge/core/time.hpp"
#include "edge/hub/repeated_task.hpp"
#include "edge/hub/server.hpp"
#include "edge/hub/store.hpp"

#include <chrono>
#include <functional>

namespace edge::hub {

/// Takes in what others have changed in tables that the store shares with them, now and then, in a thread of its own:
/// devices that only poll are told of it as well. A failure is logged, and the next turn tries again.
class OutsideWatch {
public:
    /// The store must outlive it. `clock` empty: the system's.
    OutsideWatch(HubStore& store, std::chrono::milliseconds pause, std::function<Timestamp()> clock, LogSink log);

private:
    void take_turn();

    HubStore* store_;
    std::function<Timestamp()> clock_;
    LogSink log_;
    RepeatedTask task_;  ///< last: its turns use the others; its end waits for one in hand
};

}  // namespace edge::hub
