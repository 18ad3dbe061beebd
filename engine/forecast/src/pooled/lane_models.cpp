#include "pooled/lane_models.hpp"

#include "negative_binomial.hpp"
#include "pooled/special_functions.hpp"

#include <algorithm>
#include <cmath>

namespace edge::forecast::pooled {

namespace {

constexpr double largest_variance = 4;
constexpr double smallest_variance = 1e-9;
/// Rates beyond e^±30 are no rates; held here, everything stays finite.
constexpr double largest_log = 30;

Belief held(const Belief& belief) noexcept {
    return {.mean = std::clamp(belief.mean, -largest_log, largest_log),
            .variance = std::clamp(belief.variance, smallest_variance, largest_variance)};
}

/// Blocks move and shrink by the variance they have, also where the belief was held to the largest.
double width_of(const Belief& belief, const Settings& settings) {
    return settings.moves_by_whole_variance ? std::max(belief.variance, smallest_variance) : held(belief).variance;
}

double shrink_for(double width, double after, double before) { return std::max(0.0, 1 - after / before) / width; }

double digamma_of(double a, const Settings& settings) {
    return settings.functions_are_exact ? digamma(a) : short_digamma(a);
}

double trigamma_of(double a, const Settings& settings) {
    return settings.functions_are_exact ? trigamma(a) : short_trigamma(a);
}

/// The demand to learn from where the count is only its lower bound.
double expected_demand(double posted, const NegativeBinomial& demand) {
    const auto bound = static_cast<std::int64_t>(posted);
    const double beyond = 1 - cdf_of(demand, bound - 1);
    if (beyond <= 1e-4) return posted + .5;
    const double excess = std::max(0.0, demand.mean - capped_moments(demand, bound).first);
    return posted + excess / beyond;
}

/// The share of its weight that a count keeps.
double weight_of_surprise(const Belief& belief, const Rate& rate, double dispersion, double value,
                          const Surprise& surprise) {
    if (surprise.degrees <= 0 || belief.variance >= surprise.settled_variance) return 1;
    const double mean = rate.mean();
    const double spread = mean + mean * mean * (dispersion + 1 / rate.shape);
    const double squares = (value - mean) * (value - mean) / std::max(spread, smallest_variance);
    return std::min(1.0, (surprise.degrees + surprise.free) / (surprise.degrees + squares));
}

}  // namespace

Rate rate_of(const Belief& belief, const Settings& settings) noexcept {
    const auto [mean, variance] = held(belief);
    const double shape = gamma_shape(variance);
    return {.shape = shape, .inverse_scale = std::exp(digamma_of(shape, settings) - mean)};
}

Step count_step(const Belief& belief, double dispersion, const Count& count, const Settings& settings) {
    const auto [mean, variance] = held(belief);
    const Rate rate = rate_of(belief, settings);
    double weight = 1 / (1 + rate.mean() * dispersion);
    double value = count.value;
    if (count.sold_out_at) {
        const NegativeBinomial demand{.mean = rate.mean(), .size = 1 / (dispersion + 1 / rate.shape)};
        const double most = 3 * static_cast<double>(*count.sold_out_at) + 5;
        value = std::min(std::max(value, expected_demand(value, demand)), most);
        weight /= 2;
    }
    weight *= weight_of_surprise(belief, rate, dispersion, value, settings.surprise);
    const double shape = rate.shape + weight * value;
    const double after = digamma_of(shape, settings) - std::log(rate.inverse_scale + weight);
    const double furthest = 3 / std::sqrt(variance);
    const double width = width_of(belief, settings);
    return {.move = std::clamp((after - mean) / width, -furthest, furthest),
            .shrink = shrink_for(width, trigamma_of(shape, settings), variance)};
}

Step no_show_step(const Belief& belief, double no_shows, double reservations, const Settings& settings) {
    constexpr double smallest_shape = .3;
    const auto [mean, variance] = held(belief);
    const auto log_odds = [&](double stays_away, double comes) {
        return digamma_of(stays_away, settings) - digamma_of(comes, settings);
    };
    const auto spread = [&](double stays_away, double comes) {
        return trigamma_of(stays_away, settings) + trigamma_of(comes, settings);
    };
    const double stays_away = (1 + std::exp(mean)) / variance;
    const double comes = (1 + std::exp(-mean)) / variance;
    const double weight = 1 / (1 + (reservations - 1) * settings.no_shows.correlation);
    const double stays_away_after = std::max(smallest_shape, stays_away + weight * no_shows);
    const double comes_after = std::max(smallest_shape, comes + weight * (reservations - no_shows));
    const double before = std::max(smallest_shape, stays_away);
    const double before_comes = std::max(smallest_shape, comes);
    const double spread_after = std::min(variance, spread(stays_away_after, comes_after));
    const double spread_before = std::max(spread(before, before_comes), spread_after);
    const double width = width_of(belief, settings);
    return {.move = (log_odds(stays_away_after, comes_after) - log_odds(before, before_comes)) / width,
            .shrink = shrink_for(width, spread_after, spread_before)};
}

double no_show_probability(const Belief& belief) noexcept {
    return 1 / (1 + std::exp(-std::clamp(belief.mean, -largest_log, largest_log)));
}

}  // namespace edge::forecast::pooled
