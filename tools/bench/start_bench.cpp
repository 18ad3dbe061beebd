// What a person waits for: from the start of `edge-analytics status` to the first byte that it prints.

#include "harness/big_shop.hpp"
#include "harness/folder.hpp"
#include "harness/stopwatch.hpp"
#include "harness/table_row.hpp"

#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <stdexcept>

namespace {

using namespace edge::bench;

constexpr std::int64_t short_history = 10'000;
constexpr std::int64_t long_history = 1'000'000;

/// `edge-analytics --db FILE` is `status`.
class Status {
public:
    explicit Status(const std::string& file) : arguments_{"edge-analytics", "--db", file.c_str(), nullptr} {
        if (pipe2(ends_.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe is to be had");
    }
    Status(const Status&) = delete;
    Status& operator=(const Status&) = delete;
    ~Status() { close(ends_[0]); }

    void read_first_byte() {
        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_adddup2(&actions, ends_[1], STDOUT_FILENO);
        const int failed =
            posix_spawn(&child_, EDGE_PROGRAM, &actions, nullptr, const_cast<char* const*>(arguments_.data()), environ);
        posix_spawn_file_actions_destroy(&actions);
        close(ends_[1]);
        char byte = 0;
        if (failed != 0 || read(ends_[0], &byte, 1) != 1)
            throw std::runtime_error(std::string("cannot read what ") + EDGE_PROGRAM + " prints");
    }
    /// Waits for its end; what it took of the processor, in microseconds.
    double finish() {
        rusage used{};
        wait4(child_, nullptr, 0, &used);
        const auto microseconds = [](const timeval& time) {
            return 1e6 * static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec);
        };
        return microseconds(used.ru_utime) + microseconds(used.ru_stime);
    }

private:
    std::array<const char*, 4> arguments_;
    std::array<int, 2> ends_{};
    pid_t child_ = 0;
};

struct StartTimes {
    Samples first_byte;
    std::vector<double> processor;
};

/// Of a shop with a short history and one with a long, in turns.
const std::array<StartTimes, 2>& start_times() {
    static const std::array<StartTimes, 2> times = [] {
        const Folder folder;
        const std::array shops = {
            make_big_shop(folder.file("short.db"), {.reservations = short_history}),
            make_big_shop(folder.file("long.db"), {.reservations = is_quick() ? long_history / 10 : long_history})};
        std::array<StartTimes, 2> measured;
        for (int turn = 0; turn < (is_quick() ? 20 : 100); ++turn) {
            for (std::size_t i = 0; i < shops.size(); ++i) {
                Status status(shops.at(i).path);
                measured.at(i).first_byte.measure([&] { status.read_first_byte(); });
                measured.at(i).processor.push_back(status.finish());
            }
        }
        return measured;
    }();
    return times;
}

constexpr double us_a_ms = 1000;

}  // namespace

int main(int argc, char** argv) {
    add_row("status, from its start to its first byte", [] {
        return TableRow{.measured = start_times()[0].first_byte.wall() / us_a_ms,
                        .unit = "ms",
                        .bar = Bar::at_most,
                        .limit = 15,
                        .note = "10,000 reservations"};
    });
    add_row("status, all that it takes of the processor",
            [] { return TableRow{.measured = median(start_times()[0].processor) / us_a_ms, .unit = "ms"}; });
    add_row("status, the same with 1,000,000 reservations", [] {
        return TableRow{.measured = median(start_times()[1].processor) / us_a_ms,
                        .baseline = median(start_times()[0].processor) / us_a_ms,
                        .unit = "ms",
                        .note = "10,000 reservations"};
    });
    benchmark::Initialize(&argc, argv);
    benchmark::RunSpecifiedBenchmarks();
    return 0;
}
