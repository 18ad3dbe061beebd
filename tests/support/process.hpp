#pragma once

#include <sys/types.h>

#include <chrono>
#include <map>
#include <string>
#include <vector>

namespace edge::test {

/// How a program is to be run. It inherits nothing of the environment but PATH, and what is given here.
struct ProcessRequest {
    std::vector<std::string> arguments;  ///< the program's path first
    std::map<std::string, std::string> environment = {};
    std::string input = {};
    std::string folder = {};  ///< in which it runs; empty: this process's own
    std::chrono::seconds timeout{60};
};

struct ProcessResult {
    int status = -1;  ///< exit status; 128 + signal if one ended it
    std::string output;
    std::string errors;
    bool timed_out = false;  ///< it was killed
};

/// Runs a program to its end. Throws std::runtime_error if it cannot be started.
[[nodiscard]] ProcessResult run_process(const ProcessRequest& request);

/// A program that runs beside the test; killed by the destructor if it still runs.
class RunningProcess {
public:
    explicit RunningProcess(ProcessRequest request);
    RunningProcess(const RunningProcess&) = delete;
    RunningProcess& operator=(const RunningProcess&) = delete;
    ~RunningProcess();

    /// Its errors so far, once they hold `text`; all there is if it ended or the time ran out before.
    [[nodiscard]] std::string wait_for_error_text(const std::string& text, std::chrono::seconds timeout);
    void send_signal(int signal) const;
    /// Waits for its end.
    [[nodiscard]] ProcessResult finish();

private:
    void read_some(int milliseconds);

    ProcessRequest request_;
    pid_t id_ = 0;
    int input_ = -1;
    int output_ = -1;
    int errors_ = -1;
    std::size_t sent_ = 0;
    ProcessResult result_;
};

}  // namespace edge::test
