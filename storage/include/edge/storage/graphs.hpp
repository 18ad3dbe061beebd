#pragma once

#include "edge/core/entities.hpp"
#include "edge/storage/connection.hpp"

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace edge::storage {

/// A series of a seller's graph, by graph type and place.
using SeriesKey = std::pair<int, std::int64_t>;

struct SeriesRow {
    std::int64_t id = 0;
    std::string name;
};

/// Writes the types that are missing or differ; reads the table once.
void put_graph_types(WriteTransaction& write, const std::vector<GraphType>& types);
[[nodiscard]] std::map<SeriesKey, SeriesRow> series_of(Connection& db, SellerId seller);
/// The seller's graph of that type, made if it is missing. Returns its key.
std::int64_t ensure_graph(WriteTransaction& write, SellerId seller, int type, const Uuid& uuid, Timestamp now);
/// Returns the new series' key.
std::int64_t insert_series(WriteTransaction& write, std::int64_t graph, std::string_view name, std::int64_t sort_index,
                           const Uuid& uuid);
void rename_series(WriteTransaction& write, std::int64_t series, std::string_view name);
void remove_series(WriteTransaction& write, std::int64_t series);

struct PointRow {
    std::int64_t sort_index = 0;
    GraphPoint point;
};

/// What a `y` that is no decimal reads as, for another hand may have written it: no point of ours has that value.
inline constexpr PointValue unreadable = PointValue::from_units(std::numeric_limits<std::int64_t>::min());

/// Points from a sort index on, ascending.
[[nodiscard]] std::vector<PointRow> points_from(Connection& db, std::int64_t series, std::int64_t first);
[[nodiscard]] std::optional<GraphPoint> find_point(Connection& db, std::int64_t series, std::int64_t sort_index);
/// The last sort index; -1 for an empty series.
[[nodiscard]] std::int64_t last_point(Connection& db, std::int64_t series);
/// Inserts the point or changes it.
void put_point(WriteTransaction& write, std::int64_t series, std::int64_t sort_index, const GraphPoint& point);
void remove_point(WriteTransaction& write, std::int64_t series, std::int64_t sort_index);

[[nodiscard]] std::optional<GraphType> find_graph_type(Connection& db, int type);

}  // namespace edge::storage
