#include "edge/storage/captured_tables.hpp"

#include <fmt/format.h>

#include <array>
#include <unordered_map>

namespace edge::storage {
namespace {

using namespace std::string_view_literals;

constexpr std::array seller_columns = {"seller_name"sv, "address_line1"sv, "address_line2"sv, "city"sv,
                                       "post_code"sv,   "region"sv,        "country"sv,       "latitude"sv,
                                       "longitude"sv,   "time_zone"sv,     "currency"sv,      "holiday_region"sv};
constexpr std::array category_columns = {"category_name"sv, "category_coefficient"sv};
constexpr std::array bundle_columns = {"seller_id"sv,    "bundle_name"sv,    "description"sv, "total_qty"sv,
                                       "weight_grams"sv, "carbon_dioxide"sv, "price_minor"sv, "discount_percentage"sv,
                                       "window_start"sv, "window_end"sv,     "created_at"sv,  "closed_at"sv};
constexpr std::array reservation_columns = {"bundle_id"sv,   "consumer_id"sv,  "claim_code"sv,
                                            "reserved_at"sv, "collected_at"sv, "cancelled_at"sv};
constexpr std::array forecast_input_columns = {
    "bundle_id"sv,         "seller_id"sv,  "category_id"sv, "day_of_week"sv,  "window_start"sv,
    "window_end"sv,        "is_holiday"sv, "temperature"sv, "weather_flag"sv, "observed_reservations"sv,
    "observed_no_shows"sv, "posted_qty"sv};
constexpr std::array forecast_output_columns = {"bundle_id"sv,
                                                "seller_id"sv,
                                                "window_start"sv,
                                                "predicted_reservations"sv,
                                                "predicted_sales"sv,
                                                "posted_qty"sv,
                                                "predicted_no_show_prob"sv,
                                                "confidence"sv,
                                                "rationale"sv,
                                                "method"sv,
                                                "generated_at"sv};
constexpr std::array graph_columns = {"seller_id"sv, "graph_type"sv, "created_at"sv};
constexpr std::array series_columns = {"graph_id"sv, "series_name"sv, "sort_index"sv};
constexpr std::array point_columns = {"x"sv, "y"sv};
constexpr std::array weather_columns = {"place"sv,        "day"sv,    "kind"sv,      "temperature"sv,
                                        "weather_flag"sv, "source"sv, "fetched_at"sv};
constexpr std::array holiday_columns = {"region"sv, "day"sv, "name"sv, "source"sv};

constexpr std::array<CapturedTableInfo, 11> tables = {{
    {CapturedTable::sellers, "sellers", "@.user_id", true, "", seller_columns},
    {CapturedTable::category, "category", "@.category_id", true, "", category_columns},
    {CapturedTable::bundles, "bundles", "@.bundle_id", true, "", bundle_columns},
    {CapturedTable::reservations, "reservations", "@.reservation_id", true, "bundle_id", reservation_columns},
    {CapturedTable::forecast_input, "forecast_input", "@.input_id", true, "bundle_id", forecast_input_columns},
    {CapturedTable::forecast_output, "forecast_output", "@.output_id", true, "", forecast_output_columns},
    {CapturedTable::analytics_graphs, "analytics_graphs", "@.graph_id", true, "", graph_columns},
    {CapturedTable::analytics_series, "analytics_series", "@.series_id", true, "", series_columns},
    {CapturedTable::analytics_points, "analytics_points", "@.series_id * 16777216 + @.sort_index", false, "",
     point_columns},
    {CapturedTable::weather, "weather", "@.weather_id", true, "", weather_columns},
    {CapturedTable::holidays, "holidays", "@.holiday_id", true, "", holiday_columns},
}};

/// What no two rows of a shared table have in common, besides their identity. Computed rows are told as they are made.
struct UniqueColumns {
    CapturedTable table;
    std::string_view all;      ///< SQL, as a list
    std::string_view equal;    ///< SQL, of the rows `o` and NEW
    std::string_view changed;  ///< SQL, of OLD and NEW
};
constexpr std::array<UniqueColumns, 6> unique_columns = {{
    {CapturedTable::sellers, "", "", ""},
    {CapturedTable::category, "category_name", "o.category_name = NEW.category_name",
     "OLD.category_name IS NOT NEW.category_name"},
    {CapturedTable::bundles, "", "", ""},
    {CapturedTable::reservations, "bundle_id, claim_code",
     "o.bundle_id = NEW.bundle_id AND o.claim_code = NEW.claim_code",
     "OLD.bundle_id IS NOT NEW.bundle_id OR OLD.claim_code IS NOT NEW.claim_code"},
    {CapturedTable::weather, "place, day, kind", "o.place = NEW.place AND o.day = NEW.day AND o.kind = NEW.kind",
     "OLD.place IS NOT NEW.place OR OLD.day IS NOT NEW.day OR OLD.kind IS NOT NEW.kind"},
    {CapturedTable::holidays, "region, day, name", "o.region = NEW.region AND o.day = NEW.day AND o.name = NEW.name",
     "OLD.region IS NOT NEW.region OR OLD.day IS NOT NEW.day OR OLD.name IS NOT NEW.name"},
}};

std::string with_row(std::string_view expression, std::string_view row) {
    std::string result;
    for (const char c : expression) {
        if (c == '@') {
            result += row;
        } else {
            result += c;
        }
    }
    return result;
}

/// 8 inside a transaction that applies a pull, which is marked so that it is not sent back.
constexpr std::string_view origin = "(SELECT count(*) FROM capture_guard) * 8";

/// Rows that this device computed never come by a pull: what a pull deletes of them, with a bundle, is to be told.
std::string op_of(const CapturedTableInfo& table, int op) {
    const bool computed =
        table.number >= CapturedTable::forecast_input && table.number <= CapturedTable::analytics_points;
    return computed ? std::to_string(op) : fmt::format("{} + {}", op, origin);
}

std::string changed_mask(const CapturedTableInfo& table) {
    std::string mask;
    for (std::size_t bit = 0; bit < table.columns.size(); ++bit) {
        const std::string_view column = table.columns[bit];
        mask += fmt::format("{}((OLD.{} IS NOT NEW.{}) << {})", bit == 0 ? "" : " | ", column, column, bit);
    }
    return mask;
}

std::string any_changed(const CapturedTableInfo& table) {
    std::string condition;
    for (std::size_t bit = 0; bit < table.columns.size(); ++bit) {
        const std::string_view column = table.columns[bit];
        condition += fmt::format("{}OLD.{} IS NOT NEW.{}", bit == 0 ? "" : " OR ", column, column);
    }
    return condition;
}

/// One journal entry about the row NEW or OLD; `condition` may hold it back.
std::string entry(const CapturedTableInfo& table, std::string_view row, int op, const std::string& mask,
                  std::string_view condition = {}) {
    const bool deleted = op == 3;
    std::string columns = "tbl, row, op, mask";
    std::string values =
        fmt::format("{}, {}, {}, {}", static_cast<int>(table.number), with_row(table.key, row), op_of(table, op), mask);
    if (deleted && table.has_uuid) {
        columns += ", uuid";
        values += ", OLD.uuid";
    }
    if (!table.parent.empty()) {
        columns += ", parent";
        values += fmt::format(", {}.{}", row, table.parent);
    }
    if (condition.empty()) return fmt::format("INSERT INTO journal ({}) VALUES ({}); ", columns, values);
    return fmt::format("INSERT INTO journal ({}) SELECT {} WHERE {}; ", columns, values, condition);
}

void add_table_triggers(const CapturedTableInfo& table, std::vector<CaptureTrigger>& triggers) {
    const std::string all = std::to_string((std::int64_t{1} << table.columns.size()) - 1);
    const std::string created = fmt::format("capture_{}_insert", table.name);
    triggers.push_back({created, fmt::format("CREATE TRIGGER {} AFTER INSERT ON {} BEGIN {}END", created, table.name,
                                             entry(table, "NEW", 1, all))});
    const std::string updated = fmt::format("capture_{}_update", table.name);
    std::string entries = entry(table, "NEW", 2, changed_mask(table));
    if (!table.parent.empty()) {
        // A row that moves to another parent is an entry for both.
        entries += entry(table, "OLD", 2, changed_mask(table), fmt::format("OLD.{0} IS NOT NEW.{0}", table.parent));
    }
    triggers.push_back({updated, fmt::format("CREATE TRIGGER {} AFTER UPDATE ON {} WHEN {} BEGIN {}END", updated,
                                             table.name, any_changed(table), entries)});
    const std::string deleted = fmt::format("capture_{}_delete", table.name);
    triggers.push_back({deleted, fmt::format("CREATE TRIGGER {} AFTER DELETE ON {} BEGIN {}END", deleted, table.name,
                                             entry(table, "OLD", 3, all))});
}

/// An entry about the row that has what NEW is to have, written before it is known whether the statement replaces it,
/// fails, leaves it alone or updates it.
std::string replaced_entry(const CapturedTableInfo& table, std::string_view equal) {
    const std::string id = with_row(table.key, "o");
    const bool has_parent = !table.parent.empty();
    return fmt::format(
        "INSERT INTO journal (tbl, row, op, mask, uuid{}) SELECT {}, {}, 4, {}, o.uuid{} FROM {} AS o "
        "WHERE {}; ",
        has_parent ? ", parent" : "", static_cast<int>(table.number), id, (std::int64_t{1} << table.columns.size()) - 1,
        has_parent ? fmt::format(", o.{}", table.parent) : "", table.name, equal);
}

/// What a pull replaces it settles itself.
constexpr std::string_view outside_a_pull = "NOT EXISTS (SELECT 1 FROM capture_guard)";

void add_replace_triggers(const UniqueColumns& unique, std::vector<CaptureTrigger>& triggers) {
    const CapturedTableInfo& table = captured_table(unique.table);
    const std::string id = with_row(table.key, "o");
    const std::string by_insert = fmt::format("capture_{}_insert_replaces", table.name);
    std::string entries = replaced_entry(table, fmt::format("{} = {}", id, with_row(table.key, "NEW"))) +
                          replaced_entry(table, "o.uuid = NEW.uuid");
    if (!unique.all.empty()) entries += replaced_entry(table, unique.equal);
    triggers.push_back({by_insert, fmt::format("CREATE TRIGGER {} BEFORE INSERT ON {} WHEN {} BEGIN {}END", by_insert,
                                               table.name, outside_a_pull, entries)});
    if (unique.all.empty()) return;
    const std::string by_update = fmt::format("capture_{}_update_replaces", table.name);
    triggers.push_back(
        {by_update, fmt::format("CREATE TRIGGER {} BEFORE UPDATE OF {} ON {} WHEN ({}) AND {} BEGIN {}END", by_update,
                                unique.all, table.name, unique.changed, outside_a_pull,
                                replaced_entry(table, fmt::format("{} AND {} <> {}", unique.equal, id,
                                                                  with_row(table.key, "OLD"))))});
}

/// `rows` are the bundles concerned: NEW, OLD, or both when a membership moves from one bundle to another.
void add_membership_trigger(std::string_view event, std::span<const std::string_view> rows,
                            std::vector<CaptureTrigger>& triggers) {
    const std::string name = fmt::format("capture_bundle_category_{}", event);
    std::string values;
    for (const std::string_view row : rows) {
        values += fmt::format("{}({}, {}.bundle_id, 2 + {}, {})", values.empty() ? "" : ", ",
                              static_cast<int>(CapturedTable::bundles), row, origin,
                              std::int64_t{1} << bundle_categories_bit);
    }
    triggers.push_back(
        {name,
         fmt::format("CREATE TRIGGER {} AFTER {} ON bundle_category BEGIN INSERT INTO journal (tbl, row, op, mask) "
                     "VALUES {}; END",
                     name, event, values)});
}

/// Whoever empties the journal leaves the line whose number the next one follows: a number that was used again would be
/// one that its readers have passed. AUTOINCREMENT would cost a page of the log at each sale.
CaptureTrigger keeps_newest() {
    return {
        "journal_keeps_newest",
        "CREATE TRIGGER journal_keeps_newest BEFORE DELETE ON journal WHEN OLD.seq = (SELECT max(seq) FROM journal) "
        "BEGIN SELECT RAISE(IGNORE); END"};
}

std::unordered_map<std::string, std::string> installed_triggers(Connection& connection) {
    std::unordered_map<std::string, std::string> installed;
    Query rows = connection.query("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'");
    while (rows.step()) installed.emplace(rows.text(0), rows.text(1));
    return installed;
}

}  // namespace

std::span<const CapturedTableInfo> captured_tables() noexcept { return tables; }

const CapturedTableInfo& captured_table(CapturedTable number) {
    return tables.at(static_cast<std::size_t>(static_cast<int>(number) - 1));
}

std::vector<CaptureTrigger> expected_triggers() {
    std::vector<CaptureTrigger> triggers;
    for (const CapturedTableInfo& table : tables) add_table_triggers(table, triggers);
    for (const UniqueColumns& unique : unique_columns) add_replace_triggers(unique, triggers);
    constexpr std::array both = {"OLD"sv, "NEW"sv};
    add_membership_trigger("insert", std::span(both).last(1), triggers);
    add_membership_trigger("update", both, triggers);
    add_membership_trigger("delete", std::span(both).first(1), triggers);
    triggers.push_back(keeps_newest());
    return triggers;
}

std::vector<std::string> faulty_triggers(Connection& connection) {
    const std::unordered_map<std::string, std::string> installed = installed_triggers(connection);
    std::vector<std::string> faulty;
    for (const CaptureTrigger& trigger : expected_triggers()) {
        const auto found = installed.find(trigger.name);
        if (found == installed.end() || found->second != trigger.sql) faulty.push_back(trigger.name);
    }
    return faulty;
}

std::vector<std::string> install_triggers(WriteTransaction& write) {
    Connection& connection = write.connection();
    const std::unordered_map<std::string, std::string> installed = installed_triggers(connection);
    std::vector<std::string> replaced;
    for (const CaptureTrigger& trigger : expected_triggers()) {
        const auto found = installed.find(trigger.name);
        if (found != installed.end() && found->second == trigger.sql) continue;
        if (found != installed.end()) connection.execute("DROP TRIGGER " + trigger.name);
        connection.execute(trigger.sql);
        replaced.push_back(trigger.name);
    }
    return replaced;
}

}  // namespace edge::storage
