#include "pooled/tail_levels.hpp"

#include "answer.hpp"

#include <algorithm>

namespace edge::forecast::pooled {

namespace {

constexpr double wanted = .10;
constexpr double lowest = .05;
constexpr double step = .01;
constexpr std::int64_t slots_before_use = 50;

void move(double& level, bool missed) {
    level = std::clamp(level + step * (wanted - (missed ? 1 : 0)), lowest, wanted);
}

/// Bends 0 to one half so that `wanted` comes to `level`.
double bent(double share, double level) {
    return share <= wanted ? share * level / wanted : level + (share - wanted) * (.5 - level) / (.5 - wanted);
}

}  // namespace

void TailLevels::learn(bool missed_below, bool missed_above) noexcept {
    move(below_, missed_below);
    move(above_, missed_above);
    ++slots_;
}

std::array<double, quantile_count> TailLevels::adjusted() const noexcept {
    std::array<double, quantile_count> levels = quantile_levels();
    if (slots_ < slots_before_use) return levels;
    for (double& level : levels) level = level <= .5 ? bent(level, below_) : 1 - bent(1 - level, above_);
    return levels;
}

}  // namespace edge::forecast::pooled
