#include "simulation/planted.hpp"
#include "simulation/shrink.hpp"
#include "simulation/story.hpp"
#include "simulation/workers.hpp"
#include "simulation/world.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <exception>
#include <map>
#include <string>

namespace {

using namespace edge::simulation;

struct Arguments {
    std::uint64_t seeds = 1000;
    std::uint64_t first_seed = 1;
    int steps = StoryOptions{}.steps;
    std::uint64_t most_reports = 5;
    unsigned jobs = 1;
    std::string planted;
    bool story = false;
    bool account = false;
};

void print_line(const std::string& line) { fmt::print("{}\n", line); }

void report(const Story& story, const Outcome& outcome, bool account) {
    fmt::print("seed {} violates {}: {}\n", story.seed, outcome.violation->invariant, outcome.violation->detail);
    const Story smaller = shrink(story, [&](const Story& candidate) {
        const Outcome again = run(candidate);
        return again.violation && again.violation->invariant == outcome.violation->invariant;
    });
    const Outcome last = account ? run(smaller, print_line) : run(smaller);
    fmt::print("{} steps and faults shrunk to {}:\n{}", weight_of(story), weight_of(smaller), describe(smaller));
    if (last.violation) fmt::print("  {}: {}\n", last.violation->invariant, last.violation->detail);
    std::fflush(stdout);
}

int list_planted() {
    for (const PlantedName& one : planted_names()) fmt::print("{}\n", one.name);
    return 0;
}

/// How soon and how often each planted bug is found; 1 if one is not found at all.
int tabulate_planted(const Arguments& arguments) {
    bool all_found = true;
    fmt::print("| bug | found | first seed | seeds of {} that find it | by |\n| --- | --- | --- | --- | --- |\n",
               arguments.seeds);
    for (const PlantedName& one : planted_names()) {
        plant(one.bug);
        std::uint64_t first = 0;
        std::uint64_t found = 0;
        std::map<std::string, int> invariants;
        for (std::uint64_t seed = arguments.first_seed; seed < arguments.first_seed + arguments.seeds; ++seed) {
            const Outcome outcome = run(make_story(seed, {.steps = arguments.steps}));
            if (!outcome.violation) continue;
            if (found++ == 0) first = seed;
            ++invariants[outcome.violation->invariant];
        }
        std::string by;
        for (const auto& [invariant, times] : invariants) by += (by.empty() ? "" : ", ") + invariant;
        fmt::print("| {} | {} | {} | {} | {} |\n", one.name, found > 0 ? "yes" : "no",
                   found > 0 ? std::to_string(first) : "", found, by);
        std::fflush(stdout);
        all_found = all_found && found > 0;
    }
    plant(edge::PlantedBug::none);
    return all_found ? 0 : 1;
}

/// False after a violation, which is told if there were not too many before.
bool run_one(const Arguments& arguments, std::uint64_t seed, std::uint64_t& violations) {
    const Story story = make_story(seed, {.steps = arguments.steps});
    if (arguments.story) fmt::print("{}", describe(story));
    const Outcome outcome = run(story);
    if (!outcome.violation) return true;
    const Events before = events();
    if (++violations <= arguments.most_reports) report(story, outcome, arguments.account);
    events() = before;
    return false;
}

int simulate(const Arguments& arguments) {
    const auto begin = std::chrono::steady_clock::now();
    const auto seconds = [&] {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    };
    const bool is_watched = ::isatty(STDERR_FILENO) == 1;
    std::uint64_t violations = 0;
    const Tally tally = run_seeds(
        arguments.first_seed, arguments.seeds, arguments.jobs,
        [&](std::uint64_t seed) { return run_one(arguments, seed, violations); },
        [&](const Tally& so_far) {
            if (is_watched)
                fmt::print(stderr, "\r{} of {} seeds, {:.0f} a second, {} with a violation ", so_far.seeds,
                           arguments.seeds, static_cast<double>(so_far.seeds) / seconds(), so_far.violations);
        });
    if (is_watched) fmt::print(stderr, "\n");
    for (const auto& [what, times] : tally.events) fmt::print("{:>12}  {}\n", times, what);
    fmt::print("{} seeds from {} in {:.1f} s, {:.1f} a second: {} with a violation\n", tally.seeds,
               arguments.first_seed, seconds(), static_cast<double>(tally.seeds) / seconds(), tally.violations);
    return tally.violations == 0 ? 0 : 1;
}

}  // namespace

int main(int count, char** values) try {
    Arguments arguments;
    CLI::App app(
        "Runs devices and a hub through histories with faults of network, disk and clock, on a virtual clock, "
        "and checks that nothing is lost, doubled or stuck. One seed is one history.");
    app.add_option("--seeds", arguments.seeds, "how many histories")->capture_default_str();
    app.add_option("--first-seed", arguments.first_seed, "the first one's seed")->capture_default_str();
    app.add_option("--steps", arguments.steps, "how many things happen in each")->capture_default_str();
    app.add_option("--jobs", arguments.jobs, "in how many processes")->capture_default_str()->check(CLI::Range(1, 256));
    app.add_option("--reports", arguments.most_reports, "how many violations each process shrinks and tells")
        ->capture_default_str();
    app.add_flag("--story", arguments.story, "tell each history before it runs");
    app.add_flag("--account", arguments.account,
                 "tell of each shrunk violation what every step changed, and what went over the wire");
    app.add_option("--planted", arguments.planted,
                   "plant this bug, to see it found; 'list' names them, 'all' prints how soon each is found");
    CLI11_PARSE(app, count, values);
    if (arguments.planted == "list") return list_planted();
    if (arguments.planted == "all") return tabulate_planted(arguments);
    const std::optional<edge::PlantedBug> bug = find_planted(arguments.planted);
    if (!bug && !arguments.planted.empty()) {
        fmt::print(stderr, "there is no bug '{}' to plant; --planted list names them\n", arguments.planted);
        return 2;
    }
    plant(bug.value_or(edge::PlantedBug::none));
    return simulate(arguments);
} catch (const std::exception& failure) {
    std::fputs(failure.what(), stderr);
    return 2;
}
