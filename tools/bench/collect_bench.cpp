#include "harness/bare_sqlite.hpp"
#include "harness/big_shop.hpp"
#include "harness/folder.hpp"
#include "harness/stopwatch.hpp"
#include "harness/table_row.hpp"
#include "rows.hpp"

#include <filesystem>

// One sale at the counter: durable, by claim code, with the journal. The engine, the same statements by hand and the
// bare update take turns, each on its own copy of one file, so that whatever else the machine does concerns all three.

namespace {

using namespace edge::bench;

/// Look-up, checks and update as the engine does them, by hand.
class CollectByHand {
public:
    explicit CollectByHand(const std::string& path)
        : database_(path),
          begin_(database_.handle(), "BEGIN IMMEDIATE"),
          find_(database_.handle(),
                "SELECT r.reservation_id, r.uuid, r.bundle_id, r.consumer_id, r.claim_code, r.reserved_at, "
                "r.collected_at, r.cancelled_at, b.window_start, b.window_end FROM reservations r JOIN bundles b USING "
                "(bundle_id) WHERE r.claim_key = ? ORDER BY r.reservation_id"),
          update_(database_.handle(), "UPDATE reservations SET collected_at = ? WHERE reservation_id = ?"),
          commit_(database_.handle(), "COMMIT") {}

    void collect(const std::string& code, std::int64_t now) {
        begin_.run();
        sqlite3_bind_text(find_.handle(), 1, code.data(), static_cast<int>(code.size()), SQLITE_STATIC);
        std::int64_t id = 0;
        while (find_.step()) {
            if (find_.is_null(6) && find_.is_null(7) && find_.integer(9) > now) id = find_.integer(0);
        }
        sqlite3_bind_int64(update_.handle(), 1, now);
        sqlite3_bind_int64(update_.handle(), 2, id);
        update_.run();
        commit_.run();
    }

private:
    BareDatabase database_;
    BareStatement begin_;
    BareStatement find_;
    BareStatement update_;
    BareStatement commit_;
};

/// Nothing but the row, durably: no look-up, no journal.
class BareUpdate {
public:
    explicit BareUpdate(const std::string& path) : database_(path) {
        database_.execute("DROP TRIGGER capture_reservations_update");
        update_ = std::make_unique<BareStatement>(database_.handle(),
                                                  "UPDATE reservations SET collected_at = ? WHERE reservation_id = ?");
    }
    void update(std::int64_t id, std::int64_t now) {
        sqlite3_bind_int64(update_->handle(), 1, now);
        sqlite3_bind_int64(update_->handle(), 2, id);
        update_->run();
    }

private:
    BareDatabase database_;
    std::unique_ptr<BareStatement> update_;
};

struct CollectTimes {
    Samples engine;
    Samples by_hand;
    Samples bare;
};

template <class Place>
CollectTimes measure_collects() {
    const Place folder;
    constexpr std::int64_t reservations = 100'000;
    const BigShop shop = make_big_shop(folder.file("shop.db"), {.reservations = reservations});
    std::filesystem::copy_file(shop.path, folder.file("hand.db"));
    std::filesystem::copy_file(shop.path, folder.file("bare.db"));
    edge::Engine engine = edge::Engine::open(shop.path, shop.options());
    CollectByHand by_hand(folder.file("hand.db"));
    BareUpdate bare(folder.file("bare.db"));
    const std::int64_t now = shop.now.time_since_epoch().count();
    const std::size_t turns = is_quick() ? 300 : 1200;
    CollectTimes times;
    for (std::size_t i = 0; i < turns; ++i) {
        const std::string& code = shop.open_codes[i];
        times.engine.measure([&] { engine.collect(code); });
        times.by_hand.measure([&] { by_hand.collect(code, now); });
        times.bare.measure([&] { bare.update(reservations + 1 + static_cast<std::int64_t>(i), now); });
    }
    return times;
}

}  // namespace

void edge::bench::add_collect_rows() {
    // In memory, where a sync costs nothing: waiting for a disk takes processor time of its own.
    add_row("collect by claim code, CPU without the sync", [] {
        const CollectTimes times = measure_collects<Folder>();
        return TableRow{.measured = times.engine.processor(),
                        .baseline = times.by_hand.processor(),
                        .unit = "us",
                        .bar = Bar::ratio_at_most,
                        .limit = 1.3,
                        .note = "the same statements by hand"};
    });
    add_row("collect by claim code, durable, wall time", [] {
        const CollectTimes times = measure_collects<DiskFolder>();
        return TableRow{.measured = times.engine.wall(),
                        .baseline = times.bare.wall(),
                        .unit = "us",
                        .bar = Bar::ratio_at_most,
                        .limit = 1.25,
                        .note = "the bare UPDATE, synchronous=FULL"};
    });
}
