#pragma once

#include "edge/engine_types.hpp"

#include <chrono>
#include <iosfwd>
#include <string>

namespace edge::cli {

enum class ProgressStyle { none, bar, json };

/// Shows how far long work has come: a bar that redraws itself, or a JSON line a second for programs. Nothing for work
/// that is over within `patience`.
class ProgressMeter {
public:
    using Clock = std::chrono::steady_clock;
    static constexpr std::chrono::milliseconds patience{500};
    static constexpr std::chrono::milliseconds bar_interval{100};
    static constexpr std::chrono::milliseconds json_interval{1000};

    ProgressMeter(std::ostream& out, ProgressStyle style, Clock::time_point started)
        : out_(out), style_(style), last_(started + patience - interval(style)) {}
    ProgressMeter(const ProgressMeter&) = delete;
    ProgressMeter& operator=(const ProgressMeter&) = delete;
    /// Wipes the bar.
    ~ProgressMeter();

    void show(const Progress& progress, Clock::time_point now);

private:
    [[nodiscard]] static std::chrono::milliseconds interval(ProgressStyle style) {
        return style == ProgressStyle::json ? json_interval : bar_interval;
    }

    std::ostream& out_;
    ProgressStyle style_;
    Clock::time_point last_;
    bool drawn_ = false;
};

/// "importing bundles.csv  ████████░░░░  64 %  1,234 of 2,000"
[[nodiscard]] std::string progress_bar(const Progress& progress);

}  // namespace edge::cli
