#include "edge/analytics/graphs.hpp"

#include "edge/analytics/ranking.hpp"
#include "edge/core/error.hpp"

#include <algorithm>
#include <limits>
#include <set>

namespace edge::analytics {
namespace {

constexpr std::int64_t units_per_one = 10'000;

/// `amount` × `units` as a point.
PointValue point_value(std::int64_t amount, std::int64_t units) {
    constexpr std::int64_t highest = std::numeric_limits<std::int64_t>::max();
    const std::int64_t fitting = highest / units;
    if (amount > fitting) return PointValue::from_units(highest);
    if (amount < -fitting) return PointValue::from_units(-highest);
    return PointValue::from_units(amount * units);
}

PointValue whole(std::int64_t amount) { return point_value(amount, units_per_one); }

/// Percent with 2 places, 0 to 100; 0 of nothing is 0.
PointValue percentage(std::int64_t part, std::int64_t of) {
    if (of <= 0 || part <= 0) return {};
    const double rate = static_cast<double>(part) / static_cast<double>(of) * 100;
    return PointValue::from_units(round_to_units(std::min(rate, 100.0), 2) * 100);
}

std::optional<GraphPoint> week_point(LocalDate monday, const Amounts& week, PointValue y) {
    if (week.closed_bundles <= 0 && week.sold <= 0) return std::nullopt;
    return GraphPoint{.x = format_date(monday), .y = y};
}

/// The points of those weeks that have one.
template <class PointOf>
std::vector<GraphPoint> week_points(const std::map<LocalDate, Amounts>& weeks, const PointOf& point_of) {
    std::vector<GraphPoint> points;
    for (const auto& [monday, week] : weeks) {
        if (std::optional<GraphPoint> point = point_of(monday, week)) points.push_back(std::move(*point));
    }
    return points;
}

/// "07:00"
std::string hour_label(int hour) { return format_hour_minute(std::chrono::hours(hour)); }

std::vector<GraphSeries> one_series(std::string name, std::vector<GraphPoint> points) {
    std::vector<GraphSeries> series(1);
    series.front() = {.name = std::move(name), .points = std::move(points)};
    return series;
}

std::vector<GraphSeries> forecast_graph(const GraphSources& sources) {
    std::vector<GraphSeries> series = sales_vs_posted(sources.totals.days);
    for (GraphSeries& predicted : forecast_series(sources.forecasts)) series.push_back(std::move(predicted));
    return series;
}

std::vector<GraphPoint> revenue_points(const std::map<LocalDate, Amounts>& weeks, int minor_digits) {
    return week_points(weeks, [minor_digits](LocalDate monday, const Amounts& week) {
        return revenue_point(monday, week, minor_digits);
    });
}

}  // namespace

GraphPoint sales_point(LocalDate day, const Amounts& amounts) {
    return {.x = format_date(day), .y = whole(amounts.sold)};
}

GraphPoint posted_point(LocalDate day, const Amounts& amounts) {
    return {.x = format_date(day), .y = whole(amounts.posted)};
}

std::vector<GraphSeries> sales_vs_posted(const std::map<LocalDate, Amounts>& days) {
    std::vector<GraphSeries> series = {{.name = "sales", .points = {}}, {.name = "posted", .points = {}}};
    for (const auto& [day, amounts] : days) {
        series[0].points.push_back(sales_point(day, amounts));
        series[1].points.push_back(posted_point(day, amounts));
    }
    return series;
}

std::vector<GraphSeries> forecast_series(std::span<const DayForecast> forecasts) {
    std::vector<GraphSeries> series = {{.name = "forecast", .points = {}},
                                       {.name = "forecast_low", .points = {}},
                                       {.name = "forecast_high", .points = {}}};
    for (const DayForecast& forecast : forecasts) {
        const std::string x = format_date(forecast.day);
        series[0].points.push_back({.x = x, .y = forecast.expected});
        series[1].points.push_back({.x = x, .y = forecast.low});
        series[2].points.push_back({.x = x, .y = forecast.high});
    }
    return series;
}

SellThrough sell_through(std::int64_t posted, std::int64_t sold) {
    const PointValue rate = percentage(sold, posted);
    return {.sold = rate, .unsold = PointValue::from_units(100 * units_per_one - rate.units())};
}

std::vector<GraphPoint> sell_through_points(std::int64_t posted, std::int64_t sold) {
    const SellThrough rate = sell_through(posted, sold);
    return {{.x = "sold", .y = rate.sold}, {.x = "unsold", .y = rate.unsold}};
}

std::vector<GraphPoint> top_categories(const std::map<CategoryId, std::int64_t>& collected, const CategoryNames& names,
                                       int count) {
    std::vector<GraphPoint> points;
    for (const auto& [category, quantity] : largest(collected, count)) {
        std::optional<std::string> name = names(category);
        if (!name) name = "#" + std::to_string(category.value());
        points.push_back({.x = std::move(*name), .y = whole(quantity)});
    }
    return points;
}

std::vector<GraphPoint> top_windows(const std::map<TimeOfDay, std::int64_t>& collected, int count) {
    std::vector<GraphPoint> points;
    for (const auto& [start, quantity] : largest(collected, count)) {
        points.push_back({.x = format_hour_minute(start), .y = whole(quantity)});
    }
    return points;
}

LocalDate week_of(LocalDate day) noexcept { return day - std::chrono::days(weekday_index(day)); }

std::map<LocalDate, Amounts> weeks_of(const std::map<LocalDate, Amounts>& days) {
    std::map<LocalDate, Amounts> weeks;
    for (const auto& [day, amounts] : days) weeks[week_of(day)] += amounts;
    return weeks;
}

std::optional<GraphPoint> no_show_point(LocalDate monday, const Amounts& week) {
    if (week.closed_reserved <= 0) return std::nullopt;
    return GraphPoint{.x = format_date(monday), .y = percentage(week.closed_no_shows, week.closed_reserved)};
}

std::optional<GraphPoint> waste_point(LocalDate monday, const Amounts& week) {
    return week_point(monday, week, point_value(week.grams_saved, units_per_one / 1000));
}

std::optional<GraphPoint> co2_point(LocalDate monday, const Amounts& week) {
    return week_point(monday, week, point_value(week.co2_grams, units_per_one / 1000));
}

std::optional<GraphPoint> revenue_point(LocalDate monday, const Amounts& week, int minor_digits) {
    if (minor_digits < 0 || minor_digits > PointValue::places) {
        throw Error(ErrorCode::invalid_argument, "cannot show revenue in a currency with " +
                                                     std::to_string(minor_digits) +
                                                     " minor digits: a graph's point has 4 places");
    }
    std::int64_t units_per_minor = units_per_one;
    for (int digit = 0; digit < minor_digits; ++digit) units_per_minor /= 10;
    return week_point(monday, week, point_value(week.revenue_minor, units_per_minor));
}

std::vector<GraphSeries> week_hour_series(const std::map<WeekHour, std::int64_t>& collected) {
    std::set<int> hours;
    for (const auto& [week_hour, quantity] : collected) hours.insert(week_hour % 24);
    std::vector<GraphSeries> series;
    for (int weekday = 0; weekday < 7; ++weekday) {
        GraphSeries& day = series.emplace_back();
        day.name = weekday_name(weekday);
        for (const int hour : hours) {
            const auto found = collected.find(weekday * 24 + hour);
            day.points.push_back({.x = hour_label(hour), .y = whole(found == collected.end() ? 0 : found->second)});
        }
    }
    return series;
}

std::vector<Graph> build_graphs(SellerId seller, const GraphSources& sources) {
    const Totals& totals = sources.totals;
    const Amounts& overall = totals.overall;
    const std::map<LocalDate, Amounts> weeks = weeks_of(totals.days);
    std::vector<Graph> graphs;
    const auto draw = [&](GraphKind kind, std::vector<GraphSeries> series) {
        graphs.push_back({.type = type_of(kind), .seller = seller, .series = std::move(series)});
    };
    draw(GraphKind::sales_vs_posted, sales_vs_posted(totals.days));
    draw(GraphKind::sell_through, one_series("sell_rate", sell_through_points(overall.posted, overall.sold)));
    draw(GraphKind::categories, one_series("categories", top_categories(totals.categories, sources.names)));
    draw(GraphKind::time_windows, one_series("time_windows", top_windows(totals.windows)));
    draw(GraphKind::forecast, forecast_graph(sources));
    draw(GraphKind::sell_through_to_date,
         one_series("sell_rate", sell_through_points(overall.closed_posted, overall.closed_sold)));
    draw(GraphKind::no_show_rate, one_series("no_show_rate", week_points(weeks, no_show_point)));
    draw(GraphKind::week_hours, week_hour_series(totals.week_hours));
    draw(GraphKind::waste_avoided, one_series("waste_avoided", week_points(weeks, waste_point)));
    draw(GraphKind::co2_saved, one_series("co2_saved", week_points(weeks, co2_point)));
    draw(GraphKind::revenue, one_series("revenue", revenue_points(weeks, sources.minor_digits)));
    draw(GraphKind::forecast_accuracy, accuracy_series(sources.forecast_weeks));
    return graphs;
}

}  // namespace edge::analytics
