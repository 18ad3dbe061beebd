#include "output/chart.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

namespace edge::cli {
namespace {

bool every_x_is_a_day(const Graph& graph) {
    bool any = false;
    for (const GraphSeries& series : graph.series) {
        for (const GraphPoint& point : series.points) {
            if (!parse_date(point.x)) return false;
            any = true;
        }
    }
    return any;
}

void place_days(const Graph& graph, Chart& chart) {
    LocalDate first = LocalDate::max();
    LocalDate last = LocalDate::min();
    for (const GraphSeries& series : graph.series) {
        for (const GraphPoint& point : series.points) {
            const LocalDate day = parse_date(point.x).value();
            first = std::min(first, day);
            last = std::max(last, day);
        }
    }
    chart.first_day = first;
    chart.places = static_cast<std::size_t>((last - first).count()) + 1;
    for (const GraphSeries& series : graph.series) {
        ChartSeries& placed = chart.series.emplace_back(ChartSeries{series.name, {}});
        for (const GraphPoint& point : series.points) {
            const auto place = static_cast<std::size_t>((parse_date(point.x).value() - first).count());
            placed.points.push_back({place, point.y.value()});
        }
        std::ranges::stable_sort(placed.points, {}, &ChartPoint::place);
    }
}

/// Points of one series with an equal x (two windows that start within one minute) keep places of their own.
void place_labels(const Graph& graph, Chart& chart) {
    std::map<std::pair<std::string, std::size_t>, std::size_t> places;
    for (const GraphSeries& series : graph.series) {
        ChartSeries& placed = chart.series.emplace_back(ChartSeries{series.name, {}});
        std::map<std::string, std::size_t> seen;
        for (const GraphPoint& point : series.points) {
            const auto [found, added] = places.try_emplace({point.x, seen[point.x]++}, chart.labels.size());
            if (added) chart.labels.push_back(point.x);
            placed.points.push_back({found->second, point.y.value()});
        }
        std::ranges::stable_sort(placed.points, {}, &ChartPoint::place);
    }
    chart.places = chart.labels.size();
}

/// Takes `<name>_low` and `<name>_high` out of the series where there is a `<name>` to surround.
void find_bands(Chart& chart) {
    const auto find = [&chart](const std::string& name) {
        return std::ranges::find(chart.series, name, &ChartSeries::name);
    };
    for (std::size_t i = 0; i < chart.series.size(); ++i) {
        const std::string name = chart.series[i].name;
        if (find(name + "_low") == chart.series.end() || find(name + "_high") == chart.series.end()) continue;
        ChartBand band{name + ", 80 % interval", i, *find(name + "_low"), *find(name + "_high")};
        chart.series.erase(find(name + "_low"));
        chart.series.erase(find(name + "_high"));
        band.around = static_cast<std::size_t>(find(name) - chart.series.begin());
        chart.bands.push_back(std::move(band));
    }
}

double round_step(double rough) {
    const double magnitude = std::pow(10.0, std::floor(std::log10(rough)));
    const double leading = rough / magnitude;
    const double step = leading <= 1 ? 1 : leading <= 2 ? 2 : leading <= 5 ? 5 : 10;
    return step * magnitude;
}

}  // namespace

std::string Chart::label(std::size_t place) const {
    if (!first_day) return labels.at(place);
    return format_date(*first_day + std::chrono::days(static_cast<std::int64_t>(place)));
}

Chart chart_of(const Graph& graph) {
    Chart chart;
    chart.title = graph.type.summary;
    chart.x_label = graph.type.x_axis_label;
    chart.y_label = graph.type.y_axis_label;
    if (every_x_is_a_day(graph)) {
        place_days(graph, chart);
    } else {
        place_labels(graph, chart);
    }
    find_bands(chart);
    return chart;
}

Graph last_days(Graph graph, std::size_t count) {
    if (!every_x_is_a_day(graph)) return graph;
    std::set<std::string> days;
    for (const GraphSeries& series : graph.series) {
        for (const GraphPoint& point : series.points) days.insert(point.x);
    }
    if (days.size() <= count) return graph;
    const std::string first =
        count == 0 ? "~" : *std::next(days.begin(), static_cast<std::ptrdiff_t>(days.size() - count));
    for (GraphSeries& series : graph.series) {
        std::erase_if(series.points, [&first](const GraphPoint& point) { return point.x < first; });
    }
    return graph;
}

ValueAxis value_axis(double low, double high, int about_ticks) {
    low = std::min(low, 0.0);
    high = std::max(high, 0.0);
    if (high - low <= 0) high = 1;
    const double step = round_step((high - low) / std::max(about_ticks, 1));
    const auto first = static_cast<long>(std::floor(low / step * (1 - 1e-12)));
    const auto last = static_cast<long>(std::ceil(high / step * (1 - 1e-12)));
    ValueAxis axis;
    for (long i = first; i <= last; ++i) axis.ticks.push_back(static_cast<double>(i) * step);
    return axis;
}

ValueAxis value_axis(const Chart& chart, int about_ticks, bool stacked) {
    double low = 0;
    double high = 0;
    std::map<std::size_t, double> sums;
    const auto include = [&](const ChartSeries& series) {
        for (const ChartPoint& point : series.points) {
            const double value = stacked ? (sums[point.place] += point.y) : point.y;
            low = std::min(low, value);
            high = std::max(high, value);
        }
    };
    for (const ChartSeries& series : chart.series) include(series);
    for (const ChartBand& band : chart.bands) {
        include(band.low);
        include(band.high);
    }
    return value_axis(low, high, about_ticks);
}

std::string format_value(double value) {
    std::string text = fmt::format("{:.2f}", value == 0 ? 0.0 : value);
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
    const std::size_t sign = text.front() == '-' ? 1 : 0;
    for (std::size_t end = std::min(text.find('.'), text.size()); end > sign + 3; end -= 3) text.insert(end - 3, ",");
    return text;
}

std::string format_point(PointValue value) {
    std::string text = value.text();
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
    return text;
}

}  // namespace edge::cli
