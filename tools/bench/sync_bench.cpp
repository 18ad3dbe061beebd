#include "rows.hpp"

#include <benchmark/benchmark.h>

int main(int argc, char** argv) {
    edge::bench::add_seal_rows();
    edge::bench::add_wire_rows();
    edge::bench::add_device_rows();
    benchmark::Initialize(&argc, argv);
    benchmark::RunSpecifiedBenchmarks();
    return 0;
}
