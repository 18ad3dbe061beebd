#pragma once

#include "edge/core/entities.hpp"

#include <string>
#include <string_view>

namespace edge::cli {

/// A line a point under `series,sort_index,x,y`, RFC 4180 with LF; `y` with its four places.
[[nodiscard]] std::string graph_csv(const Graph& graph);

/// One field, in quotes where RFC 4180 asks for them.
[[nodiscard]] std::string csv_field(std::string_view text);

}  // namespace edge::cli
