#pragma once

#include "edge/forecast/forecast.hpp"

#include <array>
#include <cstdint>

namespace edge::forecast::pooled {

/// Where the 10 % and 90 % quantiles of one seller are really taken: moved outwards while more counts than a tenth
/// fall beyond them (adaptive conformal inference), never inwards, where whole numbers leave too few anyway.
class TailLevels {
public:
    void learn(bool missed_below, bool missed_above) noexcept;

    /// The level in use below, .05 to .10; the one above is mirrored.
    [[nodiscard]] double below() const noexcept { return below_; }
    [[nodiscard]] double above() const noexcept { return above_; }
    /// The levels to take 5 %, 10 % ... 95 % at.
    [[nodiscard]] std::array<double, quantile_count> adjusted() const noexcept;

private:
    friend struct Codec;
    double below_ = .10;
    double above_ = .10;
    std::int64_t slots_ = 0;
};

}  // namespace edge::forecast::pooled
