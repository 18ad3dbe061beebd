#include "edge/forecast/day_total.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <optional>
#include <vector>

namespace edge::forecast {

namespace {

/// Sums wider than this are taken as normal, which they then are to within a fraction of their spread.
constexpr std::int64_t widest_sum = 4096;
/// A cut bundle is thinned count by count, which costs the square of its width.
constexpr std::int64_t widest_cut = 512;
constexpr double tail = 1e-9;

struct Moments {
    double mean = 0;
    double variance = 0;
};

/// Of a bundle's collected reservations.
Moments sales_moments(const BundleForecast& bundle) {
    const double comes = std::clamp(1 - bundle.no_show_prob.value(), 0.0, 1.0);
    const double mean = bundle.reservations.mean();
    return {.mean = comes * mean,
            .variance = comes * comes * bundle.reservations.variance() + comes * (1 - comes) * mean};
}

/// Adds `weight` times the binomial distribution of `count` people who each come with probability `comes`.
void add_binomial(std::vector<double>& pmf, std::size_t count, double comes, double weight) {
    if (comes <= 0) {
        pmf[0] += weight;
        return;
    }
    if (comes >= 1) {
        pmf[count] += weight;
        return;
    }
    const double odds = comes / (1 - comes);
    const auto total = static_cast<double>(count);
    double log_probability = total * std::log1p(-comes);
    for (std::size_t k = 0; k <= count; ++k) {
        pmf[k] += weight * std::exp(log_probability);
        const auto done = static_cast<double>(k);
        if (k < count) log_probability += std::log((total - done) / (done + 1) * odds);
    }
}

/// The probabilities of 0, 1, 2 … collected reservations.
std::vector<double> sales_pmf(const BundleForecast& bundle) {
    const CountDistribution uncut = bundle.reservations.without_cap();
    const std::optional<std::int64_t> cap = bundle.reservations.cap();
    const bool cuts = cap && *cap < uncut.quantile(1 - tail);
    const double comes = std::clamp(1 - bundle.no_show_prob.value(), 0.0, 1.0);
    const CountDistribution counted = cuts ? uncut : uncut.thinned(bundle.no_show_prob);
    const std::int64_t last = cuts ? *cap : counted.quantile(1 - tail);
    std::vector<double> counts = counted.probabilities(last);
    counts.back() += std::max(0.0, 1 - std::accumulate(counts.begin(), counts.end(), 0.0));
    if (!cuts) return counts;
    std::vector<double> pmf(counts.size(), 0.0);
    for (std::size_t k = 0; k < counts.size(); ++k) add_binomial(pmf, k, comes, counts[k]);
    return pmf;
}

std::vector<double> convolved(const std::vector<double>& left, const std::vector<double>& right) {
    std::vector<double> sum(left.size() + right.size() - 1, 0.0);
    for (std::size_t i = 0; i < left.size(); ++i) {
        for (std::size_t j = 0; j < right.size(); ++j) sum[i + j] += left[i] * right[j];
    }
    return sum;
}

std::int64_t quantile_of(const std::vector<double>& pmf, double level) {
    double below = 0;
    for (std::size_t k = 0; k < pmf.size(); ++k) {
        below += pmf[k];
        if (below >= level) return static_cast<std::int64_t>(k);
    }
    return static_cast<std::int64_t>(pmf.size()) - 1;
}

std::array<std::int64_t, 2> exact_band(std::span<const BundleForecast> bundles) {
    std::vector<double> total{1.0};
    for (const BundleForecast& bundle : bundles) total = convolved(total, sales_pmf(bundle));
    return {quantile_of(total, .1), quantile_of(total, .9)};
}

std::array<std::int64_t, 2> normal_band(const Moments& total) {
    constexpr double ninety_percent = 1.2815515655446004;
    const double spread = ninety_percent * std::sqrt(total.variance);
    const auto bounded = [](double value) {
        return static_cast<std::int64_t>(std::clamp(std::nearbyint(value), 0.0, 9e18));
    };
    return {bounded(total.mean - spread), bounded(total.mean + spread)};
}

bool is_narrow(std::span<const BundleForecast> bundles) {
    std::int64_t width = 0;
    for (const BundleForecast& bundle : bundles) {
        const std::int64_t reach = bundle.reservations.quantile(1 - tail);
        const bool may_be_cut = bundle.reservations.cap().has_value();
        if (reach > widest_sum || (may_be_cut && reach > widest_cut)) return false;
        width += reach;
        if (width > widest_sum) return false;
    }
    return true;
}

}  // namespace

DayForecast day_total(std::span<const BundleForecast> bundles) {
    if (bundles.empty()) return {};
    DayForecast day;
    Moments total;
    for (const BundleForecast& bundle : bundles) {
        day.expected += bundle.predicted_sales;
        const Moments sales = sales_moments(bundle);
        total.mean += sales.mean;
        total.variance += sales.variance;
    }
    const std::array<std::int64_t, 2> band = is_narrow(bundles) ? exact_band(bundles) : normal_band(total);
    day.low = std::min(band[0], day.expected);
    day.high = std::max(band[1], day.expected);
    return day;
}

}  // namespace edge::forecast
