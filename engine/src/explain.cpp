#include "engine_state.hpp"
#include "explanation_text.hpp"

#include "edge/storage/forecast_state.hpp"

namespace edge {

ForecastExplanation Engine::explain(BundleId bundle) {
    constexpr std::int64_t most_windows = 5;
    constexpr std::size_t tenth_percent = 1;
    constexpr std::size_t ninetieth_percent = 17;
    const storage::ReadTransaction read(state_->db);
    ForecastExplanation explanation;
    explanation.forecast = forecast(bundle);
    const StoredForecast& forecast = explanation.forecast;
    for (const storage::InputRow& row :
         storage::inputs_before(state_->db, {forecast.seller, forecast.window_start}, bundle, most_windows)) {
        explanation.latest.push_back({.bundle = row.bundle,
                                      .window_start = row.window.start,
                                      .reservations = row.reservations,
                                      .no_shows = row.no_shows,
                                      .posted = row.posted});
    }
    read_explanation(storage::find_explanation(state_->db, bundle), explanation);
    if (!explanation.low && forecast.quantiles.size() > ninetieth_percent) {
        explanation.low = explanation.forecast.quantiles[tenth_percent];
        explanation.high = explanation.forecast.quantiles[ninetieth_percent];
    }
    return explanation;
}

}  // namespace edge
