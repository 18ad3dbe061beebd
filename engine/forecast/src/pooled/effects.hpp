#pragma once

#include "pooled/state.hpp"

#include "edge/forecast/forecast.hpp"
#include "edge/forecast/slot.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace edge::forecast::pooled {

/// Base level and what each thing known of the slot does to the expected count, largest first: the whole mixture asked
/// again without it (a weekday and a window against the mean of all known ones; the trend against a world that never
/// changes). With it the rows behind the answer and how its interval did before.
[[nodiscard]] Explanation explanation_of(const State& state, std::span<const State::View> views, const Slot& slot);

/// The answer's basis in a sentence or two: rows, the effects that moved it most, what was unknown.
[[nodiscard]] std::string rationale_of(const Forecast& answer, const Slot& slot);

}  // namespace edge::forecast::pooled
