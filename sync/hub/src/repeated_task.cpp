#include "edge/hub/repeated_task.hpp"

#include <utility>

namespace edge::hub {

RepeatedTask::RepeatedTask(std::chrono::milliseconds pause, std::function<void()> turn)
    : pause_(pause), turn_(std::move(turn)), thread_([this] { run(); }) {}

RepeatedTask::~RepeatedTask() {
    {
        const std::scoped_lock lock(mutex_);
        stopped_ = true;
    }
    stopping_.notify_all();
    thread_.join();
}

void RepeatedTask::run() {
    std::unique_lock lock(mutex_);
    while (!stopped_) {
        lock.unlock();
        turn_();
        lock.lock();
        stopping_.wait_for(lock, pause_, [this] { return stopped_; });
    }
}

}  // namespace edge::hub
