#include "output/progress_meter.hpp"

#include "output/chart.hpp"
#include "output/json.hpp"
#include "output/text_width.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>

namespace edge::cli {
namespace {

std::string progress_json(const Progress& progress) {
    return fmt::format("{{\"progress\": {}, \"done\": {}, \"total\": {}}}\n", Json(progress.what).text(), progress.done,
                       progress.total == 0 ? "null" : fmt::format("{}", progress.total));
}

}  // namespace

ProgressMeter::~ProgressMeter() {
    if (drawn_) out_ << "\r\x1b[K" << std::flush;
}

void ProgressMeter::show(const Progress& progress, Clock::time_point now) {
    if (style_ == ProgressStyle::none || now - last_ < interval(style_)) return;
    last_ = now;
    if (style_ == ProgressStyle::json) {
        out_ << progress_json(progress) << std::flush;
        return;
    }
    out_ << "\r\x1b[K" << progress_bar(progress) << std::flush;
    drawn_ = true;
}

std::string progress_bar(const Progress& progress) {
    constexpr std::size_t columns = 24;
    const std::string what = pad_right(truncate_to_width(printable(progress.what), 32), 32);
    if (progress.total == 0) return fmt::format("{}  {}", what, format_value(static_cast<double>(progress.done)));
    const double share = std::clamp(static_cast<double>(progress.done) / static_cast<double>(progress.total), 0.0, 1.0);
    const auto full = static_cast<std::size_t>(share * static_cast<double>(columns));
    std::string bar;
    for (std::size_t i = 0; i < columns; ++i) bar += i < full ? "█" : "░";
    return fmt::format("{}  {}  {:3.0f} %", what, bar, share * 100);
}

}  // namespace edge::cli
