#pragma once

#include "edge/core/entities.hpp"
#include "edge/forecast/slot.hpp"
#include "edge/forecast_types.hpp"
#include "edge/storage/context.hpp"

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace edge {

/// What is known of a day at a place, beside the bundles.
struct DayContext {
    bool is_holiday = false;
    std::optional<Celsius> temperature;
    std::optional<WeatherFlag> weather;
    forecast::WeatherSource source = forecast::WeatherSource::unknown;
};

/// Holidays and weather of one seller. Order of use: observed, a forecast not older than three days, the monthly
/// normal, unknown. A day is looked up once, however many windows it has.
class SellerContext {
public:
    SellerContext(storage::Connection& db, const Seller& seller, Timestamp now);

    /// `window_start` bounds how old a weather forecast may be for a window that has begun.
    [[nodiscard]] DayContext of(LocalDate day, Timestamp window_start);

private:
    [[nodiscard]] bool is_holiday(LocalDate day);
    void add_weather(LocalDate day, Timestamp reference, DayContext& context);
    enum class WeatherKind { observed, forecast, normal };
    [[nodiscard]] const std::optional<storage::WeatherRow>& stored_weather(LocalDate day, WeatherKind kind);

    storage::Connection* db_;
    std::string region_;
    std::string place_;  // empty: the seller has no location
    Timestamp now_;
    std::map<LocalDate, bool> holidays_;
    std::map<std::pair<LocalDate, WeatherKind>, std::optional<storage::WeatherRow>> weather_;
};

/// A window as a forecast sees it.
[[nodiscard]] forecast::Slot slot_of(SellerId seller, const TimeZone& zone, SellerContext& context,
                                     const PickupWindow& window, std::vector<CategoryId> categories,
                                     const ForecastCosts& costs);

}  // namespace edge
