#pragma once

#include "output/chart.hpp"

#include <cstddef>
#include <string>

namespace edge::cli {

inline constexpr int svg_width = 860;
inline constexpr int svg_height = 440;

/// "#1f77b4"-like colour of the n-th series.
[[nodiscard]] const char* series_colour(std::size_t index) noexcept;
/// Names of the series and bands, in a line below the title; nothing if there is only one.
[[nodiscard]] std::string svg_legend(const Chart& chart);
/// A sentence in the middle of an empty plot.
[[nodiscard]] std::string svg_note(const std::string& text);
/// The chart with every x that has a point at the next place: bars stand side by side, whatever the days between.
[[nodiscard]] Chart without_gaps(const Chart& chart);

/// The rectangle in which points are drawn, and the axes around it.
class SvgPlot {
public:
    /// Lines run from edge to edge, bars stand in the middle of slots of their own.
    enum class Spread { edge_to_edge, in_slots };

    SvgPlot(const Chart& chart, ValueAxis axis, Spread spread);

    [[nodiscard]] double x(std::size_t place) const;
    [[nodiscard]] double y(double value) const;
    /// "x,y" of a point.
    [[nodiscard]] std::string at(const ChartPoint& point) const;
    /// Width of a place.
    [[nodiscard]] double slot() const;
    /// Grid, ticks, labels and the names of the axes.
    [[nodiscard]] std::string frame() const;

private:
    [[nodiscard]] std::string value_ticks() const;
    [[nodiscard]] std::string place_labels() const;

    const Chart& chart_;
    ValueAxis axis_;
    Spread spread_;
};

}  // namespace edge::cli
