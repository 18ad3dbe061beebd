#pragma once

#include "edge/core/entities.hpp"
#include "edge/storage/connection.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace edge::storage {

/// The last forecast of a window that is over, beside what happened.
struct ForecastOutcomeRow {
    BundleId bundle{0};
    SellerId seller{0};
    LocalDate day;  ///< of the window's start, on the seller's calendar
    Timestamp window_start;
    std::string method;
    std::int64_t predicted_reservations = 0;
    std::string mean;  ///< decimal text
    std::int64_t low = 0;
    std::int64_t high = 0;
    Probability no_show_prob;
    Probability confidence;
    std::int64_t observed_reservations = 0;
    std::int64_t observed_no_shows = 0;
    friend bool operator==(const ForecastOutcomeRow&, const ForecastOutcomeRow&) = default;
};

[[nodiscard]] std::optional<ForecastOutcomeRow> find_forecast_outcome(Connection& db, BundleId bundle);
/// The same from the bundle's stored forecast, without what happened; nothing if it has none of ours.
[[nodiscard]] std::optional<ForecastOutcomeRow> forecast_to_keep(Connection& db, BundleId bundle);
void put_forecast_outcome(WriteTransaction& write, const ForecastOutcomeRow& row);
void remove_forecast_outcome(WriteTransaction& write, BundleId bundle);
/// Those of a seller between two days, both included, in order of day, then bundle.
void each_forecast_outcome(Connection& db, SellerId seller, LocalDate from, LocalDate to,
                           const std::function<void(const ForecastOutcomeRow&)>& found);

}  // namespace edge::storage
