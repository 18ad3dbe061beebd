#include "output/terminal_bars.hpp"

#include "output/text_width.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace edge::cli {
namespace {

constexpr std::array<const char*, 9> left_blocks = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"};
constexpr std::array<const char*, 9> lower_blocks = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
constexpr std::array<const char*, 5> shade_blocks = {"  ", "░░", "▒▒", "▓▓", "██"};
constexpr std::size_t longest_label = 28;

std::string repeat(const char* text, std::size_t count) {
    std::string result;
    for (std::size_t i = 0; i < count; ++i) result += text;
    return result;
}

/// A bar of `share` (0 to 1) of so many columns, to an eighth of a column.
std::string bar(double share, std::size_t columns) {
    const auto eighths =
        static_cast<std::size_t>(std::lround(std::clamp(share, 0.0, 1.0) * static_cast<double>(columns) * 8));
    return repeat(left_blocks[8], eighths / 8) + left_blocks.at(eighths % 8);
}

double largest(const Chart& chart) {
    double value = 0;
    for (const ChartSeries& series : chart.series) {
        for (const ChartPoint& point : series.points) value = std::max(value, point.y);
    }
    return value;
}

/// Over a cell two columns wide: of a time of day its hour.
std::string short_label(const std::string& label) {
    if (parse_time_of_day(label)) return label.substr(0, 2);
    return truncate_to_width(printable(label), 2);
}

std::size_t label_width(const Chart& chart) {
    std::size_t width = 1;
    for (std::size_t place = 0; place < chart.places; ++place) {
        width = std::max(width, display_width(printable(chart.label(place))));
    }
    return std::min(width, longest_label);
}

}  // namespace

std::string bar_chart(const Chart& chart, std::size_t columns, const Style& style) {
    struct Bar {
        std::size_t place;
        std::size_t series;
        double value;
    };
    std::vector<Bar> bars;
    for (std::size_t i = 0; i < chart.series.size(); ++i) {
        for (const ChartPoint& point : chart.series[i].points) bars.push_back({point.place, i, point.y});
    }
    std::ranges::stable_sort(bars, {}, &Bar::place);
    std::size_t value_width = 1;
    for (const Bar& each : bars) value_width = std::max(value_width, format_value(each.value).size());
    // Many different days would make label_width walk them all; their labels are equally long.
    const std::size_t labels = chart.first_day ? display_width(chart.label(0)) : label_width(chart);
    const std::size_t room = columns > labels + value_width + 14 ? columns - labels - value_width - 4 : 10;
    const double most = std::max(largest(chart), 1e-9);
    std::string text;
    for (std::size_t i = 0; i < bars.size(); ++i) {
        const bool same_label = i > 0 && bars[i - 1].place == bars[i].place;
        const std::string label = same_label ? "" : truncate_to_width(printable(chart.label(bars[i].place)), labels);
        text += "  " + pad_right(label, labels) + " " +
                style.paint_series(bars[i].series, bar(bars[i].value / most, room)) + " " +
                format_value(bars[i].value) + "\n";
    }
    return text;
}

std::string column_chart(const Chart& chart, const ChartSize& size, const Style& style) {
    const std::vector<ChartPoint>& points = chart.series.front().points;
    const ValueAxis axis = value_axis(chart, static_cast<int>(size.rows) / 3);
    const std::size_t margin = format_value(axis.high()).size();
    const std::size_t room = size.columns - margin - 3;
    const std::size_t count = std::min(points.size(), room);
    const std::size_t step = std::clamp<std::size_t>(room / count, 1, 4);
    const std::size_t skipped = points.size() - count;
    std::string text;
    for (std::size_t row = size.rows; row-- > 0;) {
        std::string line;
        for (std::size_t i = skipped; i < points.size(); ++i) {
            const double share =
                axis.share(std::max(points[i].y, 0.0)) * static_cast<double>(size.rows) - static_cast<double>(row);
            const auto eighths = static_cast<std::size_t>(std::lround(std::clamp(share, 0.0, 1.0) * 8));
            line += repeat(lower_blocks.at(eighths), step > 1 ? step - 1 : 1) + (step > 1 ? " " : "");
        }
        line.erase(line.find_last_not_of(' ') + 1);
        const bool labelled = row + 1 == size.rows || row == 0;
        const std::string tick = row == 0 ? "0" : row + 1 == size.rows ? format_value(axis.high()) : "";
        text += pad_left(tick, margin) + (labelled ? " ┤" : " │") + style.paint_series(0, line) + "\n";
    }
    const std::string first = chart.label(points[skipped].place);
    const std::string last = chart.label(points.back().place);
    const std::size_t gap = std::max(count * step, first.size() + last.size() + 1) - first.size() - last.size();
    text += std::string(margin + 1, ' ') + "└" + repeat("─", count * step) + "\n";
    text += std::string(margin + 2, ' ') + first + std::string(gap, ' ') + last + "\n";
    if (skipped > 0) text += style.paint(Tone::faint, fmt::format("  the last {} of {}", count, points.size())) + "\n";
    return text;
}

std::string gauge(const Chart& chart, std::size_t columns, const Style& style) {
    const std::vector<ChartPoint>& points = chart.series.front().points;
    const double total = std::accumulate(points.begin(), points.end(), 0.0, [](double sum, const ChartPoint& point) {
        return sum + std::max(point.y, 0.0);
    });
    const std::size_t room = columns - 4;
    std::string line = "  ";
    std::string names = "  ";
    std::size_t used = 0;
    for (std::size_t i = 0; i < points.size(); ++i) {
        const double share = total > 0 ? std::max(points[i].y, 0.0) / total : 0;
        const bool last = i + 1 == points.size();
        const auto wanted = static_cast<std::size_t>(std::lround(share * static_cast<double>(room)));
        const std::size_t width = last && total > 0 ? room - used : std::min(wanted, room - used);
        constexpr std::array<const char*, 4> fills = {"█", "░", "▒", "▓"};
        line += style.paint_series(i, repeat(fills.at(i % fills.size()), width));
        names += style.paint_series(i, fills.at(i % fills.size())) + " " + printable(chart.label(points[i].place)) +
                 " " + format_value(points[i].y) + " %   ";
        used += width;
    }
    names.erase(names.find_last_not_of(' ') + 1);
    return line + "\n" + names + "\n";
}

std::string heat_map(const Chart& chart, const Style& style) {
    constexpr std::size_t cell = 2;
    std::size_t names = 1;
    for (const ChartSeries& series : chart.series) names = std::max(names, display_width(printable(series.name)));
    names = std::min(names, longest_label);
    const double most = std::max(largest(chart), 1e-9);
    std::string text = std::string(names + 3, ' ');
    for (std::size_t place = 0; place < chart.places; ++place) {
        text += pad_right(short_label(chart.label(place)), cell) + " ";
    }
    text.erase(text.find_last_not_of(' ') + 1);
    text += "\n";
    for (const ChartSeries& series : chart.series) {
        std::vector<double> values(chart.places, 0);
        for (const ChartPoint& point : series.points) values[point.place] = point.y;
        text += "  " + pad_right(truncate_to_width(printable(series.name), names), names) + " ";
        for (const double value : values) {
            const auto level = value <= 0 ? 0U : std::clamp(static_cast<unsigned>(std::ceil(value / most * 4)), 1U, 4U);
            text += style.shade(value / most, shade_blocks.at(level)) + " ";
        }
        text.erase(text.find_last_not_of(' ') + 1);
        text += "\n";
    }
    text += style.paint(Tone::faint, fmt::format("  {}none", std::string(names + 1, ' ')));
    for (std::size_t level = 1; level < shade_blocks.size(); ++level) {
        text += " " + style.shade(static_cast<double>(level) / 4, shade_blocks.at(level));
    }
    return text + " " + format_value(most) + "\n";
}

}  // namespace edge::cli
