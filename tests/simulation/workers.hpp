#pragma once

#include "simulation/events.hpp"

#include <cstdint>
#include <functional>

namespace edge::simulation {

struct Tally {
    std::uint64_t seeds = 0;
    std::uint64_t violations = 0;
    Events events;
};

/// Runs seeds in as many processes as asked for, each `jobs`-th in one, and adds up. `run_one` says whether the seed
/// keeps every invariant. `progress` hears of it about once a second. Throws std::runtime_error if a process dies.
[[nodiscard]] Tally run_seeds(std::uint64_t first, std::uint64_t count, unsigned jobs,
                              const std::function<bool(std::uint64_t seed)>& run_one,
                              const std::function<void(const Tally&)>& progress);

}  // namespace edge::simulation
