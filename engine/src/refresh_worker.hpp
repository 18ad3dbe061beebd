#pragma once

#include "edge/engine.hpp"

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace edge {

/// The thread behind refresh_async. It opens its own connection when it first has work, keeps one waiting entry a
/// seller (later calls join it), and finishes what is waiting before it is destroyed.
class RefreshWorker {
public:
    using Done = std::function<void(const RefreshReport&, const Error*)>;

    RefreshWorker(std::string path, EngineOptions options);
    RefreshWorker(const RefreshWorker&) = delete;
    RefreshWorker& operator=(const RefreshWorker&) = delete;
    ~RefreshWorker();

    void request(SellerId seller, Done done);
    void wait_until_idle();

private:
    struct Request {
        SellerId seller;
        std::vector<Done> callbacks;
    };

    void run();
    void serve(const Request& request);

    std::string path_;
    EngineOptions options_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Request> waiting_;
    bool busy_ = false;
    bool stopping_ = false;
    std::thread thread_;  // last: it uses everything above
};

}  // namespace edge
