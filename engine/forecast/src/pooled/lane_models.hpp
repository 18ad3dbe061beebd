#pragma once

#include "pooled/settings.hpp"

#include <cstdint>
#include <optional>

namespace edge::forecast::pooled {

/// A log rate (or log odds) as the blocks know it: mean and variance of the sum of their effects.
struct Belief {
    double mean = 0;
    double variance = 0;
};

/// The gamma distribution of a rate that a belief about its logarithm amounts to.
struct Rate {
    double shape = 1;
    double inverse_scale = 1;
    [[nodiscard]] double mean() const noexcept { return shape / inverse_scale; }
};
[[nodiscard]] Rate rate_of(const Belief& belief, const Settings& settings) noexcept;

/// How far an observation moves the blocks: m += Cx × move, C −= Cx x'C × shrink.
struct Step {
    double move = 0;
    double shrink = 0;
};

/// What was observed of a count.
struct Count {
    double value = 0;
    std::optional<std::int64_t> sold_out_at{};  ///< the count reached what was posted: demand may have been higher
};

/// For a count whose variance is rate + dispersion × rate² around a known rate.
[[nodiscard]] Step count_step(const Belief& belief, double dispersion, const Count& count, const Settings& settings);

/// For `no_shows` of `reservations` (at least one).
[[nodiscard]] Step no_show_step(const Belief& belief, double no_shows, double reservations, const Settings& settings);
[[nodiscard]] double no_show_probability(const Belief& belief) noexcept;

}  // namespace edge::forecast::pooled
