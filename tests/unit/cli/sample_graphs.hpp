#pragma once

#include "edge/core/entities.hpp"

#include <string>
#include <utility>
#include <vector>

namespace edge::cli {

using Points = std::vector<std::pair<std::string, double>>;

[[nodiscard]] GraphSeries series(const std::string& name, const Points& points);
[[nodiscard]] Graph graph_of(const std::string& chart_type, std::vector<GraphSeries> series,
                             const std::string& title = "Title");
/// `count` days from 2026-11-01 with values 1, 2, 3 …
[[nodiscard]] Points rising_days(int count);
/// One graph of every chart type there is.
[[nodiscard]] std::vector<Graph> one_of_each_type();

}  // namespace edge::cli
