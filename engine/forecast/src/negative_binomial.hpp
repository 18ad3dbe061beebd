#pragma once

#include "edge/forecast/count_distribution.hpp"

#include <cstdint>

namespace edge::forecast {

/// How far a part is walked count by count: beyond `reach` lies less than 10^-12 of it. Wider parts are taken as the
/// gamma distribution of the same mean and variance, from which they differ by less than one count.
inline constexpr double widest_walk = 50'000;

[[nodiscard]] double variance_of(const NegativeBinomial& part) noexcept;
[[nodiscard]] double reach_of(const NegativeBinomial& part) noexcept;

/// The probabilities of 0, 1, 2 … of one part, each from the one before, so that any mean and size keep their digits.
class PmfWalk {
public:
    explicit PmfWalk(const NegativeBinomial& part) noexcept;
    /// Of the count the walk stands on.
    [[nodiscard]] double probability() const noexcept { return log_scale_ < 0 ? 0.0 : value_; }
    /// To the next count; `inverse` is 1 / that count.
    void advance(double inverse) noexcept {
        value_ *= ratio_ * (count_ + size_) * inverse;
        count_ += 1;
        if (log_scale_ < 0 && value_ > rescale_above) rescale();
    }

private:
    static constexpr double rescale_above = 1e200;
    void rescale() noexcept;

    double ratio_;
    double size_;
    double count_ = 0;
    double value_ = 1;
    double log_scale_;  ///< below 0: the true value is value × e^log_scale, too small to show
};

/// Of one part, without its weight.
[[nodiscard]] double pmf_of(const NegativeBinomial& part, std::int64_t count);
/// Its logarithm, also where the probability itself underflows.
[[nodiscard]] double log_pmf_of(const NegativeBinomial& part, std::int64_t count);
[[nodiscard]] double cdf_of(const NegativeBinomial& part, std::int64_t count);

/// First and second moment of min(count, cap).
struct CappedMoments {
    double first = 0;
    double second = 0;
};
[[nodiscard]] CappedMoments capped_moments(const NegativeBinomial& part, std::int64_t cap);

}  // namespace edge::forecast
