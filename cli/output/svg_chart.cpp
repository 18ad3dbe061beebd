#include "output/svg_chart.hpp"

#include "output/chart.hpp"
#include "output/svg_plot.hpp"
#include "output/text_width.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

namespace edge::cli {
namespace {

bool has_points(const Chart& chart) {
    return std::ranges::any_of(chart.series, [](const ChartSeries& series) { return !series.points.empty(); });
}

std::string band_shape(const SvgPlot& plot, const ChartBand& band) {
    std::string points;
    for (const ChartPoint& point : band.high.points) points += plot.at(point) + " ";
    std::for_each(band.low.points.rbegin(), band.low.points.rend(),
                  [&](const ChartPoint& point) { points += plot.at(point) + " "; });
    return fmt::format("<polygon points=\"{}\" fill=\"{}\" fill-opacity=\"0.18\"/>\n", points,
                       series_colour(band.around));
}

std::string area_shape(const SvgPlot& plot, const ChartSeries& series, std::size_t index) {
    if (series.points.empty()) return {};
    std::string points = plot.at({series.points.front().place, 0}) + " ";
    for (const ChartPoint& point : series.points) points += plot.at(point) + " ";
    points += plot.at({series.points.back().place, 0});
    return fmt::format("<polygon points=\"{}\" fill=\"{}\" fill-opacity=\"0.35\"/>\n", points, series_colour(index));
}

std::string line_shape(const SvgPlot& plot, const ChartSeries& series, std::size_t index, std::size_t places) {
    std::string points;
    for (const ChartPoint& point : series.points) points += plot.at(point) + " ";
    std::string text = fmt::format(
        "<polyline points=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"1.6\" "
        "stroke-linejoin=\"round\"/>\n",
        points, series_colour(index));
    constexpr std::size_t most_dots = 45;
    if (places > most_dots && series.points.size() > 1) return text;
    for (const ChartPoint& point : series.points) {
        text += fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"2.5\" fill=\"{}\"/>\n", plot.x(point.place),
                            plot.y(point.y), series_colour(index));
    }
    return text;
}

std::string draw_lines(const Chart& chart, bool filled) {
    const SvgPlot plot(chart, value_axis(chart, 6), SvgPlot::Spread::edge_to_edge);
    std::string text = plot.frame();
    for (const ChartBand& band : chart.bands) text += band_shape(plot, band);
    for (std::size_t i = 0; i < chart.series.size(); ++i) {
        if (filled) text += area_shape(plot, chart.series[i], i);
        text += line_shape(plot, chart.series[i], i, chart.places);
    }
    return text;
}

std::string bar_shape(const SvgPlot& plot, const Chart& chart, double left, double width, double from, double to,
                      std::size_t place, std::size_t series) {
    const double top = plot.y(std::max(from, to));
    const double height = plot.y(std::min(from, to)) - top;
    return fmt::format(
        "<rect x=\"{:.2f}\" y=\"{:.2f}\" width=\"{:.2f}\" height=\"{:.2f}\" fill=\"{}\"><title>{}: {}</title></rect>\n",
        left, top, width, height, series_colour(series), escape_xml(chart.label(place)), format_value(to - from));
}

std::string draw_bars(const Chart& chart) {
    const Chart placed = without_gaps(chart);
    const SvgPlot plot(placed, value_axis(placed, 6), SvgPlot::Spread::in_slots);
    std::string text = plot.frame();
    const double group = plot.slot() * 0.72;
    const double width = group / static_cast<double>(std::max<std::size_t>(placed.series.size(), 1));
    for (std::size_t i = 0; i < placed.series.size(); ++i) {
        for (const ChartPoint& point : placed.series[i].points) {
            const double left = plot.x(point.place) - group / 2 + static_cast<double>(i) * width;
            text += bar_shape(plot, placed, left, width, 0, point.y, point.place, i);
        }
    }
    return text;
}

std::string draw_stacked_bars(const Chart& chart) {
    const Chart placed = without_gaps(chart);
    const SvgPlot plot(placed, value_axis(placed, 6, true), SvgPlot::Spread::in_slots);
    std::string text = plot.frame();
    std::vector<double> heights(placed.places, 0);
    const double width = plot.slot() * 0.72;
    for (std::size_t i = 0; i < placed.series.size(); ++i) {
        for (const ChartPoint& point : placed.series[i].points) {
            double& height = heights[point.place];
            text += bar_shape(plot, placed, plot.x(point.place) - width / 2, width, height, height + point.y,
                              point.place, i);
            height += point.y;
        }
    }
    return text;
}

/// A piece of a ring around (cx, cy) between two shares of the whole turn, clockwise from the top.
std::string ring_piece(double from, double to, std::size_t index) {
    constexpr double cx = 300;
    constexpr double cy = 240;
    constexpr double outer = 150;
    constexpr double inner = 85;
    // An arc cannot end where it begins: a whole ring stops just short of it.
    to = std::min(to, from + 0.99999);
    const auto point = [](double share, double radius) {
        const double angle = 2 * std::numbers::pi * share;
        return fmt::format("{:.2f} {:.2f}", cx + radius * std::sin(angle), cy - radius * std::cos(angle));
    };
    const int large = to - from > 0.5 ? 1 : 0;
    return fmt::format("<path d=\"M {} A {} {} 0 {} 1 {} L {} A {} {} 0 {} 0 {} Z\" fill=\"{}\"/>\n",
                       point(from, outer), outer, outer, large, point(to, outer), point(to, inner), inner, inner, large,
                       point(from, inner), series_colour(index));
}

std::string draw_pie(const Chart& chart) {
    const std::vector<ChartPoint>& points = chart.series.front().points;
    const double total = std::accumulate(points.begin(), points.end(), 0.0, [](double sum, const ChartPoint& point) {
        return sum + std::max(point.y, 0.0);
    });
    std::string text;
    double from = 0;
    for (std::size_t i = 0; i < points.size(); ++i) {
        const double share = total > 0 ? std::max(points[i].y, 0.0) / total : 0;
        if (share > 0) text += ring_piece(from, from + share, i);
        from += share;
        const double y = 215 + 32 * static_cast<double>(i);
        text += fmt::format("<rect x=\"520\" y=\"{:.0f}\" width=\"14\" height=\"14\" fill=\"{}\"/>\n", y - 12,
                            series_colour(i));
        text += fmt::format("<text x=\"544\" y=\"{:.0f}\" font-size=\"16\">{}  {} %</text>\n", y,
                            escape_xml(chart.label(points[i].place)), format_value(points[i].y));
    }
    return text +
           fmt::format(
               "<text x=\"300\" y=\"248\" font-size=\"26\" font-weight=\"bold\" text-anchor=\"middle\">{} %</text>\n",
               format_value(points.front().y));
}

std::string draw(const Graph& graph, const Chart& chart) {
    const std::string& kind = graph.type.chart_type;
    if (!has_points(chart)) return svg_note("nothing to show yet");
    if (kind == "pie") return draw_pie(chart);
    const std::string key = svg_legend(chart);
    if (kind == "bar") return draw_bars(chart) + key;
    if (kind == "stacked_bar") return draw_stacked_bars(chart) + key;
    return draw_lines(chart, kind == "area") + key;
}

}  // namespace

std::string svg_chart(const Graph& graph) {
    const Chart chart = chart_of(graph);
    const std::string title = escape_xml(chart.title);
    return fmt::format(
               "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
               "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} {1}\" "
               "role=\"img\" "
               "aria-label=\"{2}\" font-family=\"'DejaVu Sans', 'Helvetica', 'Arial', sans-serif\" font-size=\"12\" "
               "fill=\"#222\">\n"
               "<title>{2}</title>\n<rect width=\"{0}\" height=\"{1}\" fill=\"#fff\"/>\n"
               "<text x=\"{3}\" y=\"34\" font-size=\"18\" font-weight=\"bold\">{2}</text>\n",
               svg_width, svg_height, title, 24) +
           draw(graph, chart) + "</svg>\n";
}

std::string escape_xml(std::string_view text) {
    std::string result;
    for (const char c : valid_utf8(text)) {
        switch (c) {
            case '&': result += "&amp;"; break;
            case '<': result += "&lt;"; break;
            case '>': result += "&gt;"; break;
            case '"': result += "&quot;"; break;
            case '\'': result += "&#39;"; break;
            default:
                if (static_cast<unsigned char>(c) >= 0x20 || c == '\t' || c == '\n') result += c;
        }
    }
    return result;
}

}  // namespace edge::cli
