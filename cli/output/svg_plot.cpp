#include "output/svg_plot.hpp"

#include "output/svg_chart.hpp"
#include "output/text_width.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

namespace edge::cli {
namespace {

constexpr double left = 76;
constexpr double right = svg_width - 44;
constexpr double top = 84;
constexpr double bottom = svg_height - 64;
constexpr double character_width = 7.2;  // of the 12 px face, on average

}  // namespace

const char* series_colour(std::size_t index) noexcept {
    // Okabe and Ito's palette: told apart with any colour vision.
    constexpr std::array<const char*, 7> colours = {"#0072b2", "#e69f00", "#009e73", "#cc79a7",
                                                    "#d55e00", "#56b4e9", "#8c7a00"};
    return colours[index % colours.size()];
}

std::string svg_legend(const Chart& chart) {
    if (chart.series.size() + chart.bands.size() < 2) return {};
    std::string text;
    double x = left;
    const auto add = [&](const std::string& name, std::size_t colour, double opacity) {
        text += fmt::format(R"(<rect x="{:.0f}" y="52" width="14" height="10" fill="{}" fill-opacity="{}"/>)", x,
                            series_colour(colour), opacity);
        text += fmt::format("<text x=\"{:.0f}\" y=\"62\">{}</text>\n", x + 20, escape_xml(name));
        x += 44 + character_width * static_cast<double>(display_width(name));
    };
    for (std::size_t i = 0; i < chart.series.size(); ++i) add(chart.series[i].name, i, 1);
    for (const ChartBand& band : chart.bands) add(band.name, band.around, 0.18);
    return text;
}

std::string svg_note(const std::string& text) {
    return fmt::format("<text x=\"{}\" y=\"{}\" font-size=\"16\" text-anchor=\"middle\" fill=\"#666\">{}</text>\n",
                       svg_width / 2, svg_height / 2, escape_xml(text));
}

Chart without_gaps(const Chart& chart) {
    std::set<std::size_t> used;
    for (const ChartSeries& series : chart.series) {
        for (const ChartPoint& point : series.points) used.insert(point.place);
    }
    Chart result = chart;
    result.first_day.reset();
    result.labels.clear();
    result.places = used.size();
    for (const std::size_t place : used) result.labels.push_back(chart.label(place));
    for (ChartSeries& series : result.series) {
        for (ChartPoint& point : series.points) {
            point.place = static_cast<std::size_t>(std::distance(used.begin(), used.find(point.place)));
        }
    }
    return result;
}

SvgPlot::SvgPlot(const Chart& chart, ValueAxis axis, Spread spread)
    : chart_(chart), axis_(std::move(axis)), spread_(spread) {}

double SvgPlot::x(std::size_t place) const {
    const auto position = static_cast<double>(place);
    if (spread_ == Spread::in_slots) return left + slot() * (position + 0.5);
    if (chart_.places < 2) return (left + right) / 2;
    return left + (right - left) * position / static_cast<double>(chart_.places - 1);
}

double SvgPlot::y(double value) const { return bottom - (bottom - top) * axis_.share(value); }

std::string SvgPlot::at(const ChartPoint& point) const {
    return fmt::format("{:.1f},{:.1f}", x(point.place), y(point.y));
}

double SvgPlot::slot() const { return (right - left) / static_cast<double>(std::max<std::size_t>(chart_.places, 1)); }

std::string SvgPlot::frame() const {
    std::string text = value_ticks() + place_labels();
    text +=
        fmt::format("<line x1=\"{0}\" y1=\"{1:.1f}\" x2=\"{2}\" y2=\"{1:.1f}\" stroke=\"#444\"/>\n", left, y(0), right);
    text += fmt::format("<text x=\"{}\" y=\"{}\" text-anchor=\"middle\" fill=\"#555\">{}</text>\n", (left + right) / 2,
                        svg_height - 16, escape_xml(chart_.x_label));
    text +=
        fmt::format("<text transform=\"translate(20 {}) rotate(-90)\" text-anchor=\"middle\" fill=\"#555\">{}</text>\n",
                    (top + bottom) / 2, escape_xml(chart_.y_label));
    return text;
}

std::string SvgPlot::value_ticks() const {
    std::string text;
    for (const double tick : axis_.ticks) {
        text += fmt::format(R"(<line x1="{0}" y1="{1:.1f}" x2="{2}" y2="{1:.1f}" stroke="#e4e4e4"/>)", left, y(tick),
                            right);
        text += fmt::format("<text x=\"{}\" y=\"{:.1f}\" text-anchor=\"end\">{}</text>\n", left - 8, y(tick) + 4,
                            format_value(tick));
    }
    return text;
}

std::string SvgPlot::place_labels() const {
    const double room = spread_ == Spread::in_slots ? slot() : (right - left) / 8;
    const std::size_t widest = 110;  // pixels that a label may take before it is cut
    std::size_t needed = 1;
    const std::size_t sampled = chart_.first_day ? 1 : chart_.places;
    for (std::size_t i = 0; i < sampled && chart_.places > 0; ++i) {
        const auto width =
            static_cast<std::size_t>(character_width * static_cast<double>(display_width(chart_.label(i)))) + 12;
        needed = std::max(needed, std::min(width, widest));
    }
    const double spacing = chart_.places < 2 ? right - left : std::max(x(1) - x(0), 1e-9);
    const auto every = static_cast<std::size_t>(std::max(static_cast<double>(needed) / spacing, 1.0) + 0.999);
    const bool dense = static_cast<double>(needed) > spacing;
    const std::size_t step = dense ? every : 1;
    const auto characters = static_cast<std::size_t>(std::max(room, static_cast<double>(needed)) / character_width);
    std::string text;
    for (std::size_t place = 0; place < chart_.places; place += step) {
        text += fmt::format("<text x=\"{:.1f}\" y=\"{}\" text-anchor=\"middle\">{}</text>\n", x(place), bottom + 20,
                            escape_xml(truncate_to_width(chart_.label(place), characters)));
    }
    return text;
}

}  // namespace edge::cli
