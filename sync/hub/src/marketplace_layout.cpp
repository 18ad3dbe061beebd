#include "marketplace_layout.hpp"

#include "edge/core/decimal.hpp"
#include "edge/core/error.hpp"
#include "edge/protocol/tables.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <set>

namespace edge::hub {
namespace {

enum class Kind { integer, text, instant, decimal, real, boolean, words };

struct Needed {
    std::string_view table;
    std::string_view column;
    Kind kind;
};

constexpr std::array needed{
    Needed{"users", "user_id", Kind::integer},
    Needed{"users", "username", Kind::text},
    Needed{"users", "email", Kind::text},
    Needed{"users", "pw_hash", Kind::text},
    Needed{"users", "role", Kind::words},
    Needed{"sellers", "user_id", Kind::integer},
    Needed{"sellers", "seller_name", Kind::text},
    Needed{"sellers", "address_line1", Kind::text},
    Needed{"sellers", "address_line2", Kind::text},
    Needed{"sellers", "city", Kind::text},
    Needed{"sellers", "post_code", Kind::text},
    Needed{"sellers", "region", Kind::text},
    Needed{"sellers", "country", Kind::text},
    Needed{"sellers", "latitude", Kind::real},
    Needed{"sellers", "longitude", Kind::real},
    Needed{"consumers", "user_id", Kind::integer},
    Needed{"consumers", "fname", Kind::text},
    Needed{"consumers", "lname", Kind::text},
    Needed{"category", "category_id", Kind::integer},
    Needed{"category", "category_name", Kind::text},
    Needed{"category", "category_coefficient", Kind::real},
    Needed{"bundles", "bundle_id", Kind::integer},
    Needed{"bundles", "seller_id", Kind::integer},
    Needed{"bundles", "bundle_name", Kind::text},
    Needed{"bundles", "description", Kind::text},
    Needed{"bundles", "carbon_dioxide", Kind::integer},
    Needed{"bundles", "total_qty", Kind::integer},
    Needed{"bundles", "price", Kind::decimal},
    Needed{"bundles", "discount_percentage", Kind::integer},
    Needed{"bundles", "window_start", Kind::instant},
    Needed{"bundles", "window_end", Kind::instant},
    Needed{"bundles", "created_at", Kind::instant},
    Needed{"bundle_category", "category_id", Kind::integer},
    Needed{"bundle_category", "bundle_id", Kind::integer},
    Needed{"reservations", "reservation_id", Kind::integer},
    Needed{"reservations", "bundle_id", Kind::integer},
    Needed{"reservations", "consumer_id", Kind::integer},
    Needed{"reservations", "reserved_at", Kind::instant},
    Needed{"reservations", "claim_code", Kind::text},
    Needed{"reservations", "collected_at", Kind::instant},
    Needed{"forecast_input", "input_id", Kind::integer},
    Needed{"forecast_input", "bundle_id", Kind::integer},
    Needed{"forecast_input", "seller_id", Kind::integer},
    Needed{"forecast_input", "category_id", Kind::integer},
    Needed{"forecast_input", "day_of_week", Kind::words},
    Needed{"forecast_input", "window_start", Kind::instant},
    Needed{"forecast_input", "window_end", Kind::instant},
    Needed{"forecast_input", "is_holiday", Kind::boolean},
    Needed{"forecast_input", "temperature", Kind::decimal},
    Needed{"forecast_input", "weather_flag", Kind::words},
    Needed{"forecast_input", "observed_reservations", Kind::integer},
    Needed{"forecast_input", "observed_no_shows", Kind::integer},
    Needed{"forecast_output", "output_id", Kind::integer},
    Needed{"forecast_output", "bundle_id", Kind::integer},
    Needed{"forecast_output", "seller_id", Kind::integer},
    Needed{"forecast_output", "window_start", Kind::instant},
    Needed{"forecast_output", "predicted_sales", Kind::integer},
    Needed{"forecast_output", "posted_qty", Kind::integer},
    Needed{"forecast_output", "predicted_no_show_prob", Kind::decimal},
    Needed{"forecast_output", "confidence", Kind::decimal},
    Needed{"forecast_output", "rationale", Kind::text},
    Needed{"forecast_output", "generated_at", Kind::instant},
    Needed{"analytics_graphs_types", "graph_type_id", Kind::integer},
    Needed{"analytics_graphs_types", "chart_type", Kind::words},
    Needed{"analytics_graphs_types", "graph_summary", Kind::text},
    Needed{"analytics_graphs_types", "x_axis_label", Kind::text},
    Needed{"analytics_graphs_types", "y_axis_label", Kind::text},
    Needed{"analytics_graphs", "graph_id", Kind::integer},
    Needed{"analytics_graphs", "seller_id", Kind::integer},
    Needed{"analytics_graphs", "graph_type", Kind::integer},
    Needed{"analytics_graphs", "created_at", Kind::instant},
    Needed{"analytics_series", "series_id", Kind::integer},
    Needed{"analytics_series", "graph_id", Kind::integer},
    Needed{"analytics_series", "series_name", Kind::text},
    Needed{"analytics_series", "sort_index", Kind::integer},
    Needed{"analytics_points", "series_id", Kind::integer},
    Needed{"analytics_points", "sort_index", Kind::integer},
    Needed{"analytics_points", "x", Kind::text},
    Needed{"analytics_points", "y", Kind::decimal},
};

/// Tables whose keys the hub draws from their sequences, and the words that stand for that.
struct Numbered {
    std::string_view table;
    std::string_view column;
    std::string_view word;
};
constexpr std::array numbered{
    Numbered{"users", "user_id", "next_user"},
    Numbered{"category", "category_id", "next_category"},
    Numbered{"bundles", "bundle_id", "next_bundle"},
    Numbered{"reservations", "reservation_id", "next_reservation"},
    Numbered{"forecast_input", "input_id", "next_input"},
    Numbered{"forecast_output", "output_id", "next_output"},
    Numbered{"analytics_graphs_types", "graph_type_id", "next_graph_type"},
    Numbered{"analytics_graphs", "graph_id", "next_graph"},
    Numbered{"analytics_series", "series_id", "next_series"},
};

// The table that a statement means by a name is the first along the search path.
constexpr std::string_view select_columns =
    "SELECT c.relname::text, a.attname::text, t.typtype::text, format_type(a.atttypid, NULL), "
    "CASE WHEN a.atttypid IN (1042, 1043) AND a.atttypmod > 4 THEN a.atttypmod - 4 END::bigint, "
    "pg_get_serial_sequence(quote_ident(n.nspname) || '.' || quote_ident(c.relname), a.attname) "
    "FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace JOIN pg_attribute AS a ON a.attrelid = c.oid "
    "JOIN pg_type AS t ON t.oid = a.atttypid "
    "WHERE c.relname = ANY ($1::text[]) AND pg_table_is_visible(c.oid) AND c.relkind IN ('r', 'p', 'v', 'f') "
    "AND a.attnum > 0 AND NOT a.attisdropped";

// Rules that a row of the hub's could break. Columns that must be filled and that the hub does not know break each.
constexpr std::string_view select_rules =
    "SELECT c.relname::text, 'the constraint ' || k.conname FROM pg_constraint AS k JOIN pg_class AS c "
    "ON c.oid = k.conrelid WHERE c.relname = ANY ($1::text[]) AND pg_table_is_visible(c.oid) AND k.contype IN ('c', "
    "'x') "
    "UNION ALL SELECT c.relname::text, 'the column ' || a.attname || ', which must be filled' FROM pg_class AS c "
    "JOIN pg_attribute AS a ON a.attrelid = c.oid WHERE c.relname = ANY ($1::text[]) AND pg_table_is_visible(c.oid) "
    "AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped AND a.attnotnull AND NOT a.atthasdef "
    "AND a.attidentity = '' AND NOT c.relname || '.' || a.attname = ANY ($2::text[]) "
    "UNION ALL SELECT c.relname::text, 'the unique index ' || u.name FROM (SELECT x.indrelid, i.relname AS name, "
    "string_agg(a.attname, ',' ORDER BY a.attname) AS columns FROM pg_index AS x JOIN pg_class AS i "
    "ON i.oid = x.indexrelid LEFT JOIN pg_attribute AS a ON a.attrelid = x.indrelid AND a.attnum = ANY (x.indkey) "
    "WHERE x.indisunique AND NOT x.indisprimary GROUP BY x.indrelid, i.relname) AS u JOIN pg_class AS c "
    "ON c.oid = u.indrelid WHERE c.relname = ANY ($1::text[]) AND pg_table_is_visible(c.oid) "
    "AND NOT c.relname || ':' || coalesce(u.columns, '') = ANY ($3::text[]) ORDER BY 1, 2";
constexpr std::string_view select_unique =
    "SELECT i.relname::text FROM pg_index AS x JOIN pg_class AS i ON i.oid = x.indexrelid JOIN pg_class AS c "
    "ON c.oid = x.indrelid WHERE c.relname = ANY ($1::text[]) AND pg_table_is_visible(c.oid) AND x.indisunique";
/// Unique columns that the hub keeps unique.
constexpr std::array<std::string_view, 6> kept_unique{"users:username",
                                                      "users:email",
                                                      "category:category_name",
                                                      "reservations:bundle_id,claim_code",
                                                      "forecast_output:bundle_id",
                                                      "analytics_graphs:graph_type,seller_id"};

std::string_view name_of(Kind kind) {
    switch (kind) {
        case Kind::integer: return "an integer";
        case Kind::text: return "a text";
        case Kind::instant: return "a timestamp without time zone";
        case Kind::decimal: return "a decimal";
        case Kind::real: return "a double";
        case Kind::boolean: return "a boolean";
        case Kind::words: return "an enum or a text";
    }
    return {};
}

bool fits(Kind kind, std::string_view sort, std::string_view type) {
    const bool text = type == "character varying" || type == "text" || type == "character";
    switch (kind) {
        case Kind::integer: return type == "integer" || type == "bigint" || type == "smallint";
        case Kind::text: return text;
        case Kind::instant: return type == "timestamp without time zone";
        case Kind::decimal: return type == "numeric";
        case Kind::real: return type == "double precision" || type == "numeric" || type == "real";
        case Kind::boolean: return type == "boolean";
        case Kind::words: return text || sort == "e";
    }
    return false;
}

struct Column {
    std::string sort;
    std::string type;
    std::optional<std::int64_t> longest;
    std::string sequence;
};
using Columns = std::map<std::pair<std::string, std::string>, Column>;

std::set<std::string> needed_tables() {
    std::set<std::string> tables;
    for (const Needed& one : needed) tables.emplace(one.table);
    return tables;
}

Columns read_columns(PostgresConnection& db) {
    const std::set<std::string> tables = needed_tables();
    const std::vector<std::string> names(tables.begin(), tables.end());
    const PostgresResult result = db.run(select_columns, PostgresValues().texts(names));
    Columns columns;
    for (int row = 0; row < result.size(); ++row) {
        Column& column = columns[{result.text(row, 0), result.text(row, 1)}];
        column = {
            .sort = result.text(row, 2), .type = result.text(row, 3), .longest = {}, .sequence = result.text(row, 5)};
        if (!result.is_null(row, 4)) column.longest = result.integer(row, 4);
    }
    return columns;
}

/// A line for everything that is not as it must be.
std::vector<std::string> faults_of(const Columns& columns) {
    std::set<std::string> there;
    for (const auto& [place, column] : columns) there.insert(place.first);
    std::vector<std::string> faults;
    for (const std::string& table : needed_tables()) {
        if (!there.contains(table)) faults.push_back("the table " + table + " is missing");
    }
    for (const Needed& one : needed) {
        if (!there.contains(std::string(one.table))) continue;
        const std::string name = std::string(one.table) + '.' + std::string(one.column);
        const auto found = columns.find({std::string(one.table), std::string(one.column)});
        if (found == columns.end()) {
            faults.push_back("the column " + name + " is missing");
        } else if (!fits(one.kind, found->second.sort, found->second.type)) {
            faults.push_back("the column " + name + " is of type " + found->second.type + " and not " +
                             std::string(name_of(one.kind)));
        }
    }
    for (const Numbered& one : numbered) {
        const auto found = columns.find({std::string(one.table), std::string(one.column)});
        if (found != columns.end() && found->second.sequence.empty()) {
            faults.push_back("the column " + std::string(one.table) + '.' + std::string(one.column) +
                             " has no sequence of its own");
        }
    }
    return faults;
}

/// A rule that the hub does not know would fail each request that breaks it, for ever.
std::vector<std::string> unknown_rules(PostgresConnection& db) {
    const std::set<std::string> tables = needed_tables();
    std::vector<std::string> columns;
    columns.reserve(needed.size());
    for (const Needed& one : needed) columns.push_back(std::string(one.table) + '.' + std::string(one.column));
    PostgresValues values;
    const std::vector<std::string> names(tables.begin(), tables.end());
    const std::vector<std::string> unique(kept_unique.begin(), kept_unique.end());
    values.texts(names).texts(columns).texts(unique);
    const PostgresResult result = db.run(select_rules, values);
    std::vector<std::string> rules;
    rules.reserve(static_cast<std::size_t>(result.size()));
    for (int row = 0; row < result.size(); ++row) {
        rules.push_back("the table " + result.text(row, 0) + " has " + result.text(row, 1) +
                        ", of which this program does not know");
    }
    return rules;
}

constexpr std::string_view add_graph_types =
    "INSERT INTO analytics_graphs_types (graph_type_id, chart_type, graph_summary, x_axis_label, y_axis_label) VALUES "
    "(1, 'multi_line', 'Weekly Sales vs Posted', 'Timeline', 'Reservations'), "
    "(2, 'pie', 'Sell Through Rate', NULL, NULL), "
    "(3, 'bar', 'Category Distribution', NULL, 'Reservations'), "
    "(4, 'bar', 'Time Window Distribution', NULL, 'Reservations'), "
    "(5, 'multi_line', 'Forecast vs Posted', 'Bundle Date', 'Quantity'), "
    "(101, 'pie', 'Sell Through Rate to Date', NULL, NULL), "
    "(102, 'line', 'No-show Rate by Week', 'Week of', 'No-shows (%)'), "
    "(103, 'stacked_bar', 'Collected by Weekday and Hour', 'Hour', 'Reservations'), "
    "(104, 'area', 'Waste Avoided (kg)', 'Week of', 'kg'), "
    "(105, 'area', 'CO2e Saved (kg)', 'Week of', 'kg CO2e'), "
    "(106, 'bar', 'Revenue Recovered', 'Week of', 'Revenue'), "
    "(107, 'multi_line', 'Forecast Accuracy', 'Week of', 'Percent') ON CONFLICT (graph_type_id) DO NOTHING";

/// A value range of the marketplace's that is narrower than the wire's.
struct Range {
    std::string_view table;
    std::string_view column;
    int places;          ///< of the text; 0 for an integer
    std::int64_t bound;  ///< smallest absolute value, in units of the last place, that does not fit
};
constexpr std::int64_t int_bound = std::int64_t{1} << 31;
constexpr std::array ranges{
    Range{"bundles", "total_qty", 0, int_bound},
    Range{"bundles", "carbon_dioxide", 0, int_bound},
    Range{"bundles", "discount_percentage", 0, int_bound},
    Range{"bundles", "price_minor", 0, 10'000'000'000},
    Range{"forecast_input", "observed_reservations", 0, int_bound},
    Range{"forecast_input", "observed_no_shows", 0, int_bound},
    Range{"forecast_input", "temperature", 2, 100'000},
    Range{"forecast_output", "predicted_sales", 0, int_bound},
    Range{"forecast_output", "posted_qty", 0, int_bound},
    Range{"forecast_output", "predicted_no_show_prob", 4, 100'000},
    Range{"forecast_output", "confidence", 4, 100'000},
    Range{"analytics_series", "sort_index", 0, int_bound},
    Range{"analytics_points", "y", 4, 1'000'000'000'000'000'000},
};

/// Columns that have another name in the marketplace.
std::string_view marketplace_name(std::string_view table, std::string_view column) {
    if (table == "sellers" && column == "name") return "seller_name";
    if (table == "category" && column == "name") return "category_name";
    if (table == "bundles" && column == "name") return "bundle_name";
    return column;
}

std::int64_t length_of(std::string_view utf8) {
    return std::count_if(utf8.begin(), utf8.end(),
                         [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; });
}

bool is_in(const Range& range, const protocol::FieldValue& value) {
    std::optional<std::int64_t> number;
    if (range.places == 0) {
        number = protocol::as_integer(value);
    } else if (const std::string* text = protocol::as_text(value)) {
        number = parse_decimal(*text, range.places);
    }
    return !number || (*number<range.bound&& * number> - range.bound);
}

}  // namespace

MarketplaceLayout read_marketplace_layout(PostgresConnection& db) {
    const Columns columns = read_columns(db);
    std::vector<std::string> faults = faults_of(columns);
    for (std::string& rule : unknown_rules(db)) faults.push_back(std::move(rule));
    if (!faults.empty()) {
        std::string what = "cannot fill the marketplace's tables on " + db.target() + ": ";
        for (const std::string& fault : faults) what += (&fault == faults.data() ? "" : "; ") + fault;
        throw Error(ErrorCode::not_a_database, what, {},
                    "name the marketplace's database, or tell the hub to leave its tables with hub init --marketplace "
                    "leave");
    }
    MarketplaceLayout layout;
    for (const auto& [place, column] : columns) {
        if (column.longest) layout.longest.emplace(place, *column.longest);
    }
    for (const Numbered& one : numbered) {
        const Column& column = columns.at({std::string(one.table), std::string(one.column)});
        layout.words.emplace(one.word, "nextval('" + column.sequence + "')");
    }
    const std::set<std::string> tables = needed_tables();
    const std::vector<std::string> names(tables.begin(), tables.end());
    const PostgresResult unique = db.run(select_unique, PostgresValues().texts(names));
    for (int row = 0; row < unique.size(); ++row) layout.unique_indexes.insert(unique.text(row, 0));
    layout.words.emplace("day_of_week", columns.at({"forecast_input", "day_of_week"}).type);
    layout.words.emplace("weather_flag", columns.at({"forecast_input", "weather_flag"}).type);
    return layout;
}

bool has_marketplace(PostgresConnection& db) { return !read_columns(db).empty(); }

void prepare_marketplace(PostgresConnection& db, const MarketplaceLayout& layout) {
    static_cast<void>(db.run(add_graph_types));
    for (const Numbered& one : numbered) {
        const std::string& next = layout.words.find(one.word)->second;
        constexpr std::string_view before = "nextval('";
        const std::string sequence = next.substr(before.size(), next.size() - before.size() - 2);
        // an id that somebody gave by hand must not be drawn again
        std::string advance = "SELECT setval('" + sequence + "', t.top) FROM (SELECT max(";
        advance.append(one.column).append(") AS top FROM ").append(one.table).append(") AS t, ").append(sequence);
        advance.append(" AS s WHERE t.top > s.last_value OR (t.top = s.last_value AND NOT s.is_called)");
        db.queue(advance);
    }
    static_cast<void>(db.run());
}

std::string_view marketplace_refusal(const MarketplaceLayout& layout, int table, const protocol::Fields& fields) {
    const protocol::TableDescriptor* descriptor = protocol::find_table(table);
    if (descriptor == nullptr) return {};
    for (const protocol::Field& field : fields) {
        if (const std::string* text = protocol::as_text(field.value)) {
            const auto limit = layout.longest.find(
                {std::string(descriptor->name), std::string(marketplace_name(descriptor->name, field.name))});
            if (limit != layout.longest.end() && length_of(*text) > limit->second) return "too_long";
        }
        for (const Range& range : ranges) {
            if (range.table == descriptor->name && range.column == field.name && !is_in(range, field.value)) {
                return "out_of_range";
            }
        }
    }
    return {};
}

}  // namespace edge::hub
