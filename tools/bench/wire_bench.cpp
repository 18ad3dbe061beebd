#include "harness/table_row.hpp"
#include "rows.hpp"
#include "support/sale_entries.hpp"

#include "edge/transport/gzip.hpp"

#include <algorithm>

// Bytes of gzipped request bodies, as tests/unit/transport/wire_size_test.cpp holds them down.

namespace {

using namespace edge::bench;
using edge::test::Identities;
using edge::test::morning_ms;

double body_bytes(std::uint64_t seed, std::int64_t sales) {
    Identities identities(seed);
    std::vector<edge::protocol::JournalEntry> entries;
    for (std::int64_t i = 0; i < sales; ++i)
        entries.push_back(edge::test::collected(identities, morning_ms + i * 61'000));
    const edge::protocol::SealSettings device = edge::test::settled_device(identities);
    return static_cast<double>(edge::transport::gzip(edge::test::request_body(std::move(entries), device)).size());
}

double largest_of_a_hundred(std::int64_t sales) {
    double largest = 0;
    for (std::uint64_t seed = 1; seed <= 100; ++seed) largest = std::max(largest, body_bytes(seed, sales));
    return largest;
}

}  // namespace

void edge::bench::add_wire_rows() {
    add_row("sync body of one sale, gzip", [] {
        return TableRow{.measured = largest_of_a_hundred(1),
                        .unit = "B",
                        .bar = Bar::at_most,
                        .limit = 280,
                        .note = "largest of 100"};
    });
    add_row("sync body a sale, forty at once, gzip", [] {
        return TableRow{.measured = largest_of_a_hundred(40) / 40,
                        .unit = "B",
                        .bar = Bar::at_most,
                        .limit = 35,
                        .note = "largest of 100"};
    });
}
