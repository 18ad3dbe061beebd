#include "explanation_text.hpp"
#include "refresh_run.hpp"

#include "edge/analytics/graphs.hpp"
#include "edge/forecast/day_total.hpp"
#include "edge/storage/forecasts.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sodium.h>

#include <algorithm>
#include <array>

namespace edge {

using storage::OutputRow;
using storage::StoredDistribution;
using storage::UpcomingBundle;

namespace {

constexpr int mean_places = 4;

/// Everything a forecast is made from, but for the history, which its revision stands for.
std::string context_text(const forecast::Slot& slot, std::string_view method, std::int64_t revision) {
    std::string text = fmt::format("{}.{}|{}|{}|{}|{}|{}|{}", method, forecast::method_version(method), revision,
                                   slot.seller.value(), slot.day.time_since_epoch().count(), slot.window_start.count(),
                                   slot.window_end.count(), slot.posted.value_or(-1));
    for (const CategoryId category : slot.categories) text += fmt::format(",{}", category.value());
    text += fmt::format("|{}|{}|{}|{}", slot.is_holiday ? 1 : 0, slot.temperature ? slot.temperature->text() : "-",
                        slot.weather ? name_of(*slot.weather) : "-", static_cast<int>(slot.weather_source));
    text += fmt::format("|{}|{}|{}", slot.costs.waste, slot.costs.margin, slot.costs.overbooking_risk);
    return text;
}

/// A name for a state of all upcoming forecasts; empty for none.
std::string fingerprint(const std::vector<std::string>& texts) {
    if (texts.empty()) return {};
    std::array<unsigned char, 16> hash{};
    const std::string joined = fmt::format("{}", fmt::join(texts, "\n"));
    crypto_generichash(hash.data(), hash.size(), reinterpret_cast<const unsigned char*>(joined.data()), joined.size(),
                       nullptr, 0);
    return fmt::format("{:02x}", fmt::join(hash, ""));
}

OutputRow output_of(const UpcomingBundle& bundle, SellerId seller, const forecast::Forecast& forecast,
                    std::string context) {
    return {.bundle = bundle.id,
            .seller = seller,
            .window_start = bundle.window.start,
            .predicted_reservations = forecast.predicted_reservations,
            .predicted_sales = forecast.predicted_sales,
            .posted_qty = bundle.total_qty,
            .no_show_prob = forecast.predicted_no_show_prob,
            .confidence = forecast.confidence,
            .rationale = forecast.rationale,
            .method = forecast.method,
            .context = std::move(context),
            .mean = fmt::format("{:.{}f}", forecast.mean, mean_places),
            .quantiles = fmt::format("{}", fmt::join(forecast.quantiles, ",")),
            .demand_uncut = forecast.demand_uncut,
            .suggested_qty = forecast.suggested_qty,
            .history_rows = forecast.history_rows,
            .distribution = forecast.reservations.encode(),
            .explanation = explanation_text(forecast.explanation)};
}

PointValue whole(std::int64_t number) {
    constexpr std::int64_t largest = 900'000'000'000'000;
    return PointValue::from_units(std::clamp(number, -largest, largest) * 10'000);
}

}  // namespace

void RefreshRun::write_forecasts(SellerWork& work) {
    const std::string_view name = forecast_method(*state_);
    std::vector<std::string> upcoming;
    for (const UpcomingBundle& bundle : storage::upcoming_bundles(*db_, work.seller.id, now_)) {
        forecast::Slot slot =
            slot_of(work.seller.id, work.zone, work.context, bundle.window, bundle.categories, state_->options.costs);
        slot.posted = bundle.total_qty;
        std::string context = context_text(slot, name, work.current.history_revision);
        upcoming.push_back(fmt::format("{} {}", bundle.id.value(), context));
        if (bundle.context == context) continue;
        const OutputRow row = output_of(bundle, work.seller.id, history_.method().forecast(slot), std::move(context));
        if (storage::put_forecast(*write_, row, state_->new_uuid(), now_)) report_.forecasts_written += 1;
    }
    work.current.upcoming = fingerprint(upcoming);
    if (work.current.upcoming != work.stored.upcoming || work.recount || work.recount_graphs)
        write_forecast_graph(work);
}

void RefreshRun::write_forecast_graph(SellerWork& work) {
    std::map<LocalDate, std::vector<forecast::BundleForecast>> days;
    for (StoredDistribution& stored : storage::upcoming_distributions(*db_, work.seller.id, now_)) {
        days[work.zone.to_local(stored.window_start).day].push_back(
            {.reservations =
                 forecast::CountDistribution::decode(stored.distribution).value_or(forecast::CountDistribution()),
             .no_show_prob = stored.no_show_prob,
             .predicted_sales = stored.predicted_sales});
    }
    std::vector<analytics::DayForecast> forecasts;
    for (const auto& [day, bundles] : days) {
        const forecast::DayForecast total = forecast::day_total(bundles);
        forecasts.push_back(
            {.day = day, .expected = whole(total.expected), .low = whole(total.low), .high = whole(total.high)});
    }
    constexpr std::int64_t first_forecast_series = 2;  // behind sales and posted
    const std::vector<GraphSeries> series = analytics::forecast_series(forecasts);
    for (std::size_t index = 0; index < series.size(); ++index) {
        write_points(work,
                     {static_cast<int>(analytics::GraphKind::forecast),
                      first_forecast_series + static_cast<std::int64_t>(index)},
                     series[index].points);
    }
}

}  // namespace edge
