#include "refresh_worker.hpp"

#include <algorithm>
#include <optional>

namespace edge {

RefreshWorker::RefreshWorker(std::string path, EngineOptions options)
    : path_(std::move(path)), options_(std::move(options)), thread_([this] { run(); }) {}

RefreshWorker::~RefreshWorker() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

void RefreshWorker::request(SellerId seller, Done done) {
    {
        const std::lock_guard lock(mutex_);
        auto found = std::find_if(waiting_.begin(), waiting_.end(),
                                  [&](const Request& waiting) { return waiting.seller == seller; });
        if (found == waiting_.end())
            found = waiting_.insert(waiting_.end(), Request{.seller = seller, .callbacks = {}});
        if (done) found->callbacks.push_back(std::move(done));
    }
    changed_.notify_all();
}

void RefreshWorker::wait_until_idle() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return waiting_.empty() && !busy_; });
}

void RefreshWorker::run() {
    std::unique_lock lock(mutex_);
    for (;;) {
        changed_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
        if (waiting_.empty()) return;
        const Request request = std::move(waiting_.front());
        waiting_.pop_front();
        busy_ = true;
        lock.unlock();
        serve(request);
        lock.lock();
        busy_ = false;
        changed_.notify_all();
    }
}

void RefreshWorker::serve(const Request& request) {
    RefreshReport report;
    std::optional<Error> failure;
    try {
        // A connection of its own, opened anew each time: a background refresh is rare, an idle connection would pin
        // nothing but memory, and a file replaced meanwhile is found.
        report = Engine::open(path_, options_).refresh(request.seller);
    } catch (const Error& error) {
        failure = error;
    } catch (const std::exception& error) {
        failure = Error(ErrorCode::internal, std::string("cannot refresh in the background: ") + error.what());
    }
    for (const Done& done : request.callbacks) done(report, failure ? &*failure : nullptr);
    if (failure && request.callbacks.empty() && options_.log) options_.log(LogLevel::warning, failure->what());
}

}  // namespace edge
