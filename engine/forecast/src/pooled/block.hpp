#pragma once

#include "pooled/features.hpp"
#include "pooled/lanes.hpp"
#include "pooled/model.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

namespace edge::forecast::pooled {

/// Effects of everyone, a seller or a series: a Gaussian with mean m and covariance C in every lane. Only features
/// that have occurred have rows; the others are at their priors, apart from everything. At most 33 rows, 561 entries.
class Block {
public:
    Block(const Model& model, Owner owner);

    /// Gives the features rows. The only place that allocates, once for each feature in a block's life.
    void activate(const FeatureVector& x);
    /// Lets levels and weekdays wander up to `day`, for at most 21 days.
    void drift_to(std::int64_t day);

    /// What drifting to `day` and one x give: adds x'm to `mean` and x'Cx to `variance`.
    void project(const FeatureVector& x, std::int64_t day, Lanes& mean, Lanes& variance) const;
    /// The same without drift, keeping Cx for `update`. All of x must be active.
    void project(const FeatureVector& x, std::vector<Lanes>& spread, Lanes& mean, Lanes& variance) const;
    /// m += spread × step, C −= spread spread' × shrink
    void update(const std::vector<Lanes>& spread, const Lanes& step, const Lanes& shrink);

    [[nodiscard]] Lanes& level() { return mean_[0]; }
    [[nodiscard]] const Lanes& level() const { return mean_[0]; }
    [[nodiscard]] Lanes& level_variance() { return covariance_[0]; }

    std::int64_t rows = 0;  ///< taken in

private:
    friend struct Codec;
    static constexpr std::uint8_t inactive = 0xFF;
    [[nodiscard]] static std::size_t entry(std::size_t row, std::size_t column) noexcept {
        return row >= column ? row * (row + 1) / 2 + column : column * (column + 1) / 2 + row;
    }
    void activate(std::size_t feature);
    [[nodiscard]] double days_since(std::int64_t day) const;

    const Model* model_;
    Owner owner_;
    std::optional<std::int64_t> day_;
    std::array<std::uint8_t, feature_count> row_of_{};  ///< `inactive` or the feature's row
    std::vector<std::uint8_t> features_;                ///< of each row
    std::vector<Lanes> mean_;
    std::vector<Lanes> covariance_;  ///< lower triangle, row by row
};

}  // namespace edge::forecast::pooled
