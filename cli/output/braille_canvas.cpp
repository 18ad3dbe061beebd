#include "output/braille_canvas.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

namespace edge::cli {
namespace {

// Unicode numbers the dots of a cell down the left column, then the right one, the lowest row last.
constexpr std::array<std::array<std::uint8_t, 2>, 4> dot_bits = {
    {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}}};

/// U+2800 + dots as UTF-8.
std::string braille(std::uint8_t dots) {
    if (dots == 0) return " ";
    std::string text = "\xE2";
    text += static_cast<char>(0xA0U | (dots >> 6U));
    text += static_cast<char>(0x80U | (dots & 0x3FU));
    return text;
}

}  // namespace

BrailleCanvas::BrailleCanvas(std::size_t columns, std::size_t rows)
    : columns_(columns), rows_(rows), cells_(columns * rows) {}

void BrailleCanvas::dot(long x, long y, std::size_t series) {
    if (x < 0 || y < 0 || x >= static_cast<long>(dots_wide()) || y >= static_cast<long>(dots_high())) return;
    const auto column = static_cast<std::size_t>(x);
    const auto from_top = dots_high() - 1 - static_cast<std::size_t>(y);
    Cell& cell = cells_[from_top / 4 * columns_ + column / 2];
    cell.dots |= dot_bits.at(from_top % 4).at(column % 2);
    cell.series = series;
}

void BrailleCanvas::line(long x0, long y0, long x1, long y1, std::size_t series, int every, int& phase) {
    const long steps = std::max({std::labs(x1 - x0), std::labs(y1 - y0), 1L});
    for (long i = 0; i <= steps; ++i) {
        if (phase++ % every != 0) continue;
        const double share = static_cast<double>(i) / static_cast<double>(steps);
        const double x = static_cast<double>(x0) + share * static_cast<double>(x1 - x0);
        const double y = static_cast<double>(y0) + share * static_cast<double>(y1 - y0);
        dot(std::lround(x), std::lround(y), series);
    }
}

std::string BrailleCanvas::row(std::size_t row, const Style& style) const {
    const auto begin = cells_.begin() + static_cast<std::ptrdiff_t>(row * columns_);
    auto end = begin + static_cast<std::ptrdiff_t>(columns_);
    while (end != begin && std::prev(end)->dots == 0) --end;
    std::string text;
    for (auto from = begin; from != end;) {
        const auto to = std::find_if(from, end, [from](const Cell& cell) { return cell.series != from->series; });
        std::string run;
        for (auto cell = from; cell != to; ++cell) run += braille(cell->dots);
        text += run.find_first_not_of(' ') == std::string::npos ? run : style.paint_series(from->series, run);
        from = to;
    }
    return text;
}

}  // namespace edge::cli
