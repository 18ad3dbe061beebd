#include "engine_state.hpp"

#include "edge/storage/graphs.hpp"
#include "edge/storage/sellers.hpp"

#include <fmt/format.h>

#include <charconv>

namespace edge {

using storage::Query;

namespace {

std::vector<std::int64_t> split_numbers(std::string_view text) {
    std::vector<std::int64_t> numbers;
    while (!text.empty()) {
        std::int64_t number = 0;
        const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
        if (failure != std::errc()) return {};
        numbers.push_back(number);
        text.remove_prefix(std::min(text.size(), static_cast<std::size_t>(end - text.data()) + 1));
    }
    return numbers;
}

std::optional<double> to_double(const std::optional<std::string>& text) {
    if (!text) return std::nullopt;
    double value = 0;
    const auto [end, failure] = std::from_chars(text->data(), text->data() + text->size(), value);
    if (failure != std::errc()) return std::nullopt;
    return value;
}

constexpr std::string_view forecast_columns =
    "SELECT o.bundle_id, coalesce(b.bundle_name, ''), o.seller_id, o.window_start, o.predicted_reservations, "
    "o.predicted_sales, "
    "o.posted_qty, o.predicted_no_show_prob, o.confidence, o.rationale, o.method, d.mean, d.quantiles, d.demand_uncut, "
    "d.suggested_qty, "
    "d.history_rows, o.generated_at FROM forecast_output o LEFT JOIN bundles b ON b.bundle_id = o.bundle_id "
    "LEFT JOIN forecast_details d ON d.bundle_id = o.bundle_id ";

StoredForecast read_forecast(const Query& row) {
    return {.bundle = BundleId(row.integer(0)),
            .bundle_name = row.text(1),
            .seller = SellerId(row.integer(2)),
            .window_start = row.time(3),
            .predicted_reservations = row.optional_integer(4),
            .predicted_sales = row.integer(5),
            .posted_qty = row.integer(6),
            .predicted_no_show_prob = row.decimal<Probability>(7),
            .confidence = row.decimal<Probability>(8),
            .rationale = row.text(9),
            .method = row.text(10),
            .mean = to_double(row.optional_text(11)),
            .quantiles = split_numbers(row.view(12)),
            .demand_uncut = row.optional_integer(13),
            .suggested_qty = row.optional_integer(14),
            .history_rows = row.optional_integer(15),
            .generated_at = row.time(16)};
}

Error unreadable_point(int type, const std::string& x) {
    return Error(ErrorCode::corrupt_data,
                 fmt::format("cannot show graph {}: its point at '{}' holds no number", type, x),
                 {{"graph_type", std::to_string(type)}}, "run edge-analytics refresh --rebuild");
}

}  // namespace

std::vector<GraphOverview> Engine::graphs(SellerId seller) {
    std::vector<GraphOverview> overviews;
    Query row = state_->db.query(
        "SELECT g.graph_type, count(DISTINCT s.series_id), count(p.sort_index) FROM analytics_graphs g "
        "LEFT JOIN analytics_series s USING (graph_id) LEFT JOIN analytics_points p USING (series_id) WHERE "
        "g.seller_id = ? "
        "GROUP BY g.graph_type ORDER BY g.graph_type",
        seller);
    while (row.step()) {
        const int type = static_cast<int>(row.integer(0));
        overviews.push_back({.type = storage::find_graph_type(state_->db, type).value_or(GraphType{.id = type}),
                             .series = row.integer(1),
                             .points = row.integer(2)});
    }
    return overviews;
}

Graph Engine::graph(SellerId seller, int type) {
    const storage::ReadTransaction read(state_->db);
    std::optional<GraphType> description = storage::find_graph_type(state_->db, type);
    Query series = state_->db.query(
        "SELECT s.series_id, s.series_name FROM analytics_graphs g JOIN analytics_series s USING (graph_id) WHERE "
        "g.seller_id = ? AND "
        "g.graph_type = ? ORDER BY s.sort_index",
        seller, type);
    Graph graph{.type = description.value_or(GraphType{.id = type}), .seller = seller, .series = {}};
    while (series.step()) {
        GraphSeries one{.name = series.text(1), .points = {}};
        for (storage::PointRow& point : storage::points_from(state_->db, series.integer(0), 0)) {
            if (point.point.y == storage::unreadable) throw unreadable_point(type, point.point.x);
            one.points.push_back(std::move(point.point));
        }
        graph.series.push_back(std::move(one));
    }
    if (!description || graph.series.empty()) {
        throw Error(ErrorCode::not_found,
                    fmt::format("cannot show graph {} of seller {}: there is none", type, seller.value()),
                    {{"graph_type", std::to_string(type)}}, "make the graphs with: edge-analytics refresh");
    }
    return graph;
}

std::vector<StoredForecast> Engine::forecasts(SellerId seller, bool upcoming_only) {
    static const std::string sql =
        fmt::format("{} WHERE o.seller_id = ? AND (? OR o.window_start > ?) ORDER BY o.window_start, o.bundle_id",
                    forecast_columns);
    std::vector<StoredForecast> forecasts;
    Query row = state_->db.query(sql, seller, !upcoming_only, state_->now());
    while (row.step()) forecasts.push_back(read_forecast(row));
    return forecasts;
}

StoredForecast Engine::forecast(BundleId bundle) {
    static const std::string sql = fmt::format("{} WHERE o.bundle_id = ?", forecast_columns);
    Query row = state_->db.query(sql, bundle);
    if (!row.step()) {
        throw Error(ErrorCode::not_found,
                    fmt::format("cannot show the forecast of bundle {}: there is none", bundle.value()),
                    {{"bundle_id", std::to_string(bundle.value())}},
                    "forecasts are made for upcoming bundles by: edge-analytics refresh");
    }
    return read_forecast(row);
}

}  // namespace edge
