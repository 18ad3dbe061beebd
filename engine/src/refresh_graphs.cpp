#include "amount_rows.hpp"
#include "refresh_run.hpp"

#include "edge/analytics/graphs.hpp"
#include "edge/analytics/point_changes.hpp"
#include "edge/core/money.hpp"
#include "edge/storage/sellers.hpp"

#include <algorithm>
#include <array>

namespace edge {

using analytics::Amounts;
using analytics::GraphKind;
using storage::SeriesKey;

namespace {

constexpr LocalDate first_day{std::chrono::days(-1'000'000)};
constexpr LocalDate last_day{std::chrono::days(10'000'000)};

SeriesKey key(GraphKind kind, std::int64_t series = 0) { return {static_cast<int>(kind), series}; }

/// Types, graphs and series as they stand when there is nothing to show.
const std::vector<Graph>& layout() {
    static const std::vector<Graph> empty = [] {
        const analytics::Totals nothing;
        const analytics::CategoryNames nobody = [](CategoryId) { return std::nullopt; };
        return analytics::build_graphs(SellerId(0), {.totals = nothing, .names = nobody, .forecasts = {}});
    }();
    return empty;
}

/// The place of `x` in a series whose x ascend: the first sort index whose x is not below it.
std::int64_t lower_bound(storage::Connection& db, std::int64_t series, std::int64_t size, const std::string& x) {
    std::int64_t low = 0;
    std::int64_t high = size;
    while (low < high) {
        const std::int64_t middle = low + (high - low) / 2;
        const std::optional<GraphPoint> point = storage::find_point(db, series, middle);
        if (point && point->x < x) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

using WeekPoint = std::optional<GraphPoint> (*)(LocalDate monday, const Amounts& week, int minor_digits);

/// The graphs with a point a week.
constexpr std::array<std::pair<GraphKind, WeekPoint>, 4> week_graphs = {{
    {GraphKind::no_show_rate,
     [](LocalDate monday, const Amounts& week, int) { return analytics::no_show_point(monday, week); }},
    {GraphKind::waste_avoided,
     [](LocalDate monday, const Amounts& week, int) { return analytics::waste_point(monday, week); }},
    {GraphKind::co2_saved,
     [](LocalDate monday, const Amounts& week, int) { return analytics::co2_point(monday, week); }},
    {GraphKind::revenue, analytics::revenue_point},
}};

/// Graphs 1 and 5 begin with the same two series.
constexpr std::array<GraphKind, 2> day_graphs = {GraphKind::sales_vs_posted, GraphKind::forecast};

}  // namespace

void RefreshRun::ensure_series(SellerWork& work) {
    work.series = storage::series_of(*db_, work.seller.id);
    for (const Graph& graph : layout()) {
        for (std::size_t index = 0; index < graph.series.size(); ++index) {
            const SeriesKey place(graph.type.id, static_cast<std::int64_t>(index));
            const std::string& name = graph.series[index].name;
            const auto found = work.series.find(place);
            if (found != work.series.end()) {
                if (found->second.name != name) storage::rename_series(*write_, found->second.id, name);
                continue;
            }
            const std::int64_t id =
                storage::ensure_graph(*write_, work.seller.id, graph.type.id, state_->new_uuid(), now_);
            const std::int64_t series = storage::insert_series(*write_, id, name, place.second, state_->new_uuid());
            work.series.emplace(place, storage::SeriesRow{.id = series, .name = name});
            work.recount_graphs = true;
        }
        remove_surplus(work, graph);
    }
}

void RefreshRun::remove_surplus(SellerWork& work, const Graph& graph) {
    const auto size = static_cast<std::int64_t>(graph.series.size());
    std::erase_if(work.series, [&](const auto& one) {
        const auto& [place, series] = one;
        const bool surplus = place.first == graph.type.id && (place.second < 0 || place.second >= size);
        if (surplus) storage::remove_series(*write_, series.id);
        return surplus;
    });
}

void RefreshRun::write_graphs(SellerWork& work) {
    if (work.recount || work.recount_graphs) {
        write_day_series(work);
        write_week_series(work);
        write_gauges(work);
        write_rankings(work);
        write_week_hours(work);
        return;
    }
    const analytics::Totals& difference = work.difference;
    if (!difference.days.empty()) {
        write_changed_days(work);
        write_changed_weeks(work);
        write_gauges(work);
    }
    if (!difference.categories.empty() || !difference.windows.empty() || labels_changed_) write_rankings(work);
    if (!difference.week_hours.empty()) write_week_hours(work);
}

analytics::Totals RefreshRun::stored_days(const SellerWork& work, LocalDate from, LocalDate to) {
    analytics::Totals totals;
    storage::each_day(*db_, work.seller.id, from, to, [&](LocalDate day, const storage::AmountRow& row) {
        totals.days.emplace_hint(totals.days.end(), day, to_amounts(row));
    });
    return totals;
}

void RefreshRun::write_day_series(SellerWork& work) {
    const std::vector<GraphSeries> series = analytics::sales_vs_posted(stored_days(work, first_day, last_day).days);
    for (const GraphKind kind : day_graphs) {
        write_points(work, key(kind, 0), series.at(0).points);
        write_points(work, key(kind, 1), series.at(1).points);
    }
}

void RefreshRun::write_week_series(SellerWork& work) {
    const int digits = minor_digits(work.seller.currency);
    const std::map<LocalDate, Amounts> weeks = analytics::weeks_of(stored_days(work, first_day, last_day).days);
    for (const auto& [kind, point_of] : week_graphs) {
        std::vector<GraphPoint> points;
        for (const auto& [monday, week] : weeks) {
            if (std::optional<GraphPoint> point = point_of(monday, week, digits)) points.push_back(std::move(*point));
        }
        write_points(work, key(kind), points);
    }
}

void RefreshRun::write_changed_days(SellerWork& work) {
    std::map<std::string, std::optional<PointValue>> sales;
    std::map<std::string, std::optional<PointValue>> posted;
    for (const auto& [day, difference] : work.difference.days) {
        const analytics::Totals now = stored_days(work, day, day);
        const std::string x = format_date(day);
        const bool shown = !now.days.empty();
        sales[x] = shown ? std::optional(analytics::sales_point(day, now.days.begin()->second).y) : std::nullopt;
        posted[x] = shown ? std::optional(analytics::posted_point(day, now.days.begin()->second).y) : std::nullopt;
    }
    for (const GraphKind kind : day_graphs) {
        merge_points(work, key(kind, 0), sales);
        merge_points(work, key(kind, 1), posted);
    }
}

void RefreshRun::write_changed_weeks(SellerWork& work) {
    const int digits = minor_digits(work.seller.currency);
    std::set<LocalDate> mondays;
    for (const auto& [day, difference] : work.difference.days) mondays.insert(analytics::week_of(day));
    std::array<std::map<std::string, std::optional<PointValue>>, week_graphs.size()> changes;
    for (const LocalDate monday : mondays) {
        const std::map<LocalDate, Amounts> week =
            analytics::weeks_of(stored_days(work, monday, monday + std::chrono::days(6)).days);
        const Amounts amounts = week.empty() ? Amounts{} : week.begin()->second;
        for (std::size_t graph = 0; graph < week_graphs.size(); ++graph) {
            const std::optional<GraphPoint> point = week_graphs.at(graph).second(monday, amounts, digits);
            changes.at(graph)[format_date(monday)] = point ? std::optional(point->y) : std::nullopt;
        }
    }
    for (std::size_t graph = 0; graph < week_graphs.size(); ++graph)
        merge_points(work, key(week_graphs.at(graph).first), changes.at(graph));
}

void RefreshRun::write_gauges(SellerWork& work) {
    const Amounts all = to_amounts(storage::seller_amounts(*db_, work.seller.id));
    write_points(work, key(GraphKind::sell_through), analytics::sell_through_points(all.posted, all.sold));
    write_points(work, key(GraphKind::sell_through_to_date),
                 analytics::sell_through_points(all.closed_posted, all.closed_sold));
}

void RefreshRun::write_rankings(SellerWork& work) {
    std::map<CategoryId, std::int64_t> categories;
    storage::each_category(*db_, work.seller.id,
                           [&](CategoryId id, std::int64_t collected) { categories.emplace(id, collected); });
    const analytics::CategoryNames names = [this](CategoryId id) -> std::optional<std::string> {
        std::optional<std::string> name = storage::find_category_name(*db_, id);
        if (!name) nameless_.insert(id);
        return name;
    };
    write_points(work, key(GraphKind::categories), analytics::top_categories(categories, names));
    std::map<TimeOfDay, std::int64_t> windows;
    storage::each_window(*db_, work.seller.id,
                         [&](TimeOfDay start, std::int64_t collected) { windows.emplace(start, collected); });
    write_points(work, key(GraphKind::time_windows), analytics::top_windows(windows));
}

void RefreshRun::write_week_hours(SellerWork& work) {
    std::map<analytics::WeekHour, std::int64_t> hours;
    storage::each_hour(*db_, work.seller.id, [&](int hour, std::int64_t collected) { hours.emplace(hour, collected); });
    const std::vector<GraphSeries> series = analytics::week_hour_series(hours);
    for (std::size_t index = 0; index < series.size(); ++index) {
        write_points(work, key(GraphKind::week_hours, static_cast<std::int64_t>(index)), series[index].points);
    }
}

void RefreshRun::write_points(SellerWork& work, SeriesKey place, std::span<const GraphPoint> wanted) {
    const std::int64_t series = work.series.at(place).id;
    std::vector<analytics::StoredPoint> stored;
    for (storage::PointRow& row : storage::points_from(*db_, series, 0)) {
        stored.push_back({.sort_index = row.sort_index, .point = std::move(row.point)});
    }
    apply_changes(series, analytics::point_changes(stored, wanted));
}

void RefreshRun::apply_changes(std::int64_t series, std::span<const analytics::PointChange> changes) {
    for (const analytics::PointChange& change : changes) {
        if (change.kind == analytics::PointChange::Kind::remove) {
            storage::remove_point(*write_, series, change.sort_index);
        } else {
            storage::put_point(*write_, series, change.sort_index, change.point);
        }
        report_.points_written += 1;
    }
}

void RefreshRun::merge_points(SellerWork& work, SeriesKey place,
                              const std::map<std::string, std::optional<PointValue>>& changes) {
    const std::int64_t series = work.series.at(place).id;
    const std::int64_t size = storage::last_point(*db_, series) + 1;
    // Points that stay where they are, up to the first that comes or goes.
    auto change = changes.begin();
    std::int64_t position = 0;
    for (; change != changes.end(); ++change) {
        const auto& [x, y] = *change;
        position = lower_bound(*db_, series, size, x);
        const std::optional<GraphPoint> stored = storage::find_point(*db_, series, position);
        const bool exists = stored && stored->x == x;
        if (exists != y.has_value()) break;
        if (!exists || stored->y == *y) continue;
        storage::put_point(*write_, series, position, {.x = x, .y = *y});
        report_.points_written += 1;
    }
    if (change == changes.end()) return;
    // From there on sort indexes move: the tail is laid anew.
    std::vector<analytics::StoredPoint> tail;
    std::map<std::string, PointValue> wanted;
    for (storage::PointRow& row : storage::points_from(*db_, series, position)) {
        wanted.emplace(row.point.x, row.point.y);
        tail.push_back({.sort_index = row.sort_index, .point = std::move(row.point)});
    }
    for (; change != changes.end(); ++change) {
        if (change->second) {
            wanted.insert_or_assign(change->first, *change->second);
        } else {
            wanted.erase(change->first);
        }
    }
    std::vector<GraphPoint> points;
    points.reserve(wanted.size());
    for (const auto& [x, y] : wanted) points.push_back({.x = x, .y = y});
    apply_changes(series, analytics::point_changes(tail, points, position));
}

}  // namespace edge
