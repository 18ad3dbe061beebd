#pragma once

#include "pooled/dispersion.hpp"
#include "pooled/features.hpp"

#include "edge/forecast/count_distribution.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

namespace edge::forecast::pooled {

/// A mean that fades: of counts, counting their weights.
struct FadingMean {
    double sum = 0;
    double weight = 0;

    void add(double value, double fading) noexcept {
        sum = sum * fading + value;
        weight = weight * fading + 1;
    }
    /// Drawn to `typical` by one pseudo-row.
    [[nodiscard]] double towards(double typical) const noexcept { return (sum + typical) / (weight + 1); }
};

/// What a cheap expert says: mean and dispersion of the coming count.
struct Opinion {
    double mean = 1;
    double dispersion = 1;
};

/// Exponentially weighted means of one series' window, overall and by weekday.
class WindowMeans {
public:
    struct Everyone {
        RunningDispersion slow_dispersion{.sum = .4, .weight = 4};
        RunningDispersion weekday_dispersion{.sum = .4, .weight = 4};
    };

    /// Of a window never seen: the typical mean, widely spread.
    [[nodiscard]] Opinion slow_opinion(double typical, const Everyone& everyone) const;
    [[nodiscard]] Opinion weekday_opinion(int weekday, double typical, const Everyone& everyone) const;
    void learn(int weekday, double count, const Opinion& slow, const Opinion& by_weekday, Everyone& everyone);

private:
    friend struct Codec;
    bool known_ = false;
    FadingMean slow_;
    FadingMean fast_;
    std::array<FadingMean, 7> by_weekday_;
    RunningDispersion slow_dispersion_;
    RunningDispersion weekday_dispersion_;
};

/// The mean of a series' last slots, weighted by the square of how alike they are.
class SimilarSlots {
public:
    static constexpr std::size_t remembered = 40;

    struct Row {
        Context context;
        double count;
    };

    [[nodiscard]] Opinion opinion(const Context& context, double typical, const RunningDispersion& everyone) const;
    void learn(const Context& context, double count, const Opinion& opinion, RunningDispersion& everyone);

    /// How many slots were learned.
    [[nodiscard]] std::int64_t rows() const noexcept { return rows_; }

private:
    friend struct Codec;
    std::vector<Row> last_;  ///< a ring: row i of the series stands at i mod `remembered`
    std::int64_t rows_ = 0;
    RunningDispersion dispersion_;
};

}  // namespace edge::forecast::pooled
