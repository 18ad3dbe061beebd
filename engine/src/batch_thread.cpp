#include "batch_thread.hpp"

#include <sched.h>

namespace edge {
namespace {

/// Where the system refuses, things go on as they were.
bool set_policy(int policy) {
    const sched_param no_priority{};
    return ::sched_setscheduler(0, policy, &no_priority) == 0;
}

}  // namespace

BatchThread::BatchThread() noexcept : changed_(::sched_getscheduler(0) == SCHED_OTHER && set_policy(SCHED_BATCH)) {}

BatchThread::~BatchThread() {
    if (changed_) set_policy(SCHED_OTHER);
}

}  // namespace edge
