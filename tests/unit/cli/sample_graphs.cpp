#include "unit/cli/sample_graphs.hpp"

namespace edge::cli {

GraphSeries series(const std::string& name, const Points& points) {
    GraphSeries result{name, {}};
    for (const auto& [x, y] : points) result.points.push_back({x, PointValue::round(y)});
    return result;
}

Graph graph_of(const std::string& chart_type, std::vector<GraphSeries> series, const std::string& title) {
    Graph graph;
    graph.type = {.id = 1, .chart_type = chart_type, .summary = title, .x_axis_label = "Day", .y_axis_label = "Pieces"};
    graph.seller = SellerId(1);
    graph.series = std::move(series);
    return graph;
}

Points rising_days(int count) {
    Points points;
    const LocalDate first = parse_date("2026-11-01").value();
    for (int i = 0; i < count; ++i) points.emplace_back(format_date(first + std::chrono::days(i)), i + 1);
    return points;
}

std::vector<Graph> one_of_each_type() {
    return {graph_of("line", {series("rate", rising_days(5))}, "Line"),
            graph_of("multi_line", {series("sales", rising_days(5)), series("posted", rising_days(7))}, "Lines"),
            graph_of("bar", {series("categories", {{"Bread", 7}, {"Meals", 3}})}, "Bars"),
            graph_of("stacked_bar",
                     {series("Monday", {{"11:00", 2}, {"16:00", 0}}), series("Tuesday", {{"11:00", 1}, {"16:00", 4}})},
                     "Stacks"),
            graph_of("pie", {series("sell_rate", {{"sold", 75}, {"unsold", 25}})}, "Pie"),
            graph_of("area", {series("kg", rising_days(5))}, "Area")};
}

}  // namespace edge::cli
