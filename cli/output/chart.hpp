#pragma once

#include "edge/core/entities.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace edge::cli {

/// A point to be drawn: its place along x (a day counts as one place) and its value.
struct ChartPoint {
    std::size_t place = 0;
    double y = 0;
};

struct ChartSeries {
    std::string name;
    std::vector<ChartPoint> points;  ///< ascending by place
};

/// Two series that bound a third: `forecast_low` and `forecast_high` around `forecast`.
struct ChartBand {
    std::string name;        ///< "forecast, 80 % interval"
    std::size_t around = 0;  ///< index of the series that it surrounds
    ChartSeries low;
    ChartSeries high;
};

/// A graph made ready to be drawn, on paper or on a terminal.
struct Chart {
    std::string title;
    std::string x_label;
    std::string y_label;
    std::vector<ChartSeries> series;
    std::vector<ChartBand> bands;
    std::vector<std::string> labels;     ///< what stands at each place; empty if `first_day` is set
    std::optional<LocalDate> first_day;  ///< set if every x is a day: place 0
    std::size_t places = 0;

    [[nodiscard]] std::string label(std::size_t place) const;
};

/// Places are days if every x is one (gaps stay visible), else the different x in order of appearance.
[[nodiscard]] Chart chart_of(const Graph& graph);

/// The graph with only the last `count` different x; of a graph whose x are not days nothing is taken away.
[[nodiscard]] Graph last_days(Graph graph, std::size_t count);

/// Round numbers from at or below `low` to at or above `high`; always holds 0 and at least two ticks.
struct ValueAxis {
    std::vector<double> ticks;
    [[nodiscard]] double low() const { return ticks.front(); }
    [[nodiscard]] double high() const { return ticks.back(); }
    /// 0 at the low end, 1 at the high end.
    [[nodiscard]] double share(double value) const { return (value - low()) / (high() - low()); }
};
[[nodiscard]] ValueAxis value_axis(double low, double high, int about_ticks);
/// Over all points of all series and bands; with `stacked` over the sums at each place.
[[nodiscard]] ValueAxis value_axis(const Chart& chart, int about_ticks, bool stacked = false);

/// "1,234.5": at most two places, none if whole.
[[nodiscard]] std::string format_value(double value);
/// A decimal without its trailing zeros: "66.67", "12".
[[nodiscard]] std::string format_point(PointValue value);

}  // namespace edge::cli
