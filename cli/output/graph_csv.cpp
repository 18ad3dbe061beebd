#include "output/graph_csv.hpp"

#include <fmt/format.h>

namespace edge::cli {

std::string graph_csv(const Graph& graph) {
    std::string text = "series,sort_index,x,y\n";
    for (const GraphSeries& series : graph.series) {
        for (std::size_t i = 0; i < series.points.size(); ++i) {
            const GraphPoint& point = series.points[i];
            text += fmt::format("{},{},{},{}\n", csv_field(series.name), i, csv_field(point.x), point.y.text());
        }
    }
    return text;
}

std::string csv_field(std::string_view text) {
    if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
    std::string quoted = "\"";
    for (const char c : text) {
        if (c == '"') quoted += '"';
        quoted += c;
    }
    return quoted + "\"";
}

}  // namespace edge::cli
