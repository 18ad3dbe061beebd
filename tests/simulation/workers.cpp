#include "simulation/workers.hpp"

#include "simulation/world.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <exception>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace edge::simulation {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::seconds pause{1};

void write_line(int pipe, const std::string& line) {
    if (::write(pipe, line.data(), line.size()) != static_cast<ssize_t>(line.size())) ::_exit(1);
}

/// In the process of its own: "seeds violations" about once a second, and in the end what happened.
void work(int pipe, std::uint64_t first, std::uint64_t end, std::uint64_t step,
          const std::function<bool(std::uint64_t)>& run_one) {
    events().clear();
    Tally since;
    Clock::time_point told = Clock::now();
    const auto tell = [&] {
        write_line(pipe, fmt::format("{} {}\n", since.seeds, since.violations));
        since = {};
        told = Clock::now();
    };
    for (std::uint64_t seed = first; seed < end; seed += step) {
        if (!run_one(seed)) ++since.violations;
        ++since.seeds;
        if (Clock::now() - told >= pause) tell();
    }
    tell();
    end_runs();
    for (const auto& [what, times] : events()) write_line(pipe, fmt::format("= {} {}\n", times, what));
}

struct Worker {
    pid_t process = 0;
    int pipe = -1;
    std::string unread;
};

Worker start(const std::function<void(int pipe)>& act) {
    int ends[2];
    if (::pipe(ends) != 0) throw std::runtime_error("cannot make a pipe");
    std::fflush(stdout);
    const pid_t process = ::fork();
    if (process < 0) throw std::runtime_error("cannot start a process");
    if (process == 0) {
        ::close(ends[0]);
        int status = 0;
        try {
            act(ends[1]);
        } catch (const std::exception& failure) {
            std::fprintf(stderr, "%s\n", failure.what());
            status = 1;
        }
        std::fflush(stdout);
        ::_exit(status);
    }
    ::close(ends[1]);
    return {.process = process, .pipe = ends[0], .unread = {}};
}

void take_line(const std::string& line, Tally& all) {
    std::istringstream words(line);
    if (line.starts_with('=')) {
        std::string what;
        std::uint64_t times = 0;
        words.ignore(1);
        words >> times >> std::ws;
        std::getline(words, what);
        all.events[what] += times;
        return;
    }
    std::uint64_t seeds = 0;
    std::uint64_t violations = 0;
    words >> seeds >> violations;
    all.seeds += seeds;
    all.violations += violations;
}

/// False at the end.
bool read_some(Worker& worker, Tally& all) {
    char bytes[4096];
    const ssize_t size = ::read(worker.pipe, bytes, sizeof bytes);
    if (size <= 0) return false;
    worker.unread.append(bytes, static_cast<std::size_t>(size));
    for (std::size_t end = worker.unread.find('\n'); end != std::string::npos; end = worker.unread.find('\n')) {
        take_line(worker.unread.substr(0, end), all);
        worker.unread.erase(0, end + 1);
    }
    return true;
}

}  // namespace

Tally run_seeds(std::uint64_t first, std::uint64_t count, unsigned jobs,
                const std::function<bool(std::uint64_t seed)>& run_one,
                const std::function<void(const Tally&)>& progress) {
    std::vector<Worker> workers;
    for (unsigned number = 0; number < jobs; ++number) {
        workers.push_back(start([&](int pipe) { work(pipe, first + number, first + count, jobs, run_one); }));
    }
    Tally all;
    bool failed = false;
    while (!workers.empty()) {
        std::vector<pollfd> waiting;
        for (const Worker& worker : workers) waiting.push_back({.fd = worker.pipe, .events = POLLIN, .revents = 0});
        ::poll(waiting.data(), waiting.size(), 1000);
        for (std::size_t at = waiting.size(); at-- > 0;) {
            if (waiting[at].revents == 0 || read_some(workers[at], all)) continue;
            int status = 0;
            ::waitpid(workers[at].process, &status, 0);
            failed = failed || status != 0;
            ::close(workers[at].pipe);
            workers.erase(workers.begin() + static_cast<std::ptrdiff_t>(at));
        }
        progress(all);
    }
    if (failed) throw std::runtime_error("a process of the simulation died");
    return all;
}

}  // namespace edge::simulation
