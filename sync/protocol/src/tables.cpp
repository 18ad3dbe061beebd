#include "edge/protocol/tables.hpp"

#include <array>

namespace edge::protocol {
namespace {

using enum ColumnKind;

constexpr Column text_column(std::string_view name) { return {.name = name, .kind = text}; }
constexpr Column integer_column(std::string_view name) { return {.name = name, .kind = integer}; }
constexpr Column instant_column(std::string_view name) { return {.name = name, .kind = instant}; }
constexpr Column decimal_column(std::string_view name, int places) {
    return {.name = name, .kind = decimal, .places = places};
}
constexpr Column reference_column(std::string_view name, std::string_view parent) {
    return {.name = name, .kind = reference, .parent = parent};
}
constexpr Column or_null(Column column) {
    column.nullable = true;
    return column;
}

constexpr std::array sellers{
    text_column("name"),
    text_column("address_line1"),
    text_column("address_line2"),
    text_column("city"),
    text_column("post_code"),
    text_column("region"),
    text_column("country"),
    or_null(decimal_column("latitude", 6)),
    or_null(decimal_column("longitude", 6)),
    text_column("time_zone"),
    text_column("currency"),
    text_column("holiday_region"),
};
constexpr std::array category{text_column("name"), decimal_column("coefficient", 9)};
constexpr std::array bundles{
    reference_column("seller", "sellers"),
    text_column("name"),
    text_column("description"),
    Column{.name = "categories", .kind = reference_list, .parent = "category"},
    integer_column("total_qty"),
    integer_column("weight_grams"),
    integer_column("carbon_dioxide"),
    integer_column("price_minor"),
    integer_column("discount_percentage"),
    instant_column("window_start"),
    instant_column("window_end"),
    instant_column("created_at"),
    or_null(instant_column("closed_at")),
};
constexpr std::array reservations{
    reference_column("bundle", "bundles"),
    or_null(text_column("consumer")),
    text_column("claim_code"),
    instant_column("reserved_at"),
    or_null(instant_column("collected_at")),
    or_null(instant_column("cancelled_at")),
};
constexpr std::array forecast_input{
    reference_column("bundle", "bundles"),
    reference_column("seller", "sellers"),
    or_null(reference_column("category", "category")),
    text_column("day_of_week"),
    instant_column("window_start"),
    instant_column("window_end"),
    Column{.name = "is_holiday", .kind = boolean},
    or_null(decimal_column("temperature", 2)),
    or_null(text_column("weather_flag")),
    integer_column("observed_reservations"),
    integer_column("observed_no_shows"),
    or_null(integer_column("posted_qty")),
};
constexpr std::array forecast_output{
    reference_column("bundle", "bundles"),
    reference_column("seller", "sellers"),
    instant_column("window_start"),
    or_null(integer_column("predicted_reservations")),
    integer_column("predicted_sales"),
    integer_column("posted_qty"),
    decimal_column("predicted_no_show_prob", 4),
    decimal_column("confidence", 4),
    or_null(text_column("rationale")),
    text_column("method"),
    instant_column("generated_at"),
};
constexpr std::array analytics_graphs{
    reference_column("seller", "sellers"),
    integer_column("graph_type"),
    instant_column("created_at"),
};
constexpr std::array analytics_series{
    reference_column("graph", "analytics_graphs"),
    text_column("series_name"),
    integer_column("sort_index"),
};
constexpr std::array analytics_points{text_column("x"), decimal_column("y", 4)};
constexpr std::array weather{
    text_column("place"),
    Column{.name = "day", .kind = day},
    text_column("kind"),
    or_null(decimal_column("temperature", 2)),
    or_null(text_column("weather_flag")),
    text_column("source"),
    instant_column("fetched_at"),
};
constexpr std::array holidays{
    text_column("region"),
    Column{.name = "day", .kind = day},
    text_column("name"),
    text_column("source"),
};

constexpr TableDescriptor table(int number, std::string_view name, Lane lane, MergeRule rule,
                                std::span<const Column> columns) {
    return {.number = number, .name = name, .lane = lane, .rule = rule, .columns = columns};
}

constexpr std::array<TableDescriptor, 11> tables{{
    table(1, "sellers", Lane::ops, MergeRule::hub, sellers),
    table(2, "category", Lane::ops, MergeRule::hub, category),
    table(3, "bundles", Lane::ops, MergeRule::fields, bundles),
    table(4, "reservations", Lane::ops, MergeRule::reservation, reservations),
    table(5, "forecast_input", Lane::bulk, MergeRule::revision, forecast_input),
    table(6, "forecast_output", Lane::bulk, MergeRule::revision, forecast_output),
    table(7, "analytics_graphs", Lane::bulk, MergeRule::revision, analytics_graphs),
    table(8, "analytics_series", Lane::bulk, MergeRule::revision, analytics_series),
    {.number = 9,
     .name = "analytics_points",
     .lane = Lane::bulk,
     .rule = MergeRule::revision,
     .columns = analytics_points,
     .key_parent = "analytics_series"},
    table(10, "weather", Lane::bulk, MergeRule::hub, weather),
    table(11, "holidays", Lane::bulk, MergeRule::hub, holidays),
}};

}  // namespace

std::span<const TableDescriptor> synced_tables() noexcept { return tables; }

const TableDescriptor* find_table(std::string_view name) noexcept {
    for (const TableDescriptor& one : tables) {
        if (one.name == name) return &one;
    }
    return nullptr;
}

const TableDescriptor* find_table(int number) noexcept {
    if (number < 1 || number > static_cast<int>(tables.size())) return nullptr;
    return &tables[static_cast<std::size_t>(number) - 1];
}

const Column* find_column(const TableDescriptor& table, std::string_view name) noexcept {
    for (const Column& column : table.columns) {
        if (column.name == name) return &column;
    }
    return nullptr;
}

bool is_shared(const TableDescriptor& table) noexcept { return table.rule != MergeRule::revision; }

std::size_t table_order(std::string_view name) noexcept {
    const TableDescriptor* found = find_table(name);
    return found == nullptr ? tables.size() : static_cast<std::size_t>(found - tables.data());
}

}  // namespace edge::protocol
