#include "edge/forecast/count_distribution.hpp"

#include "negative_binomial.hpp"
#include "sealed_bytes.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace edge::forecast {

namespace {

constexpr double largest_mean = 1e12;
constexpr double smallest_size = 1e-6;
constexpr double largest_size = 1e12;
constexpr double highest_level = 1 - 1e-12;

bool is_usable(const NegativeBinomial& part) {
    return std::isfinite(part.weight) && part.weight > 0 && !std::isnan(part.mean) && !std::isnan(part.size);
}

std::vector<NegativeBinomial> normalised(std::vector<NegativeBinomial> parts) {
    std::erase_if(parts, [](const NegativeBinomial& part) { return !is_usable(part); });
    double largest = 0;
    for (const NegativeBinomial& part : parts) largest = std::max(largest, part.weight);
    double total = 0;
    for (const NegativeBinomial& part : parts) total += part.weight / largest;
    for (NegativeBinomial& part : parts) {
        part.weight = part.weight / largest / total;
        part.mean = std::clamp(part.mean, 0.0, largest_mean);
        part.size = std::clamp(part.size, smallest_size, largest_size);
    }
    return parts;
}

double widest_reach(const std::vector<NegativeBinomial>& parts) {
    double reach = 0;
    for (const NegativeBinomial& part : parts) reach = std::max(reach, reach_of(part));
    return reach;
}

/// The quantiles by one walk over the counts, for parts narrow enough.
std::vector<std::int64_t> walked_quantiles(const std::vector<NegativeBinomial>& parts, std::span<const double> levels,
                                           double reach) {
    std::vector<PmfWalk> walks;
    walks.reserve(parts.size());
    for (const NegativeBinomial& part : parts) walks.emplace_back(part);
    std::vector<std::int64_t> counts;
    counts.reserve(levels.size());
    const auto last = static_cast<std::int64_t>(reach) + 1;
    double below = 0;
    for (std::int64_t k = 0; counts.size() < levels.size(); ++k) {
        for (std::size_t i = 0; i < parts.size(); ++i) below += parts[i].weight * walks[i].probability();
        while (counts.size() < levels.size() && (below >= levels[counts.size()] || k >= last)) counts.push_back(k);
        const double inverse = 1.0 / (static_cast<double>(k) + 1);
        for (PmfWalk& walk : walks) walk.advance(inverse);
    }
    return counts;
}

/// Adds the part's share to the probabilities of 0, 1, 2 …
void add_probabilities(const NegativeBinomial& part, std::span<double> pmf) {
    if (reach_of(part) > widest_walk) {
        for (std::size_t k = 0; k < pmf.size(); ++k) {
            pmf[k] += part.weight * pmf_of(part, static_cast<std::int64_t>(k));
        }
        return;
    }
    PmfWalk walk(part);
    for (std::size_t k = 0; k < pmf.size(); ++k) {
        pmf[k] += part.weight * walk.probability();
        walk.advance(1.0 / (static_cast<double>(k) + 1));
    }
}

std::int64_t searched_quantile(const CountDistribution& distribution, double level, double reach) {
    std::int64_t low = 0;
    auto high = static_cast<std::int64_t>(std::min(reach, 4e18));
    while (low < high) {
        const std::int64_t middle = low + (high - low) / 2;
        if (distribution.cdf(middle) >= level) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low;
}

/// What is stored of a distribution.
struct StoredDistribution {
    std::vector<NegativeBinomial> parts;
    std::optional<std::int64_t> cap;

    static constexpr std::uint64_t most_parts = 10'000;

    template <class Archive>
    void save(Archive& archive) const {
        archive(cap.has_value(), cap.value_or(0), static_cast<std::uint64_t>(parts.size()));
        for (const NegativeBinomial& part : parts) archive(part.weight, part.mean, part.size);
    }
    template <class Archive>
    void load(Archive& archive) {
        std::uint8_t has_cap = 0;  // not a bool: any other byte than 0 and 1 would be undefined
        std::int64_t cap_value = 0;
        std::uint64_t count = 0;
        archive(has_cap, cap_value, count);
        if (has_cap > 1 || count > most_parts) throw cereal::Exception("not a distribution");
        if (has_cap == 1) cap = cap_value;
        parts.resize(count);
        for (NegativeBinomial& part : parts) archive(part.weight, part.mean, part.size);
    }
};

bool is_valid(const StoredDistribution& stored) {
    const auto valid = [](const NegativeBinomial& part) {
        return is_usable(part) && part.weight <= 1 && part.mean >= 0 && part.mean <= largest_mean &&
               part.size >= smallest_size && part.size <= largest_size;
    };
    return stored.cap.value_or(0) >= 0 && std::all_of(stored.parts.begin(), stored.parts.end(), valid);
}

constexpr Seal distribution_seal{.magic = 0x44435445, .version = 1};  // "ETCD"

}  // namespace

CountDistribution::CountDistribution(std::vector<NegativeBinomial> parts, std::optional<std::int64_t> cap)
    : parts_(normalised(std::move(parts))), cap_(cap) {
    if (cap_) cap_ = std::max<std::int64_t>(0, *cap_);
}

CountDistribution CountDistribution::without_cap() const {
    CountDistribution uncut = *this;
    uncut.cap_.reset();
    return uncut;
}

CountDistribution CountDistribution::with_cap(std::int64_t cap) const {
    CountDistribution cut = *this;
    cut.cap_ = std::max<std::int64_t>(0, cap);
    return cut;
}

CountDistribution CountDistribution::thinned(Probability no_show) const {
    const double stays = std::clamp(1 - no_show.value(), 0.0, 1.0);
    CountDistribution thinner = without_cap();
    for (NegativeBinomial& part : thinner.parts_) part.mean *= stays;
    return thinner;
}

double CountDistribution::mean() const {
    double sum = 0;
    for (const NegativeBinomial& part : parts_) {
        sum += part.weight * (cap_ ? capped_moments(part, *cap_).first : part.mean);
    }
    return sum;
}

double CountDistribution::variance() const {
    double first = 0;
    for (const NegativeBinomial& part : parts_) {
        first += part.weight * (cap_ ? capped_moments(part, *cap_).first : part.mean);
    }
    double sum = 0;
    for (const NegativeBinomial& part : parts_) {
        // Deviations from the mixture's mean, part by part: squares of large means would cancel.
        const double part_mean = cap_ ? capped_moments(part, *cap_).first : part.mean;
        const double within = cap_ ? capped_moments(part, *cap_).second - part_mean * part_mean : variance_of(part);
        sum += part.weight * (std::max(0.0, within) + (part_mean - first) * (part_mean - first));
    }
    return sum;
}

double CountDistribution::pmf(std::int64_t count) const {
    if (count < 0 || (cap_ && count > *cap_)) return 0;
    if (parts_.empty()) return count == 0 ? 1 : 0;
    if (cap_ && count == *cap_) return std::max(0.0, 1 - without_cap().cdf(count - 1));
    double sum = 0;
    for (const NegativeBinomial& part : parts_) sum += part.weight * pmf_of(part, count);
    return sum;
}

double CountDistribution::cdf(std::int64_t count) const {
    if (count < 0) return 0;
    if (parts_.empty() || (cap_ && count >= *cap_)) return 1;
    double sum = 0;
    for (const NegativeBinomial& part : parts_) sum += part.weight * cdf_of(part, count);
    return std::min(1.0, sum);
}

std::vector<double> CountDistribution::probabilities(std::int64_t last) const {
    std::vector<double> pmf(static_cast<std::size_t>(std::max<std::int64_t>(last, -1) + 1), 0.0);
    if (parts_.empty() && !pmf.empty()) pmf[0] = 1;
    const std::size_t uncut = cap_ ? std::min(pmf.size(), static_cast<std::size_t>(*cap_)) : pmf.size();
    for (const NegativeBinomial& part : parts_) add_probabilities(part, std::span(pmf).first(uncut));
    if (uncut < pmf.size() && !parts_.empty()) {
        pmf[uncut] = std::max(0.0, 1 - std::accumulate(pmf.begin(), pmf.end(), 0.0));
    }
    return pmf;
}

std::int64_t CountDistribution::quantile(double level) const {
    return quantiles(std::span<const double>(&level, 1)).front();
}

std::vector<std::int64_t> CountDistribution::quantiles(std::span<const double> levels) const {
    if (parts_.empty()) return std::vector<std::int64_t>(levels.size(), 0);
    std::vector<double> held(levels.begin(), levels.end());
    for (double& level : held) level = std::isnan(level) ? 0 : std::clamp(level, 0.0, highest_level);
    const double reach = widest_reach(parts_);
    std::vector<std::int64_t> counts;
    if (reach <= widest_walk) {
        counts = walked_quantiles(parts_, held, reach);
    } else {
        for (const double level : held) counts.push_back(searched_quantile(*this, level, reach));
    }
    if (cap_) {
        for (std::int64_t& count : counts) count = std::min(count, *cap_);
    }
    return counts;
}

std::vector<std::uint8_t> CountDistribution::encode() const {
    return encode_sealed(distribution_seal, StoredDistribution{.parts = parts_, .cap = cap_});
}

std::optional<CountDistribution> CountDistribution::decode(std::span<const std::uint8_t> bytes) noexcept {
    std::optional<StoredDistribution> stored = decode_sealed<StoredDistribution>(distribution_seal, bytes);
    if (!stored || !is_valid(*stored)) return std::nullopt;
    CountDistribution distribution;
    distribution.parts_ = std::move(stored->parts);
    distribution.cap_ = stored->cap;
    return distribution;
}

CountDistribution mix(std::span<const CountDistribution> distributions) {
    std::vector<NegativeBinomial> parts;
    std::optional<std::int64_t> cap;
    for (const CountDistribution& distribution : distributions) {
        if (!cap) cap = distribution.cap();
        if (distribution.parts().empty()) parts.push_back({.weight = 1, .mean = 0, .size = 1});
        parts.insert(parts.end(), distribution.parts().begin(), distribution.parts().end());
    }
    return CountDistribution(std::move(parts), cap);
}

}  // namespace edge::forecast
