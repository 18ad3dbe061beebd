#pragma once

namespace edge::forecast::pooled {

/// A running weighted mean of what squared residuals say of the dispersion phi, variance = mean + phi × mean².
struct RunningDispersion {
    double sum = 0;
    double weight = 0;

    void add(double value, double value_weight, double fading) noexcept {
        sum = sum * fading + value_weight * value;
        weight = weight * fading + value_weight;
    }
    [[nodiscard]] double mean() const noexcept { return sum > 0 ? sum / weight : 0; }
    /// Drawn to `typical` by three pseudo-rows.
    [[nodiscard]] double towards(double typical) const noexcept {
        constexpr double rows = 3;
        const double drawn = (sum + rows * typical) / (weight + rows);
        return drawn > 0 ? drawn : 0;
    }
};

/// What one count says of the dispersion: the share of its squared residual (held to three standard deviations) that
/// neither chance nor `other_spread` (relative variance known otherwise) explains, and how much that is worth.
struct DispersionEvidence {
    double value;
    double weight;
};
[[nodiscard]] DispersionEvidence dispersion_evidence(double count, double mean, double other_spread,
                                                     double dispersion) noexcept;

}  // namespace edge::forecast::pooled
