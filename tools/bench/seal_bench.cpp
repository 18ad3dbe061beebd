#include "harness/stopwatch.hpp"
#include "harness/table_row.hpp"
#include "rows.hpp"
#include "support/sale_entries.hpp"

#include "edge/protocol/segment.hpp"
#include "edge/protocol/tables.hpp"

#include <stdexcept>

// The protocol's own work, on one core: journal rows to sealed bytes, and bytes to checked changes at the hub. Half the
// changes are reservations made, half are collected.

namespace {

using namespace edge::bench;
using namespace edge::protocol;

constexpr std::int64_t changes = 100'000;
constexpr double us_a_second = 1e6;

std::vector<JournalEntry> day_of_sales() {
    edge::test::Identities identities;
    const std::string bundle = identities.next(edge::test::morning_ms);
    std::vector<JournalEntry> entries;
    for (std::int64_t i = 0; i < changes / 2; ++i) {
        const std::int64_t at = edge::test::morning_ms + i * 61;
        entries.push_back(edge::test::reserved(identities, bundle, at, at + 1000));
        entries.push_back(edge::test::collected(identities, at));
    }
    return entries;
}

void check_part(const SealedPart& part) {
    const Decoded<Segment> segment = decode_segment(part.bytes);
    if (!segment || segment_hash(part.bytes) != part.hash) throw std::logic_error("a sealed part cannot be read");
    for (const Change& change : segment->changes) {
        if (check_change(change)) throw std::logic_error("a sealed change is not valid");
    }
}

struct SealTimes {
    Samples seal;
    Samples check;
};

const SealTimes& seal_times() {
    static const SealTimes times = [] {
        edge::test::Identities identities;
        const SealSettings device = edge::test::settled_device(identities);
        const std::vector<JournalEntry> entries = day_of_sales();
        SealTimes measured;
        for (int turn = 0; turn < (is_quick() ? 3 : 9); ++turn) {
            std::vector<JournalEntry> given = entries;
            Sealed sealed;
            measured.seal.measure([&] { sealed = seal(std::move(given), device); });
            measured.check.measure([&] {
                for (const SealedPart& part : sealed.parts) check_part(part);
            });
        }
        return measured;
    }();
    return times;
}

TableRow rate(double microseconds, double limit) {
    return {.measured = static_cast<double>(changes) * us_a_second / microseconds,
            .unit = "changes/s",
            .bar = Bar::at_least,
            .limit = limit,
            .note = "CPU of one core"};
}

}  // namespace

void edge::bench::add_seal_rows() {
    add_row("seal and encode", [] { return rate(seal_times().seal.processor(), 300'000); });
    add_row("parse and validate", [] { return rate(seal_times().check.processor(), 500'000); });
}
