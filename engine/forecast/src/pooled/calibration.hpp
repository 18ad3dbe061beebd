#pragma once

#include <array>
#include <cstddef>

namespace edge::forecast::pooled {

/// What became of stated probabilities, in ten bins, and what to state instead: each bin's probabilities are moved by
/// as much as its outcomes differed, drawn to no difference by fifty pseudo-outcomes, and between the middles of bins
/// by a share of both. Old outcomes fade.
class Calibration {
public:
    void learn(double stated, bool came_true) noexcept;
    /// 0 to 1
    [[nodiscard]] double calibrated(double stated) const noexcept;

private:
    friend struct Codec;
    static constexpr std::size_t bin_count = 10;
    struct Bin {
        double excess = 0;  ///< outcomes that came true, less what was stated
        double weight = 0;
    };
    [[nodiscard]] double shift(std::size_t bin) const noexcept;

    std::array<Bin, bin_count> bins_{};
};

}  // namespace edge::forecast::pooled
