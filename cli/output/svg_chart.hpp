#pragma once

#include "edge/core/entities.hpp"

#include <string>

namespace edge::cli {

/// The graph as one self-contained SVG document of 860 × 440: title, axes, legend, every kind of chart. Names are
/// escaped; characters that XML does not allow are left out.
[[nodiscard]] std::string svg_chart(const Graph& graph);

/// Text as XML may hold it, in an element or an attribute.
[[nodiscard]] std::string escape_xml(std::string_view text);

}  // namespace edge::cli
