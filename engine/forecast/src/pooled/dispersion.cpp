#include "pooled/dispersion.hpp"

#include <algorithm>

namespace edge::forecast::pooled {

DispersionEvidence dispersion_evidence(double count, double mean, double other_spread, double dispersion) noexcept {
    constexpr double typical = .3;
    constexpr double smallest_mean = .02;
    mean = std::max(mean, 1e-9);
    const double square = mean * mean;
    const double residual = count - mean;
    const double held = std::min(residual * residual, 9 * (mean + square * (dispersion + other_spread)));
    const double worth = typical / (typical + 1 / std::max(mean, smallest_mean) + other_spread + dispersion);
    return {.value = (held - mean - square * other_spread) / square, .weight = worth * worth};
}

}  // namespace edge::forecast::pooled
