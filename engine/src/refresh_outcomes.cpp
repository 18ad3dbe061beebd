#include "refresh_run.hpp"

#include "edge/analytics/forecast_accuracy.hpp"
#include "edge/analytics/graphs.hpp"
#include "edge/storage/forecast_outcomes.hpp"

namespace edge {

using analytics::ForecastScore;
using storage::ForecastOutcomeRow;

namespace {

std::map<LocalDate, ForecastScore> weeks_between(storage::Connection& db, SellerId seller, LocalDate from,
                                                 LocalDate to) {
    std::map<LocalDate, ForecastScore> weeks;
    storage::each_forecast_outcome(db, seller, from, to, [&](const ForecastOutcomeRow& row) {
        weeks[analytics::week_of(row.day)].add({.predicted = row.predicted_reservations,
                                                .low = row.low,
                                                .high = row.high,
                                                .confidence = row.confidence,
                                                .observed = row.observed_reservations});
    });
    return weeks;
}

}  // namespace

void RefreshRun::keep_outcome(const SellerWork& work, const storage::BundleRow& bundle,
                              const storage::ClosedWindow& known) {
    const std::optional<ForecastOutcomeRow>& stored = known.outcome;
    std::optional<ForecastOutcomeRow> wanted;
    // A window that ends before it starts may be over while its forecast is still remade: there is no last one to keep.
    if (is_over(bundle) && bundle.window.start < bundle.window.end) {
        const bool is_of_this_window = stored && stored->window_start == bundle.window.start;
        if (is_of_this_window) {
            wanted = stored;
        } else if (known.has_forecast) {
            wanted = storage::forecast_to_keep(*db_, bundle.id);
        }
        if (wanted && wanted->window_start != bundle.window.start) wanted.reset();
    }
    if (wanted) {
        wanted->seller = bundle.seller;
        wanted->day = work.zone.to_local(bundle.window.start).day;
        wanted->observed_reservations = bundle.reserved;
        wanted->observed_no_shows = bundle.reserved - bundle.collected;
    }
    if (stored == wanted) return;
    if (stored) mark_accuracy(stored->seller, stored->day);
    if (wanted) {
        mark_accuracy(wanted->seller, wanted->day);
        storage::put_forecast_outcome(*write_, *wanted);
    } else {
        storage::remove_forecast_outcome(*write_, bundle.id);
    }
}

void RefreshRun::forget_outcome(BundleId bundle, const storage::ContributionRow& before) {
    storage::remove_forecast_outcome(*write_, bundle);  // gone with the bundle, where foreign keys were on
    mark_accuracy(before.seller, before.day);
}

void RefreshRun::mark_accuracy(SellerId seller, LocalDate day) {
    const auto found = sellers_.find(seller);
    if (found != sellers_.end()) found->second.accuracy_weeks.insert(analytics::week_of(day));
}

void RefreshRun::write_accuracy(SellerWork& work) {
    constexpr auto kind = static_cast<int>(analytics::GraphKind::forecast_accuracy);
    if (work.recount || work.recount_graphs) {
        const std::vector<GraphSeries> series =
            analytics::accuracy_series(weeks_between(*db_, work.seller.id, LocalDate::min(), LocalDate::max()));
        for (std::size_t i = 0; i < series.size(); ++i)
            write_points(work, {kind, static_cast<std::int64_t>(i)}, series.at(i).points);
        return;
    }
    std::array<std::map<std::string, std::optional<PointValue>>, analytics::accuracy_series_names.size()> changes;
    for (const LocalDate monday : work.accuracy_weeks) {
        const auto week = weeks_between(*db_, work.seller.id, monday, monday + std::chrono::days(6));
        const auto points = analytics::accuracy_points(monday, week.empty() ? ForecastScore{} : week.begin()->second);
        for (std::size_t i = 0; i < points.size(); ++i)
            changes.at(i)[format_date(monday)] = points.at(i) ? std::optional(points.at(i)->y) : std::nullopt;
    }
    for (std::size_t i = 0; i < changes.size(); ++i) {
        if (!changes.at(i).empty()) merge_points(work, {kind, static_cast<std::int64_t>(i)}, changes.at(i));
    }
}

}  // namespace edge
