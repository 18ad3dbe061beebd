#pragma once

#include "output/style.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace edge::cli {

/// Dots on a terminal: each character cell holds 2 × 4 of them and shows the colour of the last series drawn in it.
class BrailleCanvas {
public:
    BrailleCanvas(std::size_t columns, std::size_t rows);

    [[nodiscard]] std::size_t dots_wide() const noexcept { return columns_ * 2; }
    [[nodiscard]] std::size_t dots_high() const noexcept { return rows_ * 4; }
    /// (0, 0) is the lower left; dots outside are left out.
    void dot(long x, long y, std::size_t series);
    /// Every `every`-th dot of a straight line; `phase` counts the dots over several lines.
    void line(long x0, long y0, long x1, long y1, std::size_t series, int every, int& phase);
    /// The row-th line of characters from the top.
    [[nodiscard]] std::string row(std::size_t row, const Style& style) const;

private:
    struct Cell {
        std::uint8_t dots = 0;
        std::size_t series = 0;
    };
    std::size_t columns_;
    std::size_t rows_;
    std::vector<Cell> cells_;
};

}  // namespace edge::cli
