#pragma once

#include "edge/core/decimal.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace edge::forecast {

/// One negative binomial of a mixture: variance = mean + mean² / size.
struct NegativeBinomial {
    double weight = 1;
    double mean = 0;
    double size = 1;
    friend bool operator==(const NegativeBinomial&, const NegativeBinomial&) = default;
};

/// A probability distribution of a count: a mixture of negative binomials, cut at `cap` if there is one (all mass
/// above it stands on it). Any parameters make a valid distribution: weights are normalised, means held to
/// 0 … 10^12, sizes to 10^-6 … 10^12, what is not a number is left out. Without parts the count is certainly 0.
class CountDistribution {
public:
    CountDistribution() = default;
    explicit CountDistribution(std::vector<NegativeBinomial> parts, std::optional<std::int64_t> cap = {});

    [[nodiscard]] const std::vector<NegativeBinomial>& parts() const noexcept { return parts_; }
    [[nodiscard]] std::optional<std::int64_t> cap() const noexcept { return cap_; }
    [[nodiscard]] CountDistribution without_cap() const;
    [[nodiscard]] CountDistribution with_cap(std::int64_t cap) const;
    /// Of those left when each of the counted stays away with probability `no_show`. The cap is dropped: it bounds
    /// what is reserved, not what is collected.
    [[nodiscard]] CountDistribution thinned(Probability no_show) const;

    [[nodiscard]] double mean() const;
    [[nodiscard]] double variance() const;
    /// Probability of exactly `count`.
    [[nodiscard]] double pmf(std::int64_t count) const;
    /// Probability of at most `count`.
    [[nodiscard]] double cdf(std::int64_t count) const;
    /// Of 0, 1 … `last`, in one pass; what lies above `last` is not in it.
    [[nodiscard]] std::vector<double> probabilities(std::int64_t last) const;
    /// The smallest count with cdf at or above `level`; a level is held to 0 … 1 − 10^-12.
    [[nodiscard]] std::int64_t quantile(double level) const;
    /// The same for ascending `levels`, in one pass.
    [[nodiscard]] std::vector<std::int64_t> quantiles(std::span<const double> levels) const;

    /// Versioned bytes with a checksum.
    [[nodiscard]] std::vector<std::uint8_t> encode() const;
    /// Nothing if the bytes are damaged or of an unknown version. Never throws.
    [[nodiscard]] static std::optional<CountDistribution> decode(std::span<const std::uint8_t> bytes) noexcept;

    friend bool operator==(const CountDistribution&, const CountDistribution&) = default;

private:
    std::vector<NegativeBinomial> parts_;
    std::optional<std::int64_t> cap_;
};

/// The equal-weight mixture; empty input gives a certain 0. The first cap found holds for all.
[[nodiscard]] CountDistribution mix(std::span<const CountDistribution> distributions);

}  // namespace edge::forecast
