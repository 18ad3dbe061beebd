#pragma once

#include "output/chart.hpp"
#include "output/style.hpp"
#include "output/terminal_chart.hpp"

#include <cstddef>
#include <string>

namespace edge::cli {

/// A horizontal bar a point, with its label and value.
[[nodiscard]] std::string bar_chart(const Chart& chart, std::size_t columns, const Style& style);
/// Upright bars of the first series; of more points than fit, the last ones.
[[nodiscard]] std::string column_chart(const Chart& chart, const ChartSize& size, const Style& style);
/// The first series' points as shares of one bar.
[[nodiscard]] std::string gauge(const Chart& chart, std::size_t columns, const Style& style);
/// A row a series, a cell a place, darker for more.
[[nodiscard]] std::string heat_map(const Chart& chart, const Style& style);

}  // namespace edge::cli
