#pragma once

#include "edge/core/entities.hpp"
#include "edge/storage/connection.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace edge::storage {

/// A row of forecast_input without its key and uuid.
struct InputRow {
    BundleId bundle{0};
    SellerId seller{0};
    std::optional<CategoryId> category;
    std::string day_of_week;  ///< "Monday"
    PickupWindow window;
    bool is_holiday = false;
    std::optional<Celsius> temperature;
    std::optional<WeatherFlag> weather;
    std::int64_t reservations = 0;
    std::int64_t no_shows = 0;
    std::optional<std::int64_t> posted;
    friend bool operator==(const InputRow&, const InputRow&) = default;
};

/// A row of forecast_input with its key.
struct StoredInput {
    std::int64_t id = 0;
    InputRow row;
    friend bool operator==(const StoredInput&, const StoredInput&) = default;
};
void insert_input(WriteTransaction& write, const InputRow& row, const Uuid& uuid);
void update_input(WriteTransaction& write, std::int64_t id, const InputRow& row);
void remove_input(WriteTransaction& write, std::int64_t id);

/// An upcoming bundle and what its stored forecast was made from.
struct UpcomingBundle {
    BundleId id{0};
    PickupWindow window;
    std::int64_t total_qty = 0;
    std::vector<CategoryId> categories;
    std::optional<std::string> context;  ///< nothing if there is no forecast yet
};
/// Bundles whose window starts after `now`, in order of start, then id.
[[nodiscard]] std::vector<UpcomingBundle> upcoming_bundles(Connection& db, SellerId seller, Timestamp now);

/// A row of forecast_output and forecast_details without keys.
struct OutputRow {
    BundleId bundle{0};
    SellerId seller{0};
    Timestamp window_start;
    std::int64_t predicted_reservations = 0;
    std::int64_t predicted_sales = 0;
    std::int64_t posted_qty = 0;
    Probability no_show_prob;
    Probability confidence;
    std::string rationale;
    std::string method;
    std::string context;
    std::string mean;       ///< decimal text
    std::string quantiles;  ///< 19 numbers with commas between
    std::int64_t demand_uncut = 0;
    std::int64_t suggested_qty = 0;
    std::int64_t history_rows = 0;
    std::vector<std::uint8_t> distribution;
    std::string explanation;  ///< JSON
};
/// Inserts or changes both rows. False if forecast_output already said the same (then only the details are written).
bool put_forecast(WriteTransaction& write, const OutputRow& row, const Uuid& uuid, Timestamp now);

/// What the forecasts of upcoming bundles say, each in one text that differs when any of it does: all columns but
/// keys, the time they were made and what they were made from.
[[nodiscard]] std::map<BundleId, std::string> forecast_texts(Connection& db, SellerId seller, Timestamp now);

/// What graph 5 needs of a stored forecast.
struct StoredDistribution {
    Timestamp window_start;
    std::int64_t predicted_sales = 0;
    Probability no_show_prob;
    std::vector<std::uint8_t> distribution;
};
/// Of bundles whose window starts after `now`, in order of start, then bundle.
[[nodiscard]] std::vector<StoredDistribution> upcoming_distributions(Connection& db, SellerId seller, Timestamp now);

}  // namespace edge::storage
