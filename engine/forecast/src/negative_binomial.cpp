#include "negative_binomial.hpp"

#include "quiet_policy.hpp"

#include <boost/math/special_functions/gamma.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace edge::forecast {

namespace {

/// The gamma distribution with a part's mean and variance.
struct Gamma {
    double shape;
    double scale;

    explicit Gamma(const NegativeBinomial& part)
        : shape(part.mean * part.mean / variance_of(part)), scale(variance_of(part) / part.mean) {}
    /// P(X ≤ x) of the gamma with shape + `more`, which the moments of a cut one need.
    [[nodiscard]] double cdf(double x, double more = 0) const {
        const double value = boost::math::gamma_p(shape + more, x / scale, Quiet());
        return std::isfinite(value) ? std::clamp(value, 0.0, 1.0) : 1.0;
    }
};

CappedMoments wide_moments(const NegativeBinomial& part, double cap) {
    const Gamma gamma(part);
    const double above = 1 - gamma.cdf(cap);
    return {.first = part.mean * gamma.cdf(cap, 1) + cap * above,
            .second = (variance_of(part) + part.mean * part.mean) * gamma.cdf(cap, 2) + cap * cap * above};
}

}  // namespace

double variance_of(const NegativeBinomial& part) noexcept { return part.mean + part.mean * part.mean / part.size; }

double reach_of(const NegativeBinomial& part) noexcept {
    return part.mean + 10 * std::sqrt(variance_of(part)) + 30 * (1 + part.mean / part.size);
}

PmfWalk::PmfWalk(const NegativeBinomial& part) noexcept
    : ratio_(part.mean / (part.size + part.mean)),
      size_(part.size),
      log_scale_(-part.size * std::log1p(part.mean / part.size)) {
    if (log_scale_ > -600) {
        value_ = std::exp(log_scale_);
        log_scale_ = 0;
    }
}

void PmfWalk::rescale() noexcept {
    constexpr double log_rescale = 460.51701859880916;  // 200 ln 10
    value_ /= rescale_above;
    log_scale_ += log_rescale;
    if (log_scale_ > -600) {
        value_ *= std::exp(log_scale_);
        log_scale_ = 0;
    }
}

double pmf_of(const NegativeBinomial& part, std::int64_t count) {
    if (count < 0) return 0;
    if (reach_of(part) > widest_walk) return std::max(0.0, cdf_of(part, count) - cdf_of(part, count - 1));
    if (static_cast<double>(count) > reach_of(part)) return 0;
    PmfWalk walk(part);
    for (std::int64_t k = 1; k <= count; ++k) walk.advance(1.0 / static_cast<double>(k));
    return walk.probability();
}

double log_pmf_of(const NegativeBinomial& part, std::int64_t count) {
    constexpr std::int64_t longest_product = 64;
    if (count < 0 || (part.mean <= 0 && count > 0)) return -std::numeric_limits<double>::infinity();
    if (part.mean <= 0) return 0;
    const auto k = static_cast<double>(count);
    const double none = -part.size * std::log1p(part.mean / part.size);
    double ways = 1;  // Γ(k + size) / (Γ(size) k! size^k), as a product while that is short
    if (count <= longest_product) {
        for (std::int64_t i = 0; i < count; ++i) {
            const auto done = static_cast<double>(i);
            ways *= (1 + done / part.size) * part.mean / (done + 1);
        }
        if (ways > 0 && std::isfinite(ways)) return none + std::log(ways) - k * std::log1p(part.mean / part.size);
    }
    constexpr double as_good_as_poisson = 1e7;
    if (part.size > as_good_as_poisson)
        return k * std::log(part.mean) - part.mean - boost::math::lgamma(k + 1, Quiet());
    return none + boost::math::lgamma(k + part.size, Quiet()) - boost::math::lgamma(part.size, Quiet()) -
           boost::math::lgamma(k + 1, Quiet()) + k * std::log(part.mean / (part.size + part.mean));
}

double cdf_of(const NegativeBinomial& part, std::int64_t count) {
    if (count < 0) return 0;
    if (reach_of(part) > widest_walk) return Gamma(part).cdf(static_cast<double>(count) + .5);
    if (static_cast<double>(count) > reach_of(part)) return 1;
    PmfWalk walk(part);
    double sum = walk.probability();
    for (std::int64_t k = 1; k <= count; ++k) {
        walk.advance(1.0 / static_cast<double>(k));
        sum += walk.probability();
    }
    return std::min(1.0, sum);
}

CappedMoments capped_moments(const NegativeBinomial& part, std::int64_t cap) {
    const auto bound = static_cast<double>(cap);
    if (bound > reach_of(part)) return {.first = part.mean, .second = variance_of(part) + part.mean * part.mean};
    if (reach_of(part) > widest_walk) return wide_moments(part, bound);
    PmfWalk walk(part);
    double below = 0;
    CappedMoments moments;
    for (std::int64_t k = 0; k < cap; ++k) {
        below += walk.probability();
        const double above = std::max(0.0, 1 - below);
        moments.first += above;
        moments.second += (2 * static_cast<double>(k) + 1) * above;
        walk.advance(1.0 / (static_cast<double>(k) + 1));
    }
    return moments;
}

}  // namespace edge::forecast
