#include "sync_rows.hpp"

#include <algorithm>
#include <array>

namespace edge {

using protocol::Column;
using protocol::ColumnKind;
using protocol::FieldValue;
using storage::CapturedTable;
using storage::Connection;
using storage::points_per_series;
using storage::Query;

namespace {

/// Local id, identity (of a point: its series'), then the columns in the descriptor's order but for lists, references
/// as identities. A parent that is gone leaves NULL: the row is sent all the same, and the hub says why it cannot be.
constexpr std::array<std::string_view, 11> row_statements = {
    "SELECT user_id, uuid, seller_name, address_line1, address_line2, city, post_code, region, country, latitude, "
    "longitude, time_zone, currency, holiday_region FROM sellers WHERE user_id BETWEEN ? AND ? ORDER BY user_id",
    "SELECT category_id, uuid, category_name, category_coefficient FROM category WHERE category_id BETWEEN ? AND ? "
    "ORDER BY category_id",
    "SELECT b.bundle_id, b.uuid, s.uuid, b.bundle_name, b.description, b.total_qty, b.weight_grams, b.carbon_dioxide, "
    "b.price_minor, b.discount_percentage, b.window_start, b.window_end, b.created_at, b.closed_at FROM bundles b LEFT "
    "JOIN sellers s ON s.user_id = b.seller_id WHERE b.bundle_id BETWEEN ? AND ? ORDER BY b.bundle_id",
    "SELECT r.reservation_id, r.uuid, b.uuid, r.consumer_id, r.claim_code, r.reserved_at, r.collected_at, "
    "r.cancelled_at FROM reservations r LEFT JOIN bundles b ON b.bundle_id = r.bundle_id WHERE r.reservation_id "
    "BETWEEN "
    "? AND ? ORDER BY r.reservation_id",
    "SELECT i.input_id, i.uuid, b.uuid, s.uuid, c.uuid, i.day_of_week, i.window_start, i.window_end, i.is_holiday, "
    "i.temperature, i.weather_flag, i.observed_reservations, i.observed_no_shows, i.posted_qty FROM forecast_input i "
    "LEFT JOIN bundles b ON b.bundle_id = i.bundle_id LEFT JOIN sellers s ON s.user_id = i.seller_id LEFT JOIN "
    "category "
    "c ON c.category_id = i.category_id WHERE i.input_id BETWEEN ? AND ? ORDER BY i.input_id",
    "SELECT o.output_id, o.uuid, b.uuid, s.uuid, o.window_start, o.predicted_reservations, o.predicted_sales, "
    "o.posted_qty, o.predicted_no_show_prob, o.confidence, o.rationale, o.method, o.generated_at FROM forecast_output "
    "o "
    "LEFT JOIN bundles b ON b.bundle_id = o.bundle_id LEFT JOIN sellers s ON s.user_id = o.seller_id WHERE o.output_id "
    "BETWEEN ? AND ? ORDER BY o.output_id",
    "SELECT g.graph_id, g.uuid, s.uuid, g.graph_type, g.created_at FROM analytics_graphs g LEFT JOIN sellers s ON "
    "s.user_id = g.seller_id WHERE g.graph_id BETWEEN ? AND ? ORDER BY g.graph_id",
    "SELECT s.series_id, s.uuid, g.uuid, s.series_name, s.sort_index FROM analytics_series s LEFT JOIN "
    "analytics_graphs "
    "g ON g.graph_id = s.graph_id WHERE s.series_id BETWEEN ? AND ? ORDER BY s.series_id",
    "SELECT p.series_id * 16777216 + p.sort_index, s.uuid, p.x, p.y FROM analytics_points p LEFT JOIN analytics_series "
    "s ON s.series_id = p.series_id WHERE p.series_id = ?1 / 16777216 AND p.sort_index BETWEEN ?1 % 16777216 AND ?2 % "
    "16777216 ORDER BY p.sort_index",
    "SELECT weather_id, uuid, place, day, kind, temperature, weather_flag, source, fetched_at FROM weather WHERE "
    "weather_id BETWEEN ? AND ? ORDER BY weather_id",
    "SELECT holiday_id, uuid, region, day, name, source FROM holidays WHERE holiday_id BETWEEN ? AND ? ORDER BY "
    "holiday_id",
};

std::size_t place_of(CapturedTable table) { return static_cast<std::size_t>(table) - 1; }

FieldValue value_of(const Query& row, int column, ColumnKind kind) {
    if (row.is_null(column)) return std::monostate();
    switch (kind) {
        case ColumnKind::integer: return row.integer(column);
        case ColumnKind::boolean: return row.integer(column) != 0;
        case ColumnKind::instant: return format_timestamp(row.time(column));
        case ColumnKind::day: return format_date(row.day(column));
        case ColumnKind::reference: return row.uuid(column).wire();
        case ColumnKind::text:
        case ColumnKind::decimal:
        case ColumnKind::reference_list: break;
    }
    return row.text(column);
}

}  // namespace

TableRows::TableRows(Connection& db, CapturedTable table)
    : db_(&db),
      descriptor_(protocol::find_table(static_cast<int>(table))),
      rows_(db.query(row_statements.at(place_of(table)), 0, -1)) {}

void TableRows::seek(std::int64_t first, std::int64_t last) { rows_.rebind(first, last); }

bool TableRows::next() { return rows_.step(); }

std::int64_t TableRows::id() const { return rows_.integer(0); }

std::string TableRows::key() const {
    if (descriptor_->key_parent.empty()) return rows_.uuid(1).wire();
    if (rows_.is_null(1)) return {};
    return point_key(rows_.uuid(1), id() % points_per_series);
}

protocol::Fields TableRows::fields(std::int64_t mask) const {
    protocol::Fields fields;
    fields.reserve(mask == all_columns ? descriptor_->columns.size() : 4);
    int bit = 0;
    for (const Column& column : descriptor_->columns) {
        if (column.kind == ColumnKind::reference_list) {
            if ((mask >> storage::bundle_categories_bit) & 1)
                fields.push_back({std::string(column.name), categories()});
            continue;
        }
        if ((mask >> bit) & 1) fields.push_back({std::string(column.name), value_of(rows_, bit + 2, column.kind)});
        ++bit;
    }
    return fields;
}

std::vector<std::string> TableRows::categories() const {
    Query row = db_->query(
        "SELECT c.uuid FROM bundle_category bc JOIN category c USING (category_id) WHERE bc.bundle_id = ?", id());
    std::vector<std::string> keys;
    while (row.step()) keys.push_back(row.uuid(0).wire());
    std::sort(keys.begin(), keys.end());
    return keys;
}

std::string point_key(const Uuid& series, std::int64_t sort_index) {
    return series.wire() + ':' + std::to_string(sort_index);
}

bool row_exists(Connection& db, CapturedTable table, const Uuid& uuid) {
    static constexpr std::array<std::string_view, 11> statements = {
        "SELECT 1 FROM sellers WHERE uuid = ?",
        "SELECT 1 FROM category WHERE uuid = ?",
        "SELECT 1 FROM bundles WHERE uuid = ?",
        "SELECT 1 FROM reservations WHERE uuid = ?",
        "SELECT 1 FROM forecast_input WHERE uuid = ?",
        "SELECT 1 FROM forecast_output WHERE uuid = ?",
        "SELECT 1 FROM analytics_graphs WHERE uuid = ?",
        "SELECT 1 FROM analytics_series WHERE uuid = ?",
        {},
        "SELECT 1 FROM weather WHERE uuid = ?",
        "SELECT 1 FROM holidays WHERE uuid = ?",
    };
    return db.query(statements.at(place_of(table)), uuid).step();
}

bool point_exists(Connection& db, std::int64_t row) {
    return db
        .query("SELECT 1 FROM analytics_points WHERE series_id = ? AND sort_index = ?", row / points_per_series,
               row % points_per_series)
        .step();
}

std::optional<std::int64_t> find_series(Connection& db, const Uuid& uuid) {
    Query row = db.query("SELECT series_id FROM analytics_series WHERE uuid = ?", uuid);
    if (!row.step()) return std::nullopt;
    return row.integer(0);
}

std::optional<Uuid> find_series_uuid(Connection& db, std::int64_t series) {
    Query row = db.query("SELECT uuid FROM analytics_series WHERE series_id = ?", series);
    if (!row.step()) return std::nullopt;
    return row.uuid(0);
}

std::int64_t mask_of(const protocol::TableDescriptor& table, const protocol::Fields& fields) {
    std::int64_t mask = 0;
    int bit = 0;
    for (const protocol::Column& column : table.columns) {
        const bool is_list = column.kind == protocol::ColumnKind::reference_list;
        if (protocol::find_field(fields, column.name) != nullptr)
            mask |= std::int64_t{1} << (is_list ? storage::bundle_categories_bit : bit);
        if (!is_list) ++bit;
    }
    return mask;
}

bool has_children(const protocol::TableDescriptor& table) {
    const auto names_it = [&](const protocol::TableDescriptor& other) {
        return other.key_parent == table.name ||
               std::any_of(other.columns.begin(), other.columns.end(),
                           [&](const Column& column) { return column.parent == table.name; });
    };
    const auto tables = protocol::synced_tables();
    return std::any_of(tables.begin(), tables.end(), names_it);
}

}  // namespace edge
