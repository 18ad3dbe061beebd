#pragma once

#include "pooled/state.hpp"

#include "edge/forecast/forecast.hpp"
#include "edge/forecast/slot.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace edge::forecast::pooled {

/// What each thing known of the slot does to the expected count, largest first: the whole mixture asked again without
/// it (a weekday and a window against the mean of all known ones).
[[nodiscard]] std::vector<Effect> effects_of(const State& state, std::span<const State::View> views,
                                             const Context& context, std::int64_t day);

/// The answer's basis in a sentence or two: rows, the effects that moved it most, what was unknown.
[[nodiscard]] std::string rationale_of(const Forecast& answer, const Slot& slot);

}  // namespace edge::forecast::pooled
