#pragma once

#include <sys/types.h>

#include <functional>

namespace edge::test {

/// Runs `work` in a child process; true if it returned true there.
[[nodiscard]] bool succeeds_in_child(const std::function<bool()>& work);
/// The same without the rights of a system administrator, for whom no file is read-only.
[[nodiscard]] bool succeeds_unprivileged(const std::function<bool()>& work);

/// A child that runs `work` and is killed by the destructor if it still runs.
class ChildProcess {
public:
    explicit ChildProcess(const std::function<void()>& work);
    ChildProcess(const ChildProcess&) = delete;
    ChildProcess& operator=(const ChildProcess&) = delete;
    ~ChildProcess();

    /// SIGKILL: it gets no chance to tidy up.
    void kill_and_wait() noexcept;
    /// Its exit status; -1 if a signal ended it.
    int wait() noexcept;

private:
    pid_t id_;
};

}  // namespace edge::test
