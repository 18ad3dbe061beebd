#include "harness/table_row.hpp"

#include <cstdlib>

namespace edge::bench {

void add_row(const std::string& name, const std::function<TableRow()>& measure) {
    benchmark::RegisterBenchmark(name.c_str(), [measure](benchmark::State& state) {
        TableRow row;
        for ([[maybe_unused]] const auto& turn : state) row = measure();
        state.counters["measured"] = row.measured;
        if (row.baseline) state.counters["baseline"] = *row.baseline;
        state.counters["bar"] = static_cast<double>(static_cast<int>(row.bar));
        state.counters["limit"] = row.limit;
        state.SetLabel(row.unit + "|" + row.note);
    })->Iterations(1);
}

bool is_quick() { return std::getenv("EDGE_BENCH_QUICK") != nullptr; }

}  // namespace edge::bench
