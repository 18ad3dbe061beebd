#pragma once

#include "edge/core/time.hpp"
#include "edge/hub/server.hpp"
#include "edge/hub/store.hpp"

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace edge::hub {

/// Takes in what others have changed in tables that the store shares with them, now and then, in a thread of its own:
/// devices that only poll are told of it as well. A failure is logged, and the next turn tries again.
class OutsideWatch {
public:
    /// The store must outlive it. `clock` empty: the system's.
    OutsideWatch(HubStore& store, std::chrono::milliseconds pause, std::function<Timestamp()> clock, LogSink log);
    OutsideWatch(const OutsideWatch&) = delete;
    OutsideWatch& operator=(const OutsideWatch&) = delete;
    /// Stops, once a turn in hand is done.
    ~OutsideWatch();

private:
    void run();
    void take_turn();

    HubStore* store_;
    std::chrono::milliseconds pause_;
    std::function<Timestamp()> clock_;
    LogSink log_;
    std::mutex mutex_;
    std::condition_variable stopping_;
    bool stopped_ = false;
    std::thread thread_;
};

}  // namespace edge::hub
