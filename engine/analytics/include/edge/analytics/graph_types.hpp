#pragma once

#include "edge/core/entities.hpp"

#include <vector>

namespace edge::analytics {

/// Numbers of graph types, as stored and synced. 1 to 5 are the marketplace's, from 101 on this engine's own.
enum class GraphKind : int {
    sales_vs_posted = 1,
    sell_through = 2,
    categories = 3,
    time_windows = 4,
    forecast = 5,
    sell_through_to_date = 101,
    no_show_rate = 102,
    week_hours = 103,
    waste_avoided = 104,
    co2_saved = 105,
    revenue = 106,
    forecast_accuracy = 107,
};

/// Every graph type of this engine, ascending by id.
[[nodiscard]] const std::vector<GraphType>& graph_types();
[[nodiscard]] const GraphType& type_of(GraphKind kind);

}  // namespace edge::analytics
