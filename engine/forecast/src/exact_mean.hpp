#pragma once

#include <span>

namespace edge::forecast {

/// The mean of doubles as if summed and divided without error and rounded to a double once. 0 for none.
[[nodiscard]] double exact_mean(std::span<const double> values);

}  // namespace edge::forecast
