#pragma once

namespace edge {

/// While it lives, the thread that made it is one of the system's batch threads (`SCHED_BATCH`, sched(7)): waking it
/// does not take the processor from whoever runs. Nothing else changes, neither its weight nor its nice value, so it
/// cannot starve while it holds the writer lock. A thread that somebody gave another policy keeps that.
class BatchThread {
public:
    BatchThread() noexcept;
    BatchThread(const BatchThread&) = delete;
    BatchThread& operator=(const BatchThread&) = delete;
    /// The thread is again as it was.
    ~BatchThread();

private:
    bool changed_ = false;
};

}  // namespace edge
