#include "edge/storage/graphs.hpp"

#include <algorithm>

namespace edge::storage {
namespace {

std::optional<std::string_view> text_or_null(const std::string& text) {
    if (text.empty()) return std::nullopt;
    return text;
}

GraphType read_type(const Query& row) {
    return {.id = static_cast<int>(row.integer(0)),
            .chart_type = row.text(1),
            .summary = row.text(2),
            .x_axis_label = row.text(3),
            .y_axis_label = row.text(4)};
}

}  // namespace

std::optional<GraphType> find_graph_type(Connection& db, int type) {
    Query row = db.query(
        "SELECT graph_type_id, chart_type, graph_summary, x_axis_label, y_axis_label FROM analytics_graphs_types WHERE "
        "graph_type_id = ?",
        type);
    if (!row.step()) return std::nullopt;
    return read_type(row);
}

void put_graph_types(WriteTransaction& write, const std::vector<GraphType>& types) {
    std::vector<GraphType> stored;
    {
        Query row = write.connection().query(
            "SELECT graph_type_id, chart_type, graph_summary, x_axis_label, y_axis_label FROM analytics_graphs_types");
        while (row.step()) stored.push_back(read_type(row));
    }
    for (const GraphType& type : types) {
        if (std::find(stored.begin(), stored.end(), type) != stored.end()) continue;
        write.connection()
            .query(
                "INSERT INTO analytics_graphs_types (graph_type_id, chart_type, graph_summary, x_axis_label, "
                "y_axis_label) "
                "VALUES (?, ?, ?, ?, ?) ON CONFLICT (graph_type_id) DO UPDATE SET chart_type = excluded.chart_type, "
                "graph_summary = excluded.graph_summary, x_axis_label = excluded.x_axis_label, y_axis_label = "
                "excluded.y_axis_label",
                type.id, type.chart_type, type.summary, text_or_null(type.x_axis_label),
                text_or_null(type.y_axis_label))
            .run();
    }
}

std::map<SeriesKey, SeriesRow> series_of(Connection& db, SellerId seller) {
    std::map<SeriesKey, SeriesRow> series;
    Query row = db.query(
        "SELECT g.graph_type, s.sort_index, s.series_id, s.series_name FROM analytics_graphs g JOIN analytics_series s "
        "USING (graph_id) "
        "WHERE g.seller_id = ?",
        seller);
    while (row.step()) {
        series.emplace(SeriesKey(static_cast<int>(row.integer(0)), row.integer(1)),
                       SeriesRow{.id = row.integer(2), .name = row.text(3)});
    }
    return series;
}

std::int64_t ensure_graph(WriteTransaction& write, SellerId seller, int type, const Uuid& uuid, Timestamp now) {
    Connection& db = write.connection();
    Query row = db.query("SELECT graph_id FROM analytics_graphs WHERE seller_id = ? AND graph_type = ?", seller, type);
    if (row.step()) return row.integer(0);
    db.query("INSERT INTO analytics_graphs (uuid, seller_id, graph_type, created_at) VALUES (?, ?, ?, ?)", uuid, seller,
             type, now)
        .run();
    return db.last_insert_id();
}

std::int64_t insert_series(WriteTransaction& write, std::int64_t graph, std::string_view name, std::int64_t sort_index,
                           const Uuid& uuid) {
    write.connection()
        .query("INSERT INTO analytics_series (uuid, graph_id, series_name, sort_index) VALUES (?, ?, ?, ?)", uuid,
               graph, name, sort_index)
        .run();
    return write.connection().last_insert_id();
}

void rename_series(WriteTransaction& write, std::int64_t series, std::string_view name) {
    write.connection().query("UPDATE analytics_series SET series_name = ? WHERE series_id = ?", name, series).run();
}

void remove_series(WriteTransaction& write, std::int64_t series) {
    write.connection().query("DELETE FROM analytics_series WHERE series_id = ?", series).run();
}

std::vector<PointRow> points_from(Connection& db, std::int64_t series, std::int64_t first) {
    std::vector<PointRow> points;
    Query row = db.query(
        "SELECT sort_index, x, y FROM analytics_points WHERE series_id = ? AND sort_index >= ? ORDER BY sort_index",
        series, first);
    while (row.step()) {
        points.push_back({.sort_index = row.integer(0),
                          .point = {.x = row.text(1), .y = row.readable_decimal<PointValue>(2).value_or(unreadable)}});
    }
    return points;
}

std::optional<GraphPoint> find_point(Connection& db, std::int64_t series, std::int64_t sort_index) {
    Query row =
        db.query("SELECT x, y FROM analytics_points WHERE series_id = ? AND sort_index = ?", series, sort_index);
    if (!row.step()) return std::nullopt;
    return GraphPoint{.x = row.text(0), .y = row.readable_decimal<PointValue>(1).value_or(unreadable)};
}

std::int64_t last_point(Connection& db, std::int64_t series) {
    Query row = db.query("SELECT max(sort_index) FROM analytics_points WHERE series_id = ?", series);
    row.step();
    return row.is_null(0) ? -1 : row.integer(0);
}

void put_point(WriteTransaction& write, std::int64_t series, std::int64_t sort_index, const GraphPoint& point) {
    write.connection()
        .query(
            "INSERT INTO analytics_points (series_id, sort_index, x, y) VALUES (?, ?, ?, ?) ON CONFLICT (series_id, "
            "sort_index) "
            "DO UPDATE SET x = excluded.x, y = excluded.y",
            series, sort_index, point.x, point.y)
        .run();
}

void remove_point(WriteTransaction& write, std::int64_t series, std::int64_t sort_index) {
    write.connection()
        .query("DELETE FROM analytics_points WHERE series_id = ? AND sort_index = ?", series, sort_index)
        .run();
}

}  // namespace edge::storage
