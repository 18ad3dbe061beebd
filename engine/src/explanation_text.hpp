#pragma once

#include "edge/forecast/explanation.hpp"
#include "edge/forecast_types.hpp"

#include <string>
#include <string_view>

namespace edge {

/// JSON, as it is kept beside a forecast; "{}" for an answer that was not taken apart.
[[nodiscard]] std::string explanation_text(const forecast::Explanation& explanation);
/// Fills in what the text says; nothing of a text that another hand spoilt.
void read_explanation(std::string_view text, ForecastExplanation& explanation);

}  // namespace edge
