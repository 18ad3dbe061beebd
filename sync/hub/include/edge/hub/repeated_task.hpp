#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace edge::hub {

/// Does something at once and then again after each pause, in a thread of its own, until it is destroyed.
class RepeatedTask {
public:
    /// `turn` must not throw.
    RepeatedTask(std::chrono::milliseconds pause, std::function<void()> turn);
    RepeatedTask(const RepeatedTask&) = delete;
    RepeatedTask& operator=(const RepeatedTask&) = delete;
    /// Stops, once a turn in hand is done.
    ~RepeatedTask();

private:
    void run();

    std::chrono::milliseconds pause_;
    std::function<void()> turn_;
    std::mutex mutex_;
    std::condition_variable stopping_;
    bool stopped_ = false;
    std::thread thread_;  ///< last: it uses all the others
};

}  // namespace edge::hub
