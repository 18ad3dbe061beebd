#include "output/terminal_chart.hpp"

#include "output/braille_canvas.hpp"
#include "output/chart.hpp"
#include "output/terminal_bars.hpp"
#include "output/text_width.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace edge::cli {
namespace {

/// Which dots of a line are drawn, so that series can be told apart without colours too.
struct LinePattern {
    int every;
    const char* sample;
};
constexpr std::array<LinePattern, 4> patterns = {{{1, "⠤⠤⠤"}, {3, "⠄⠠⠄"}, {2, "⠄⠄⠄"}, {4, "⠄ ⠄"}}};
constexpr LinePattern band_pattern = {5, "⠁⠈⠁"};

class LinePlot {
public:
    LinePlot(const Chart& chart, const ChartSize& size)
        : chart_(chart),
          axis_(value_axis(chart, static_cast<int>(size.rows) / 3)),
          margin_(tick_width()),
          canvas_(size.columns - margin_ - 3, size.rows),
          rows_(size.rows) {}

    void draw_line(const ChartSeries& series, std::size_t colour, LinePattern pattern) {
        int phase = 0;
        for (std::size_t i = 0; i < series.points.size(); ++i) {
            const ChartPoint& to = series.points[i];
            const ChartPoint& from = series.points[i == 0 ? 0 : i - 1];
            canvas_.line(x_of(from.place), y_of(from.y), x_of(to.place), y_of(to.y), colour, pattern.every, phase);
        }
    }
    void fill_below(const ChartSeries& series, std::size_t colour) {
        for (std::size_t i = 0; i < series.points.size(); ++i) {
            const ChartPoint& to = series.points[i];
            const ChartPoint& from = series.points[i == 0 ? 0 : i - 1];
            const long left = x_of(from.place);
            const long right = x_of(to.place);
            for (long x = left; x <= right; ++x) {
                const double share =
                    right == left ? 1 : static_cast<double>(x - left) / static_cast<double>(right - left);
                const long top = y_of(from.y + share * (to.y - from.y));
                for (long y = y_of(0); y <= top; ++y) canvas_.dot(x, y, colour);
            }
        }
    }
    [[nodiscard]] std::string text(const Style& style) const {
        std::string text;
        for (std::size_t row = 0; row < rows_; ++row) {
            const std::string tick = tick_at(row);
            text += pad_left(tick, margin_) + (tick.empty() ? " │" : " ┤") + canvas_.row(row, style) + "\n";
        }
        return text + std::string(margin_ + 1, ' ') + "└" + dashes() + "\n" + labels();
    }

private:
    [[nodiscard]] std::size_t tick_width() const {
        std::size_t width = 1;
        for (const double tick : axis_.ticks) width = std::max(width, format_value(tick).size());
        return width;
    }
    [[nodiscard]] long x_of(std::size_t place) const {
        if (chart_.places < 2) return 0;
        const double share = static_cast<double>(place) / static_cast<double>(chart_.places - 1);
        return std::lround(share * static_cast<double>(canvas_.dots_wide() - 1));
    }
    [[nodiscard]] long y_of(double value) const {
        return std::lround(axis_.share(value) * static_cast<double>(canvas_.dots_high() - 1));
    }
    [[nodiscard]] std::string tick_at(std::size_t row) const {
        for (const double tick : axis_.ticks) {
            const auto from_top = canvas_.dots_high() - 1 - static_cast<std::size_t>(y_of(tick));
            if (from_top / 4 == row) return format_value(tick);
        }
        return {};
    }
    [[nodiscard]] std::string dashes() const {
        std::string text;
        for (std::size_t i = 0; i < canvas_.dots_wide() / 2; ++i) text += "─";
        return text;
    }
    /// As many labels as fit, the first and the last among them.
    [[nodiscard]] std::string labels() const {
        const std::size_t columns = canvas_.dots_wide() / 2;
        if (chart_.places == 0) return {};
        const std::size_t width = display_width(chart_.label(0));
        const std::size_t count =
            std::clamp<std::size_t>(columns / (width + 4), 1, std::min<std::size_t>(chart_.places, 5));
        std::string line;
        for (std::size_t i = 0; i < count; ++i) {
            const std::size_t place = count == 1 ? 0 : i * (chart_.places - 1) / (count - 1);
            const std::string label = chart_.label(place);
            const auto centre = static_cast<std::size_t>(x_of(place)) / 2;
            const std::size_t room = columns > display_width(label) ? columns - display_width(label) : 0;
            const std::size_t half = display_width(label) / 2;
            const std::size_t at = std::min(centre > half ? centre - half : 0, room);
            if (i > 0 && at < display_width(line) + 1) continue;
            line = pad_right(line, at);
            line += label;
        }
        return std::string(margin_ + 2, ' ') + line + "\n";
    }

    const Chart& chart_;
    ValueAxis axis_;
    std::size_t margin_;
    BrailleCanvas canvas_;
    std::size_t rows_;
};

std::string legend(const Chart& chart, const Style& style) {
    std::string text = "  ";
    for (std::size_t i = 0; i < chart.series.size(); ++i) {
        text += style.paint_series(i, patterns.at(i % patterns.size()).sample) + " " + printable(chart.series[i].name) +
                "   ";
    }
    for (const ChartBand& band : chart.bands) {
        text += style.paint_series(band.around, band_pattern.sample) + " " + printable(band.name) + "   ";
    }
    text.erase(text.find_last_not_of(' ') + 1);
    return text + "\n";
}

std::string line_chart(const Chart& chart, const ChartSize& size, const Style& style, bool filled) {
    LinePlot plot(chart, size);
    for (const ChartBand& band : chart.bands) {
        plot.draw_line(band.low, band.around, band_pattern);
        plot.draw_line(band.high, band.around, band_pattern);
    }
    for (std::size_t i = 0; i < chart.series.size(); ++i) {
        if (filled) plot.fill_below(chart.series[i], i);
        plot.draw_line(chart.series[i], i, patterns.at(i % patterns.size()));
    }
    const bool needs_legend = chart.series.size() + chart.bands.size() > 1;
    return plot.text(style) + (needs_legend ? legend(chart, style) : "");
}

std::string heading(const Chart& chart, const Style& style) {
    std::string text = style.paint(Tone::strong, printable(chart.title));
    if (!chart.y_label.empty()) text += style.paint(Tone::faint, "  " + printable(chart.y_label));
    return text + "\n";
}

bool has_points(const Chart& chart) {
    return std::ranges::any_of(chart.series, [](const ChartSeries& series) { return !series.points.empty(); });
}

}  // namespace

std::string terminal_chart(const Graph& graph, const ChartSize& size, const Style& style) {
    constexpr std::size_t most_bars = 12;
    const ChartSize room{.columns = std::max<std::size_t>(size.columns, 40),
                         .rows = std::max<std::size_t>(size.rows, 4)};
    const Chart chart = chart_of(graph);
    const std::string title = heading(chart, style);
    if (!has_points(chart)) return title + "  nothing to show yet\n";
    const std::string& kind = graph.type.chart_type;
    if (kind == "pie") return title + gauge(chart, room.columns, style);
    if (kind == "stacked_bar") return title + heat_map(chart, style);
    if (kind == "bar") {
        const bool many = chart.first_day && chart.series.size() == 1 && chart.series[0].points.size() > most_bars;
        return title + (many ? column_chart(chart, room, style) : bar_chart(chart, room.columns, style));
    }
    return title + line_chart(chart, room, style, kind == "area");
}

}  // namespace edge::cli
