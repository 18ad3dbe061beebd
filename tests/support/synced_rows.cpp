#include "support/synced_rows.hpp"

#include "edge/core/time.hpp"
#include "edge/core/uuid.hpp"
#include "edge/protocol/segment.hpp"
#include "edge/protocol/tables.hpp"
#include "edge/storage/connection.hpp"

#include <algorithm>
#include <array>

namespace edge::test {
namespace {

using protocol::Field;
using protocol::Fields;
using protocol::FieldValue;

/// A column's alias is its wire name and how it is written: t text, n number, b boolean, i instant, d day, u identity,
/// l list of identities in hexadecimal digits. The first column is the key, the second what stands behind its colon.
struct TableSql {
    std::string_view table;
    std::string_view sql;
};
constexpr std::array<TableSql, 11> tables = {{
    {"sellers",
     R"(SELECT uuid, NULL, seller_name AS "name t", address_line1 AS "address_line1 t", address_line2 AS "address_line2 t",
        city AS "city t", post_code AS "post_code t", region AS "region t", country AS "country t", latitude AS "latitude t",
        longitude AS "longitude t", time_zone AS "time_zone t", currency AS "currency t", holiday_region AS "holiday_region t"
        FROM sellers)"},
    {"category",
     R"(SELECT uuid, NULL, category_name AS "name t", category_coefficient AS "coefficient t" FROM category)"},
    {"bundles",
     R"(SELECT uuid, NULL, (SELECT uuid FROM sellers WHERE user_id = seller_id) AS "seller u", bundle_name AS "name t",
        description AS "description t", (SELECT coalesce(group_concat(hex(uuid)), '') FROM category WHERE category_id IN
        (SELECT category_id FROM bundle_category m WHERE m.bundle_id = bundles.bundle_id)) AS "categories l",
        total_qty AS "total_qty n", weight_grams AS "weight_grams n", carbon_dioxide AS "carbon_dioxide n",
        price_minor AS "price_minor n", discount_percentage AS "discount_percentage n", window_start AS "window_start i",
        window_end AS "window_end i", created_at AS "created_at i", closed_at AS "closed_at i" FROM bundles)"},
    {"reservations",
     R"(SELECT uuid, NULL, (SELECT uuid FROM bundles b WHERE b.bundle_id = reservations.bundle_id) AS "bundle u",
        consumer_id AS "consumer t", claim_code AS "claim_code t", reserved_at AS "reserved_at i",
        collected_at AS "collected_at i", cancelled_at AS "cancelled_at i" FROM reservations)"},
    {"forecast_input",
     R"(SELECT uuid, NULL, (SELECT uuid FROM bundles b WHERE b.bundle_id = forecast_input.bundle_id) AS "bundle u",
        (SELECT uuid FROM sellers WHERE user_id = seller_id) AS "seller u",
        (SELECT uuid FROM category c WHERE c.category_id = forecast_input.category_id) AS "category u",
        day_of_week AS "day_of_week t", window_start AS "window_start i", window_end AS "window_end i",
        is_holiday AS "is_holiday b", temperature AS "temperature t", weather_flag AS "weather_flag t",
        observed_reservations AS "observed_reservations n", observed_no_shows AS "observed_no_shows n",
        posted_qty AS "posted_qty n" FROM forecast_input)"},
    {"forecast_output",
     R"(SELECT uuid, NULL, (SELECT uuid FROM bundles b WHERE b.bundle_id = forecast_output.bundle_id) AS "bundle u",
        (SELECT uuid FROM sellers WHERE user_id = seller_id) AS "seller u", window_start AS "window_start i",
        predicted_reservations AS "predicted_reservations n", predicted_sales AS "predicted_sales n",
        posted_qty AS "posted_qty n", predicted_no_show_prob AS "predicted_no_show_prob t", confidence AS "confidence t",
        rationale AS "rationale t", method AS "method t", generated_at AS "generated_at i" FROM forecast_output)"},
    {"analytics_graphs",
     R"(SELECT uuid, NULL, (SELECT uuid FROM sellers WHERE user_id = seller_id) AS "seller u", graph_type AS "graph_type n",
        created_at AS "created_at i" FROM analytics_graphs)"},
    {"analytics_series",
     R"(SELECT uuid, NULL, (SELECT uuid FROM analytics_graphs g WHERE g.graph_id = analytics_series.graph_id) AS "graph u",
        series_name AS "series_name t", sort_index AS "sort_index n" FROM analytics_series)"},
    {"analytics_points",
     R"(SELECT (SELECT uuid FROM analytics_series s WHERE s.series_id = analytics_points.series_id), sort_index,
        x AS "x t", y AS "y t" FROM analytics_points)"},
    {"weather",
     R"(SELECT uuid, NULL, place AS "place t", day AS "day d", kind AS "kind t", temperature AS "temperature t",
        weather_flag AS "weather_flag t", source AS "source t", fetched_at AS "fetched_at i" FROM weather)"},
    {"holidays",
     R"(SELECT uuid, NULL, region AS "region t", day AS "day d", name AS "name t", source AS "source t" FROM holidays)"},
}};

std::vector<std::string> wire_list(std::string_view digits) {
    std::vector<std::string> keys;
    constexpr std::size_t length = 32;
    for (std::size_t at = 0; at + length <= digits.size(); at += length + 1) {
        Uuid::Bytes bytes{};
        for (std::size_t i = 0; i < bytes.size(); ++i)
            bytes[i] = static_cast<std::uint8_t>(std::stoi(std::string(digits.substr(at + 2 * i, 2)), nullptr, 16));
        keys.push_back(Uuid(bytes).wire());
    }
    std::sort(keys.begin(), keys.end());
    return keys;
}

FieldValue value_of(const storage::Query& row, int column, char form) {
    if (row.is_null(column)) return std::monostate();
    switch (form) {
        case 'n': return row.integer(column);
        case 'b': return row.integer(column) == 1;
        case 'i': return format_timestamp(row.time(column));
        case 'd': return format_date(row.day(column));
        case 'u': return row.uuid(column).wire();
        case 'l': return wire_list(row.view(column));
        default: return row.text(column);
    }
}

std::string line_of(std::string_view table, const std::string& key, Fields fields) {
    std::sort(fields.begin(), fields.end(),
              [](const Field& left, const Field& right) { return left.name < right.name; });
    return std::string(table) + ' ' + key + ' ' + protocol::encode_fields(fields);
}

/// Rows by table, in the order of synced_tables, then key.
using Model = std::map<std::pair<std::size_t, std::string>, Fields>;

void replay(Model& model, const protocol::Change& change) {
    const std::pair place(protocol::table_order(change.table), change.key);
    if (change.op == protocol::Op::remove) {
        model.erase(place);
        return;
    }
    Fields& fields = model[place];
    for (const Field& field : change.fields) protocol::set_field(fields, field.name, field.value);
}

std::vector<std::string> rows_of(storage::Connection& db, bool computed) {
    std::vector<std::string> lines;
    for (const TableSql& table : tables) {
        if (!computed && (table.table.starts_with("forecast_") || table.table.starts_with("analytics_"))) continue;
        storage::Query row = db.query(table.sql);
        std::vector<std::pair<std::string, std::string>> of_table;
        while (row.step()) {
            std::string key = row.uuid(0).wire();
            if (!row.is_null(1)) key += ':' + std::to_string(row.integer(1));
            Fields fields;
            for (int column = 2; column < row.column_count(); ++column) {
                const std::string_view alias = row.column_name(column);
                fields.push_back({std::string(alias.substr(0, alias.size() - 2)), value_of(row, column, alias.back())});
            }
            of_table.emplace_back(key, line_of(table.table, key, std::move(fields)));
        }
        std::sort(of_table.begin(), of_table.end());
        for (auto& [key, line] : of_table) lines.push_back(std::move(line));
    }
    return lines;
}

}  // namespace

std::vector<std::string> synced_rows(const std::string& path) {
    storage::Connection db = storage::Connection::open(path);
    return synced_rows(db);
}

std::vector<std::string> synced_rows(storage::Connection& db) { return rows_of(db, true); }

std::vector<std::string> shared_rows(storage::Connection& db) { return rows_of(db, false); }

std::vector<std::string> replayed_rows(const std::string& path) {
    storage::Connection db = storage::Connection::open(path);
    Model model;
    storage::Query part = db.query("SELECT bytes FROM sync_segments ORDER BY lane DESC, epoch, seq, part");
    while (part.step()) {
        const std::span<const std::uint8_t> bytes = part.blob(0);
        const auto segment = protocol::decode_segment({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
        for (const protocol::Change& change : segment->changes) replay(model, change);
    }
    std::vector<std::string> lines;
    for (auto& [place, fields] : model)
        lines.push_back(line_of(protocol::synced_tables()[place.first].name, place.second, std::move(fields)));
    return lines;
}

std::string first_difference(const std::vector<std::string>& left, const std::vector<std::string>& right) {
    const auto [in_left, in_right] = std::mismatch(left.begin(), left.end(), right.begin(), right.end());
    if (in_left == left.end() && in_right == right.end()) return {};
    return "left:  " + (in_left == left.end() ? "(end)" : *in_left) +
           "\nright: " + (in_right == right.end() ? "(end)" : *in_right);
}

}  // namespace edge::test
