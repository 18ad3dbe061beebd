#include "simulation/events.hpp"
#include "simulation/quick_sqlite.hpp"
#include "simulation/world.hpp"

#include <cereal/archives/binary.hpp>
#include <cereal/types/map.hpp>
#include <cereal/types/optional.hpp>
#include <cereal/types/string.hpp>
#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstring>
#include <sstream>
#include <stdexcept>

namespace edge::simulation {
namespace {

/// Before main, and so before anything of SQLite.
const bool is_quick = quicken_sqlite();

/// A story takes milliseconds; one under a sanitizer on a busy machine, a second.
constexpr unsigned stuck_after_s = 240;

/// A world before any story. One that was inherited by a fork stays the other process's, which runs in it too.
struct Ready {
    std::unique_ptr<World> world;
    pid_t owner = 0;

    World& made_here() {
        if (owner != ::getpid()) static_cast<void>(world.release());
        if (!world) world = std::make_unique<World>();
        owner = ::getpid();
        return *world;
    }
    void end() {
        if (owner == ::getpid()) world.reset();
    }
};
Ready& ready() {
    static Ready the_world;
    return the_world;
}

Outcome run_here(World& world, const Story& story, const Tell& tell) {
    sqlite3_test_control(SQLITE_TESTCTRL_PRNG_SEED, static_cast<int>(story.seed | 1U), nullptr);
    sqlite3_randomness(0, nullptr);
    Outcome outcome;
    try {
        world.begin(story);
        if (tell) world.listen(tell);
        for (outcome.step = 0; outcome.step < story.steps.size(); ++outcome.step) {
            world.step(story.steps[outcome.step]);
            if (tell) tell("-- " + describe(story, outcome.step));
            if (tell) world.tell_changes(tell);
        }
        world.drain();
        outcome.trace = world.trace();
    } catch (const Violation& violation) {
        outcome.violation = violation;
    } catch (const std::exception& unexpected) {
        outcome.violation = Violation("crash", unexpected.what());
    }
    return outcome;
}

/// What a run's process tells the one that started it.
struct Account {
    bool violated = false;
    std::string invariant;
    std::string detail;
    std::uint64_t step = 0;
    std::string trace;
    std::map<std::string, std::uint64_t> events;

    template <class Archive>
    void serialize(Archive& archive) {
        archive(violated, invariant, detail, step, trace, events);
    }
};

void write_all(int pipe, const std::string& bytes) {
    for (std::size_t at = 0; at < bytes.size();) {
        const ssize_t written = ::write(pipe, bytes.data() + at, bytes.size() - at);
        if (written <= 0) ::_exit(1);
        at += static_cast<std::size_t>(written);
    }
}

[[noreturn]] void run_and_tell(int pipe, World& world, const Story& story, const Tell& tell) {
    ::alarm(stuck_after_s);
    begin_in_fork();
    events().clear();
    const Outcome outcome = run_here(world, story, tell);
    Account account{.violated = outcome.violation.has_value(),
                    .invariant = outcome.violation ? outcome.violation->invariant : "",
                    .detail = outcome.violation ? outcome.violation->detail : "",
                    .step = outcome.step,
                    .trace = outcome.trace,
                    .events = {events().begin(), events().end()}};
    std::ostringstream bytes;
    cereal::BinaryOutputArchive archive(bytes);
    archive(account);
    write_all(pipe, bytes.str());
    std::fflush(stdout);
    ::_exit(0);
}

std::string read_all(int pipe) {
    std::string bytes;
    std::array<char, 4096> some{};
    for (ssize_t size = 0; (size = ::read(pipe, some.data(), some.size())) > 0;)
        bytes.append(some.data(), static_cast<std::size_t>(size));
    return bytes;
}

Outcome outcome_of(const std::string& bytes) {
    Account account;
    std::istringstream stream(bytes);
    cereal::BinaryInputArchive archive(stream);
    archive(account);
    for (const auto& [what, times] : account.events) events()[what] += times;
    Outcome outcome{.violation = {}, .step = account.step, .trace = account.trace};
    if (account.violated) outcome.violation.emplace(account.invariant, account.detail);
    return outcome;
}

/// Its locks may be held for ever by what it shares with this process, so the next run gets a new world.
Outcome crash(int status) {
    end_runs();
    const std::string how = WIFSIGNALED(status)
                                ? fmt::format("signal {} ({})", WTERMSIG(status), ::strsignal(WTERMSIG(status)))
                                : fmt::format("status {}", WEXITSTATUS(status));
    Outcome outcome;
    outcome.violation.emplace("crash", "the run's process ended with " + how);
    return outcome;
}

}  // namespace

Outcome run(const Story& story, const Tell& tell) {
    if (!is_quick) throw std::logic_error("SQLite was used before the simulation");
    World& world = ready().made_here();
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) != 0) throw std::runtime_error("cannot make a pipe");
    std::fflush(stdout);
    const pid_t process = ::fork();
    if (process < 0) throw std::runtime_error("cannot start a process");
    if (process == 0) {
        ::close(ends[0]);
        run_and_tell(ends[1], world, story, tell);
    }
    ::close(ends[1]);
    const std::string bytes = read_all(ends[0]);
    ::close(ends[0]);
    int status = 0;
    ::waitpid(process, &status, 0);
    return status == 0 ? outcome_of(bytes) : crash(status);
}

void end_runs() { ready().end(); }

}  // namespace edge::simulation
