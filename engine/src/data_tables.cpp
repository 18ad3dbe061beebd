#include "data_tables.hpp"

#include "check_text.hpp"

#include <algorithm>
#include <array>

namespace edge {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t longest_claim_code = 20;

constexpr std::array weekdays = {"Monday"sv, "Tuesday"sv,  "Wednesday"sv, "Thursday"sv,
                                 "Friday"sv, "Saturday"sv, "Sunday"sv};
constexpr std::array weather_flags = {"sunny"sv, "cloudy"sv, "rainy"sv, "snowy"sv, "windy"sv};
constexpr std::array weather_kinds = {"observed"sv, "forecast"sv, "normal"sv};

constexpr DataColumn text(std::string_view name, IfMissing if_missing) {
    return {.name = name, .if_missing = if_missing, .longest = longest_text};
}
/// A text that is never empty.
constexpr DataColumn name(std::string_view name, std::size_t longest = longest_text) {
    return {.name = name, .if_missing = IfMissing::refuse, .longest = longest, .may_be_empty = false};
}
constexpr DataColumn choice(std::string_view name, IfMissing if_missing, std::span<const std::string_view> choices) {
    return {.name = name, .if_missing = if_missing, .longest = longest_text, .may_be_empty = false, .choices = choices};
}
constexpr DataColumn whole(std::string_view name, IfMissing if_missing, std::int64_t least = -most_whole,
                           std::int64_t most = most_whole) {
    return {.name = name, .kind = ColumnKind::whole, .if_missing = if_missing, .least = least, .most = most};
}
constexpr DataColumn decimal(std::string_view name, IfMissing if_missing, int places, std::int64_t least,
                             std::int64_t most) {
    return {.name = name,
            .kind = ColumnKind::decimal,
            .if_missing = if_missing,
            .least = least,
            .most = most,
            .places = places};
}
constexpr DataColumn of_kind(std::string_view name, ColumnKind kind, IfMissing if_missing) {
    return {.name = name, .kind = kind, .if_missing = if_missing};
}
constexpr DataColumn instant(std::string_view name, IfMissing if_missing) {
    return of_kind(name, ColumnKind::instant, if_missing);
}
constexpr DataColumn reference(std::string_view name, std::string_view parent,
                               IfMissing if_missing = IfMissing::refuse) {
    return {.name = name, .kind = ColumnKind::reference, .if_missing = if_missing, .parent = parent};
}

constexpr std::int64_t degree = 1'000'000;
constexpr std::int64_t kilogram = 1'000'000'000;
constexpr DataColumn temperature = decimal("temperature", IfMissing::null, 2, -10'000, 10'000);

constexpr std::array sellers = {
    name("seller_name"),
    text("address_line1", IfMissing::empty),
    text("address_line2", IfMissing::empty),
    text("city", IfMissing::empty),
    text("post_code", IfMissing::empty),
    text("region", IfMissing::empty),
    text("country", IfMissing::empty),
    decimal("latitude", IfMissing::null, 6, -90 * degree, 90 * degree),
    decimal("longitude", IfMissing::null, 6, -180 * degree, 180 * degree),
    text("time_zone", IfMissing::time_zone),
    text("currency", IfMissing::currency),
    text("holiday_region", IfMissing::holiday_region),
};
constexpr std::array category = {
    name("category_name"),
    decimal("category_coefficient", IfMissing::refuse, 9, 0, 1000 * kilogram),
};
constexpr std::array bundles = {
    reference("seller_id", "sellers"),
    name("bundle_name"),
    text("description", IfMissing::empty),
    whole("total_qty", IfMissing::refuse),
    whole("weight_grams", IfMissing::zero, 0),
    whole("carbon_dioxide", IfMissing::zero),
    DataColumn{
        .name = "price", .kind = ColumnKind::price, .if_missing = IfMissing::zero, .least = 0, .most = most_price},
    whole("discount_percentage", IfMissing::zero, 0, 100),
    instant("window_start", IfMissing::refuse),
    instant("window_end", IfMissing::refuse),
    instant("created_at", IfMissing::now),
    instant("closed_at", IfMissing::null),
};
constexpr std::array bundle_category = {
    reference("bundle_id", "bundles"),
    reference("category_id", "category"),
};
constexpr std::array reservations = {
    reference("bundle_id", "bundles"),        text("consumer_id", IfMissing::null),
    name("claim_code", longest_claim_code),   instant("reserved_at", IfMissing::now),
    instant("collected_at", IfMissing::null), instant("cancelled_at", IfMissing::null),
};
constexpr std::array forecast_input = {
    reference("bundle_id", "bundles"),
    reference("seller_id", "sellers"),
    reference("category_id", "category", IfMissing::null),
    choice("day_of_week", IfMissing::refuse, weekdays),
    instant("window_start", IfMissing::refuse),
    instant("window_end", IfMissing::refuse),
    of_kind("is_holiday", ColumnKind::yes_no, IfMissing::refuse),
    temperature,
    choice("weather_flag", IfMissing::null, weather_flags),
    whole("observed_reservations", IfMissing::refuse),
    whole("observed_no_shows", IfMissing::refuse),
    whole("posted_qty", IfMissing::null),
};
constexpr std::array forecast_output = {
    reference("bundle_id", "bundles"),
    reference("seller_id", "sellers"),
    instant("window_start", IfMissing::refuse),
    whole("predicted_reservations", IfMissing::null),
    whole("predicted_sales", IfMissing::refuse),
    whole("posted_qty", IfMissing::refuse),
    decimal("predicted_no_show_prob", IfMissing::refuse, 4, 0, 10'000),
    decimal("confidence", IfMissing::refuse, 4, 0, 10'000),
    text("rationale", IfMissing::null),
    text("method", IfMissing::empty),
    instant("generated_at", IfMissing::now),
};
constexpr std::array weather = {
    name("place"),
    of_kind("day", ColumnKind::day, IfMissing::refuse),
    choice("kind", IfMissing::refuse, weather_kinds),
    temperature,
    choice("weather_flag", IfMissing::null, weather_flags),
    text("source", IfMissing::file_name),
    instant("fetched_at", IfMissing::now),
};
constexpr std::array holidays = {
    name("region"),
    of_kind("day", ColumnKind::day, IfMissing::refuse),
    name("name"),
    text("source", IfMissing::file_name),
};
constexpr std::array graphs = {
    reference("seller_id", "sellers"),
    whole("graph_type", IfMissing::refuse),
    instant("created_at", IfMissing::now),
};
constexpr std::array series = {
    whole("graph_id", IfMissing::refuse),
    name("series_name"),
    whole("sort_index", IfMissing::refuse),
};
constexpr std::array points = {
    whole("series_id", IfMissing::refuse),
    whole("sort_index", IfMissing::refuse),
    text("x", IfMissing::refuse),
    decimal("y", IfMissing::refuse, 4, 0, 0),
};

constexpr std::array<std::size_t, 1> first = {0};
constexpr std::array<std::size_t, 2> first_two = {0, 1};
constexpr std::array<std::size_t, 3> first_three = {0, 1, 2};
constexpr std::array<std::size_t, 4> seller_name_and_window = {0, 1, 8, 9};
constexpr std::array<std::size_t, 2> bundle_and_code = {0, 2};
constexpr std::array<std::size_t, 3> bundle_category_and_start = {0, 2, 4};
constexpr std::array marketplace_only = {"verified_by"sv, "verification_date"sv};

constexpr std::array<DataTable, 12> tables = {{
    {.name = "sellers", .key = "user_id", .columns = sellers, .natural_key = first, .ignored = marketplace_only},
    {.name = "category",
     .key = "category_id",
     .columns = category,
     .natural_key = first,
     .natural_key_finds = NaturalKey::unique},
    {.name = "bundles", .key = "bundle_id", .columns = bundles, .natural_key = seller_name_and_window},
    {.name = "bundle_category",
     .columns = bundle_category,
     .natural_key = first_two,
     .natural_key_finds = NaturalKey::unique},
    {.name = "reservations",
     .key = "reservation_id",
     .columns = reservations,
     .natural_key = bundle_and_code,
     .natural_key_finds = NaturalKey::unique},
    {.name = "forecast_input",
     .key = "input_id",
     .columns = forecast_input,
     .natural_key = bundle_category_and_start,
     .natural_key_finds = NaturalKey::adopts},
    {.name = "forecast_output",
     .key = "output_id",
     .columns = forecast_output,
     .natural_key = first,
     .natural_key_finds = NaturalKey::unique},
    {.name = "weather",
     .key = "weather_id",
     .columns = weather,
     .natural_key = first_three,
     .natural_key_finds = NaturalKey::unique},
    {.name = "holidays",
     .key = "holiday_id",
     .columns = holidays,
     .natural_key = first_three,
     .natural_key_finds = NaturalKey::unique},
    {.name = "analytics_graphs", .key = "graph_id", .columns = graphs, .importable = false},
    {.name = "analytics_series", .key = "series_id", .columns = series, .importable = false},
    {.name = "analytics_points", .columns = points, .natural_key = first_two, .importable = false},
}};

}  // namespace

std::span<const DataTable> data_tables() noexcept { return tables; }

const DataTable* find_data_table(std::string_view name) noexcept {
    const auto found = std::ranges::find(tables, name, &DataTable::name);
    return found == tables.end() ? nullptr : &*found;
}

std::string list_table_names(bool only_importable) {
    std::string names;
    for (const DataTable& table : tables) {
        if (only_importable && !table.importable) continue;
        if (!names.empty()) names += ", ";
        names += table.name;
    }
    return names;
}

std::size_t column_index(const DataTable& table, std::string_view name) noexcept {
    return static_cast<std::size_t>(std::ranges::find(table.columns, name, &DataColumn::name) - table.columns.begin());
}

}  // namespace edge
