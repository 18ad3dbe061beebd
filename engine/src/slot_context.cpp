#include "slot_context.hpp"

#include "edge/forecast/calendar.hpp"

#include <array>
#include <string_view>

namespace edge {
namespace {

constexpr auto forecast_valid_for = std::chrono::days(3);

/// Where a monthly normal stands: the first of its month in the year 2000.
LocalDate normal_day(LocalDate day) {
    const std::chrono::year_month_day date{day};
    return LocalDate(std::chrono::year(2000) / date.month() / std::chrono::day(1));
}

}  // namespace

SellerContext::SellerContext(storage::Connection& db, const Seller& seller, Timestamp now)
    : db_(&db),
      region_(seller.holiday_region),
      place_(seller.latitude && seller.longitude ? storage::place_of(*seller.latitude, *seller.longitude)
                                                 : std::string()),
      now_(now) {}

DayContext SellerContext::of(LocalDate day, Timestamp window_start) {
    DayContext context;
    context.is_holiday = is_holiday(day);
    if (!place_.empty()) add_weather(day, within_calendar(std::min(now_, window_start)), context);
    return context;
}

bool SellerContext::is_holiday(LocalDate day) {
    if (region_.empty()) return false;
    const auto [found, fresh] = holidays_.try_emplace(day, false);
    if (fresh) found->second = forecast::is_holiday(day, region_) || storage::has_holiday(*db_, region_, day);
    return found->second;
}

const std::optional<storage::WeatherRow>& SellerContext::stored_weather(LocalDate day, WeatherKind kind) {
    constexpr std::array<std::string_view, 3> names = {"observed", "forecast", "normal"};
    const auto [found, fresh] = weather_.try_emplace({day, kind});
    if (fresh) found->second = storage::find_weather(*db_, place_, day, names.at(static_cast<std::size_t>(kind)));
    return found->second;
}

void SellerContext::add_weather(LocalDate day, Timestamp reference, DayContext& context) {
    const auto use = [&](const storage::WeatherRow& row, forecast::WeatherSource source) {
        context.temperature = row.temperature;
        context.weather = row.flag;
        context.source = source;
    };
    if (const auto& observed = stored_weather(day, WeatherKind::observed)) {
        use(*observed, forecast::WeatherSource::observed);
        return;
    }
    const auto& expected = stored_weather(day, WeatherKind::forecast);
    if (expected && expected->fetched_at >= reference - forecast_valid_for) {
        use(*expected, forecast::WeatherSource::forecast);
    } else if (const auto& normal = stored_weather(normal_day(day), WeatherKind::normal)) {
        use(*normal, forecast::WeatherSource::normal);
    }
}

forecast::Slot slot_of(SellerId seller, const TimeZone& zone, SellerContext& context, const PickupWindow& window,
                       std::vector<CategoryId> categories, const ForecastCosts& costs) {
    const LocalTime start = zone.to_local(window.start);
    const DayContext known = context.of(start.day, window.start);
    return {.seller = seller,
            .categories = std::move(categories),
            .day = start.day,
            .window_start = start.time,
            .window_end = zone.to_local(window.end).time,
            .is_holiday = known.is_holiday,
            .temperature = known.temperature,
            .weather = known.weather,
            .weather_source = known.source,
            .posted = {},
            .costs = {.waste = costs.waste, .margin = costs.margin, .overbooking_risk = costs.overbooking_risk}};
}

}  // namespace edge
