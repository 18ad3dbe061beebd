#pragma once

#include "output/style.hpp"

#include "edge/core/entities.hpp"

#include <cstddef>
#include <string>

namespace edge::cli {

/// How much room a drawing may take, in characters.
struct ChartSize {
    std::size_t columns = 80;  ///< at least 40
    std::size_t rows = 12;     ///< of the plot alone; at least 4
};

/// The graph drawn with characters: lines and areas with axes, bars, a gauge for a pie, a heat map for stacked bars.
/// Ends with a line end. A graph without points says so.
[[nodiscard]] std::string terminal_chart(const Graph& graph, const ChartSize& size, const Style& style);

}  // namespace edge::cli
