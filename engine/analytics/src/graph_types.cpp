#include "edge/analytics/graph_types.hpp"

#include <algorithm>
#include <cassert>

namespace edge::analytics {
namespace {

GraphType make_type(GraphKind kind, const char* chart_type, const char* summary, const char* x_axis_label,
                    const char* y_axis_label) {
    return {.id = static_cast<int>(kind),
            .chart_type = chart_type,
            .summary = summary,
            .x_axis_label = x_axis_label,
            .y_axis_label = y_axis_label};
}

}  // namespace

const std::vector<GraphType>& graph_types() {
    static const std::vector<GraphType> types = {
        make_type(GraphKind::sales_vs_posted, "multi_line", "Weekly Sales vs Posted", "Timeline", "Reservations"),
        make_type(GraphKind::sell_through, "pie", "Sell Through Rate", "", ""),
        make_type(GraphKind::categories, "bar", "Category Distribution", "", "Reservations"),
        make_type(GraphKind::time_windows, "bar", "Time Window Distribution", "", "Reservations"),
        make_type(GraphKind::forecast, "multi_line", "Forecast vs Posted", "Bundle Date", "Quantity"),
        make_type(GraphKind::sell_through_to_date, "pie", "Sell Through Rate to Date", "", ""),
        make_type(GraphKind::no_show_rate, "line", "No-show Rate by Week", "Week of", "No-shows (%)"),
        make_type(GraphKind::week_hours, "stacked_bar", "Collected by Weekday and Hour", "Hour", "Reservations"),
        make_type(GraphKind::waste_avoided, "area", "Waste Avoided (kg)", "Week of", "kg"),
        make_type(GraphKind::co2_saved, "area", "CO2e Saved (kg)", "Week of", "kg CO2e"),
        make_type(GraphKind::revenue, "bar", "Revenue Recovered", "Week of", "Revenue"),
        make_type(GraphKind::forecast_accuracy, "multi_line", "Forecast Accuracy", "Week of", "Percent"),
    };
    return types;
}

const GraphType& type_of(GraphKind kind) {
    const std::vector<GraphType>& types = graph_types();
    const auto found = std::ranges::find(types, static_cast<int>(kind), &GraphType::id);
    assert(found != types.end());
    return *found;
}

}  // namespace edge::analytics
