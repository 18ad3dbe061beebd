#pragma once

#include <benchmark/benchmark.h>

#include <functional>
#include <optional>
#include <string>

namespace edge::bench {

/// What is promised: `value <= limit`, `value >= limit`, or the same of measured / baseline.
enum class Bar { none, at_most, at_least, ratio_at_most };

/// One line of the table that tools/bench/run prints.
struct TableRow {
    double measured = 0;
    std::optional<double> baseline = {};  ///< the same work by other means, measured in the same run
    std::string unit;
    Bar bar = Bar::none;
    double limit = 0;
    std::string note = {};  ///< what the baseline is, or what else there is to say
};

/// Registers a benchmark that runs once, repeats inside what it likes, and gives its row.
void add_row(const std::string& name, const std::function<TableRow()>& measure);

/// For a short run (tools/bench/run --quick): fewer repetitions, smaller data.
[[nodiscard]] bool is_quick();

}  // namespace edge::bench
