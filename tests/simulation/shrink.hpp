#pragma once

#include "simulation/story.hpp"

#include <functional>

namespace edge::simulation {

/// A smaller story that still fails, by leaving out steps and faults for as long as `fails` says yes, at most
/// `most_runs` times asked.
[[nodiscard]] Story shrink(Story story, const std::function<bool(const Story&)>& fails, int most_runs = 400);

}  // namespace edge::simulation
