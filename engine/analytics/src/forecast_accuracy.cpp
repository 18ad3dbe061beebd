#include "edge/analytics/forecast_accuracy.hpp"

#include <algorithm>

namespace edge::analytics {
namespace {

/// Beyond that a count is no count of bags, and sums of them would not fit.
constexpr std::int64_t largest_count = 0xFFFF'FFFF;
/// A probability of 1, in its units.
constexpr std::int64_t certain = 10'000;

PointValue percent(double share) {
    constexpr double most = 1e9;
    return PointValue::from_units(round_to_units(std::clamp(share * 100, -most, most), 2) * 100);
}

double share_of(std::int64_t part, std::int64_t all) { return static_cast<double>(part) / static_cast<double>(all); }

}  // namespace

void ForecastScore::add(const ForecastOutcome& outcome) noexcept {
    const std::int64_t expected = std::clamp<std::int64_t>(outcome.predicted, 0, largest_count);
    const std::int64_t seen = std::clamp<std::int64_t>(outcome.observed, 0, largest_count);
    const std::int64_t margin = std::max<std::int64_t>(1, expected / 5);
    windows += 1;
    hits += seen >= expected - margin && seen <= expected + margin ? 1 : 0;
    in_interval += seen >= outcome.low && seen <= outcome.high ? 1 : 0;
    confidence_units += std::clamp<std::int64_t>(outcome.confidence.units(), 0, certain);
    predicted += expected;
    observed += seen;
}

std::array<std::optional<GraphPoint>, accuracy_series_names.size()> accuracy_points(LocalDate monday,
                                                                                    const ForecastScore& week) {
    if (week.windows <= 0) return {};
    const std::string x = format_date(monday);
    const double stated = share_of(week.confidence_units, certain);
    std::array<std::optional<GraphPoint>, accuracy_series_names.size()> points = {
        GraphPoint{.x = x, .y = percent(share_of(week.hits, week.windows))},
        GraphPoint{.x = x, .y = percent(stated / static_cast<double>(week.windows))},
        GraphPoint{.x = x, .y = percent(share_of(week.in_interval, week.windows))}, std::nullopt};
    if (week.observed > 0)
        points.back() = GraphPoint{.x = x, .y = percent(share_of(week.predicted - week.observed, week.observed))};
    return points;
}

std::vector<GraphSeries> accuracy_series(const std::map<LocalDate, ForecastScore>& weeks) {
    std::vector<GraphSeries> series;
    series.reserve(accuracy_series_names.size());
    for (const char* name : accuracy_series_names) series.push_back({.name = name, .points = {}});
    for (const auto& [monday, week] : weeks) {
        const auto points = accuracy_points(monday, week);
        for (std::size_t i = 0; i < points.size(); ++i) {
            if (points.at(i)) series.at(i).points.push_back(*points.at(i));
        }
    }
    return series;
}

}  // namespace edge::analytics
