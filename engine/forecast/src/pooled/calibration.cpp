#include "pooled/calibration.hpp"

#include <algorithm>
#include <cmath>

namespace edge::forecast::pooled {

namespace {

constexpr double fading = .999;
constexpr double pseudo_outcomes = 50;

}  // namespace

double Calibration::shift(std::size_t bin) const noexcept {
    return bins_.at(bin).excess / (bins_.at(bin).weight + pseudo_outcomes);
}

void Calibration::learn(double stated, bool came_true) noexcept {
    const double held = std::clamp(stated, 0.0, 1.0);
    Bin& bin = bins_.at(std::min(bin_count - 1, static_cast<std::size_t>(held * bin_count)));
    bin.excess = bin.excess * fading + (came_true ? 1 : 0) - held;
    bin.weight = bin.weight * fading + 1;
}

double Calibration::calibrated(double stated) const noexcept {
    const double held = std::clamp(stated, 0.0, 1.0);
    const double place = std::clamp(held * bin_count - .5, 0.0, static_cast<double>(bin_count - 1));
    const auto below = static_cast<std::size_t>(place);
    const std::size_t above = std::min(bin_count - 1, below + 1);
    const double share = place - std::floor(place);
    return std::clamp(held + (1 - share) * shift(below) + share * shift(above), 0.0, 1.0);
}

}  // namespace edge::forecast::pooled
