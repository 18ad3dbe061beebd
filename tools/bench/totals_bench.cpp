#include "count_totals.hpp"
#include "harness/big_shop.hpp"
#include "harness/folder.hpp"
#include "harness/scan_by_hand.hpp"
#include "harness/stopwatch.hpp"
#include "harness/table_row.hpp"
#include "refresh_run.hpp"
#include "rows.hpp"

#include "edge/storage/sellers.hpp"

#include <stdexcept>

// Totals from nothing: the engine's count, the engine's rebuild, a scan written by hand, and what SQL alone would do.

namespace {

using namespace edge::bench;

struct TotalsTimes {
    Samples count;
    Samples rebuild;        // what the forecaster has learned is kept, as `verify` rebuilds
    Samples whole_rebuild;  // it learns the whole history again, as `refresh --rebuild` does
    Samples scan;
    Samples group_by;
};

/// The count and the scan must agree, or the comparison says nothing.
void check_same(const edge::analytics::Totals& counted, const HandTotals& scanned) {
    if (counted.days.size() != scanned.days.size() || counted.overall.sold != scanned.sold ||
        counted.overall.posted != scanned.posted)
        throw std::logic_error("the scan by hand counts otherwise than the engine");
}

/// Everything but the forecaster's learning: totals, contributions, graphs, and the inputs of closed windows, which are
/// compared with what the bundles say.
void rebuild(edge::Engine::State& state, edge::SellerId seller) {
    edge::storage::WriteTransaction write(state.db);
    edge::RefreshRun(state, write).rebuild(seller);
    write.commit();
}

TotalsTimes measure_totals() {
    const Folder folder;
    const BigShop shop = make_big_shop(folder.file("shop.db"), {.reservations = is_quick() ? 100'000 : 1'000'000});
    edge::Engine::State state(edge::storage::Connection::open(shop.path), shop.options());
    edge::Engine engine = edge::Engine::open(shop.path, shop.options());
    edge::storage::Connection db = edge::storage::Connection::open(shop.path);
    BareDatabase bare(shop.path);
    const edge::TimeZone zone = edge::TimeZone::find("Europe/London");
    TotalsTimes times;
    const int turns = is_quick() ? 3 : 7;
    for (int turn = 0; turn < turns; ++turn) {
        HandTotals scanned;
        edge::analytics::Totals counted;
        times.scan.measure([&] { scanned = scan_by_hand(bare, shop.seller.value()); });
        times.count.measure([&] {
            counted = edge::count_totals(db, {{shop.seller, zone}}, shop.now).totals.at(shop.seller);
        });
        check_same(counted, scanned);
        if (turn < 3) times.group_by.measure([&] { group_by_four_times(bare); });
        if (turn >= 3) continue;
        bare.execute("DELETE FROM contributions");
        times.rebuild.measure([&] { rebuild(state, shop.seller); });
    }
    times.whole_rebuild.measure([&] { engine.rebuild(shop.seller); });
    return times;
}

const TotalsTimes& totals_times() {
    static const TotalsTimes times = measure_totals();
    return times;
}

constexpr double us_a_ms = 1000;

}  // namespace

void edge::bench::add_totals_rows() {
    add_row("totals of 1,000,000 reservations from nothing", [] {
        return TableRow{.measured = totals_times().count.processor() / us_a_ms,
                        .baseline = totals_times().scan.processor() / us_a_ms,
                        .unit = "ms",
                        .bar = Bar::ratio_at_most,
                        .limit = 1.5,
                        .note = "a streaming scan by hand, CPU"};
    });
    add_row("rebuild of 1,000,000 reservations, contributions stored, what is learned kept", [] {
        return TableRow{.measured = totals_times().rebuild.processor() / us_a_ms,
                        .baseline = totals_times().scan.processor() / us_a_ms,
                        .unit = "ms",
                        .bar = Bar::ratio_at_most,
                        .limit = 3,
                        .note = "the same scan, CPU"};
    });
    add_row("the same, and the forecaster learning them anew", [] {
        return TableRow{.measured = totals_times().whole_rebuild.processor() / us_a_ms,
                        .baseline = totals_times().scan.processor() / us_a_ms,
                        .unit = "ms",
                        .note = "the same scan, CPU"};
    });
    add_row("four plain GROUP BY over 1,000,000", [] {
        return TableRow{.measured = totals_times().group_by.processor() / us_a_ms,
                        .baseline = totals_times().scan.processor() / us_a_ms,
                        .unit = "ms",
                        .note = "the same scan, CPU"};
    });
}
