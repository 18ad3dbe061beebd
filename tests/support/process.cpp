#include "support/process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace edge::test {
namespace {

struct Pipe {
    int read = -1;
    int write = -1;
};

Pipe make_pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("cannot make a pipe");
    return {ends[0], ends[1]};
}

void close_end(int& end) {
    if (end >= 0) ::close(end);
    end = -1;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> result;
    result.reserve(texts.size() + 1);
    for (std::string& text : texts) result.push_back(text.data());
    result.push_back(nullptr);
    return result;
}

std::vector<std::string> environment_of(const ProcessRequest& request) {
    std::map<std::string, std::string> variables = request.environment;
    if (const char* path = std::getenv("PATH")) variables.try_emplace("PATH", path);
    std::vector<std::string> lines;
    lines.reserve(variables.size());
    for (const auto& [name, value] : variables) lines.emplace_back(name).append("=").append(value);
    return lines;
}

/// True when the other end is closed.
bool read_into(int end, std::string& text) {
    std::array<char, 65536> buffer{};
    const ssize_t count = ::read(end, buffer.data(), buffer.size());
    if (count > 0) text.append(buffer.data(), static_cast<std::size_t>(count));
    return count == 0 || (count < 0 && errno != EINTR && errno != EAGAIN);
}

int milliseconds_until(std::chrono::steady_clock::time_point deadline) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    return left.count() > 0 ? static_cast<int>(left.count()) : 0;
}

}  // namespace

ProcessResult run_process(const ProcessRequest& request) { return RunningProcess(request).finish(); }

RunningProcess::RunningProcess(ProcessRequest request) : request_(std::move(request)) {
    Pipe input = make_pipe();
    Pipe output = make_pipe();
    Pipe errors = make_pipe();
    posix_spawn_file_actions_t actions{};
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, input.read, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, output.write, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, errors.write, STDERR_FILENO);
    if (!request_.folder.empty()) posix_spawn_file_actions_addchdir_np(&actions, request_.folder.c_str());
    std::vector<std::string> variables = environment_of(request_);
    const int failure = ::posix_spawn(&id_, request_.arguments.front().c_str(), &actions, nullptr,
                                      pointers(request_.arguments).data(), pointers(variables).data());
    posix_spawn_file_actions_destroy(&actions);
    close_end(input.read);
    close_end(output.write);
    close_end(errors.write);
    input_ = input.write;
    output_ = output.read;
    errors_ = errors.read;
    ::fcntl(input_, F_SETFL, O_NONBLOCK);
    if (failure == 0) return;
    id_ = 0;
    throw std::runtime_error("cannot start " + request_.arguments.front() + ": " + std::strerror(failure));
}

RunningProcess::~RunningProcess() {
    if (id_ > 0) {
        ::kill(id_, SIGKILL);
        ::waitpid(id_, nullptr, 0);
    }
    close_end(input_);
    close_end(output_);
    close_end(errors_);
}

void RunningProcess::send_signal(int signal) const { ::kill(id_, signal); }

void RunningProcess::read_some(int milliseconds) {
    if (sent_ == request_.input.size()) close_end(input_);
    std::array<pollfd, 3> ends = {{{output_, POLLIN, 0}, {errors_, POLLIN, 0}, {input_, POLLOUT, 0}}};
    if (::poll(ends.data(), ends.size(), milliseconds) <= 0) return;
    if (ends[0].revents != 0 && read_into(output_, result_.output)) close_end(output_);
    if (ends[1].revents != 0 && read_into(errors_, result_.errors)) close_end(errors_);
    if (ends[2].revents == 0) return;
    // A program that does not read to the end is no fault of the test: the signal for that must not end it.
    ::signal(SIGPIPE, SIG_IGN);
    const std::string_view rest = std::string_view(request_.input).substr(sent_);
    const ssize_t count = ::write(input_, rest.data(), rest.size());
    if (count > 0) sent_ += static_cast<std::size_t>(count);
    if (count < 0 && errno != EAGAIN && errno != EINTR) sent_ = request_.input.size();
}

std::string RunningProcess::wait_for_error_text(const std::string& text, std::chrono::seconds timeout) {
    const auto deadline = std::chrono::steady_clock::now() + timeout;
    while (result_.errors.find(text) == std::string::npos && errors_ >= 0 && milliseconds_until(deadline) > 0) {
        read_some(milliseconds_until(deadline));
    }
    return result_.errors;
}

ProcessResult RunningProcess::finish() {
    const auto deadline = std::chrono::steady_clock::now() + request_.timeout;
    while (output_ >= 0 || errors_ >= 0) {
        const int left = milliseconds_until(deadline);
        if (left == 0) {
            result_.timed_out = true;
            ::kill(id_, SIGKILL);
            break;
        }
        read_some(left);
    }
    int status = 0;
    ::waitpid(id_, &status, 0);
    id_ = 0;
    result_.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return result_;
}

}  // namespace edge::test
