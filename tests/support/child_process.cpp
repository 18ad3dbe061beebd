#include "support/child_process.hpp"

#include "edge/core/error.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <exception>

namespace edge::test {
namespace {

constexpr uid_t nobody = 65534;

/// Never returns: what the test framework would do at exit is the parent's.
[[noreturn]] void run_and_exit(const std::function<int()>& work) {
    int status = 1;
    try {
        status = work();
    } catch (const std::exception& failure) {
        std::fprintf(stderr, "child: %s\n", failure.what());
    }
    std::fflush(nullptr);
    ::_exit(status);
}

}  // namespace

bool succeeds_in_child(const std::function<bool()>& work) {
    const pid_t child = ::fork();
    if (child == 0) run_and_exit([&] { return work() ? 0 : 1; });
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

bool succeeds_unprivileged(const std::function<bool()>& work) {
    return succeeds_in_child([&] {
        if (::geteuid() == 0 && (::setgid(nobody) != 0 || ::setuid(nobody) != 0)) return false;
        return work();
    });
}

ChildProcess::ChildProcess(const std::function<void()>& work) : id_(::fork()) {
    if (id_ < 0) throw Error(ErrorCode::internal, "cannot fork");
    if (id_ == 0)
        run_and_exit([&] {
            work();
            return 0;
        });
}

ChildProcess::~ChildProcess() { kill_and_wait(); }

void ChildProcess::kill_and_wait() noexcept {
    if (id_ <= 0) return;
    ::kill(id_, SIGKILL);
    static_cast<void>(wait());
}

int ChildProcess::wait() noexcept {
    int status = 0;
    if (id_ <= 0 || ::waitpid(id_, &status, 0) < 0) return -1;
    id_ = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace edge::test
