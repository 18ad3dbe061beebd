#include "rows.hpp"

#include <benchmark/benchmark.h>

int main(int argc, char** argv) {
    edge::bench::add_collect_rows();
    edge::bench::add_refresh_rows();
    edge::bench::add_totals_rows();
    edge::bench::add_capture_rows();
    edge::bench::add_import_rows();
    edge::bench::add_closing_rows();
    edge::bench::add_state_rows();
    benchmark::Initialize(&argc, argv);
    benchmark::RunSpecifiedBenchmarks();
    return 0;
}
