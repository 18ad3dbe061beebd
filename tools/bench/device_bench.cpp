#include "harness/folder.hpp"
#include "harness/stopwatch.hpp"
#include "harness/table_row.hpp"
#include "rows.hpp"
#include "support/database_dump.hpp"
#include "support/nearby_hub.hpp"

#include "edge/engine.hpp"
#include "edge/storage/connection.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <vector>

// Two devices of one seller and a hub in this process: what a synced row costs a file, how fast a device applies what
// it pulls, and what a till notices of a sync.

namespace {

using namespace edge::bench;
using edge::Engine;
using edge::HubAnswer;
using edge::HubRequest;
using edge::Timestamp;
using std::chrono::hours;

constexpr std::int64_t bundles = 2'500;
constexpr std::int64_t reservations_a_bundle = 40;
constexpr double us_a_second = 1e6;

std::int64_t number_of(edge::storage::Connection& db, const std::string& sql) {
    edge::storage::Query row = db.query(sql);
    row.step();
    return row.integer(0);
}

/// Like every device here the marketplace's seller 1, so that they share rows.
Engine make_device(const std::string& path, const edge::test::NearbyHub& hub) {
    return Engine::create(path, {.name = "Corner Bakery", .marketplace_id = 1}, {.clock = [&hub] { return hub.now; }});
}

/// Bundles of today with their reservations, none collected. Identities are in order of time, as UUIDv7 are.
void fill(const std::string& path, Timestamp now, std::int64_t bundle_count) {
    const std::int64_t start = (now - hours(1)).time_since_epoch().count();
    const std::int64_t end = (now + hours(9)).time_since_epoch().count();
    edge::test::run_sql(
        path,
        fmt::format(
            "PRAGMA foreign_keys = ON; BEGIN; WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE "
            "i < {0}) INSERT INTO bundles (bundle_id, uuid, seller_id, bundle_name, total_qty, window_start, "
            "window_end, created_at) SELECT i, CAST(printf('bundle%010d', i) AS BLOB), (SELECT min(user_id) FROM "
            "sellers), 'Evening bag', {1}, {2}, {3}, {2} FROM n; "
            "WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {0} * {1} - 1) INSERT INTO "
            "reservations (uuid, bundle_id, consumer_id, claim_code, reserved_at) SELECT "
            "CAST(printf('sale%012d', i) AS BLOB), i / {1} + 1, 'consumer-1', printf('%08X', (i * 2654435761) % "
            "4294967296), {2} + i FROM n; COMMIT",
            bundle_count, reservations_a_bundle, start, end));
}

void collect_all(const std::string& path, Timestamp now) {
    edge::test::run_sql(
        path, fmt::format("UPDATE reservations SET collected_at = {}", (now - hours(1)).time_since_epoch().count()));
}

/// Processor time of this thread inside the hub, which runs on it.
class TimedHub {
public:
    explicit TimedHub(edge::test::NearbyHub& hub) : deliver_(hub.exchange()) {}

    [[nodiscard]] edge::HubExchange exchange() {
        return [this](const HubRequest& request) {
            const Stopwatch watch(CLOCK_THREAD_CPUTIME_ID);
            HubAnswer answer = deliver_(request);
            taken_ += watch.microseconds();
            return answer;
        };
    }
    [[nodiscard]] double taken() const { return taken_; }

private:
    edge::HubExchange deliver_;
    double taken_ = 0;
};

struct SyncedRows {
    double rows = 0;
    double pull_us = 0;      // the second device's own processor time
    double update_us = 0;    // the same when every reservation was collected
    double bookkeeping = 0;  // bytes at the first
    double bookkeeping_of_pulled = 0;
};

double bookkeeping_bytes(const std::string& path) {
    edge::storage::Connection db = edge::storage::Connection::open(path);
    return static_cast<double>(number_of(db,
                                         "SELECT coalesce(sum(pgsize), 0) FROM dbstat WHERE name LIKE 'sync_%' OR name "
                                         "LIKE 'sqlite_autoindex_sync_%' OR name = 'journal'"));
}

const SyncedRows& synced_rows() {
    static const SyncedRows measured = [] {
        const Folder folder;
        edge::test::NearbyHub hub(folder.file("hub.db"));
        const std::int64_t bundle_count = is_quick() ? bundles / 10 : bundles;
        const std::string first_path = folder.file("first.db");
        const std::string second_path = folder.file("second.db");
        const auto sync_until_quiet = [&hub](Engine& engine, const edge::HubExchange& exchange) {
            do {
                hub.now += hours(2);
            } while (engine.sync({.url = "http://hub", .exchange = exchange}).changes_sent > 0);
        };
        Engine first = make_device(first_path, hub);
        fill(first_path, hub.now, bundle_count);
        sync_until_quiet(first, hub.exchange());
        SyncedRows result;
        result.rows = static_cast<double>(bundle_count * (reservations_a_bundle + 1));
        TimedHub timed(hub);
        Engine second = make_device(second_path, hub);
        const auto pull = [&] {
            const double before = timed.taken();
            const Stopwatch watch(CLOCK_THREAD_CPUTIME_ID);
            sync_until_quiet(second, timed.exchange());
            return watch.microseconds() - (timed.taken() - before);
        };
        result.pull_us = pull();
        edge::storage::Connection pulled = edge::storage::Connection::open(second_path);
        if (number_of(pulled, "SELECT count(*) FROM reservations") != bundle_count * reservations_a_bundle)
            throw std::logic_error("the second device has not pulled everything");
        collect_all(first_path, hub.now);
        sync_until_quiet(first, hub.exchange());
        result.update_us = pull();
        if (number_of(pulled, "SELECT count(*) FROM reservations WHERE collected_at IS NULL") != 0)
            throw std::logic_error("the second device has not pulled every collection");
        // what waits in the journal for the graphs is not sync's
        for (Engine* engine : {&first, &second}) {
            engine->refresh(engine->home_seller());
            sync_until_quiet(*engine, hub.exchange());
        }
        result.bookkeeping = bookkeeping_bytes(first_path);
        result.bookkeeping_of_pulled = bookkeeping_bytes(second_path);
        return result;
    }();
    return measured;
}

TableRow bookkeeping_row(double bytes, const std::string& note) {
    return {.measured = bytes / synced_rows().rows, .unit = "B", .bar = Bar::at_most, .limit = 40, .note = note};
}

double percentile_99(std::vector<double> times) {
    std::ranges::sort(times);
    return times.at(times.size() * 99 / 100);
}

/// How long each sale takes, made one after the other with a breath between, as at a counter. The hub is another
/// machine, so while a sale is timed it does not take a processor here.
void sell(Engine& till, const std::vector<std::string>& codes, std::mutex& hub_computes, std::vector<double>& times) {
    for (const std::string& code : codes) {
        {
            const std::lock_guard no_hub(hub_computes);
            const Stopwatch watch(CLOCK_MONOTONIC);
            till.collect(code);
            times.push_back(watch.microseconds());
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
}

/// Quiet stretches and stretches beside syncs in turns, so that both meet the same machine. `pause` lies between syncs.
TableRow sale_while_syncing(std::chrono::milliseconds pause) {
    const DiskFolder folder;
    const Folder elsewhere;  // the hub's disk is another
    edge::test::NearbyHub hub(elsewhere.file("hub.db"));
    const std::string path = folder.file("shop.db");
    Engine till = make_device(path, hub);
    fill(path, hub.now, 160);
    const std::size_t stretch = is_quick() ? 20 : 100;
    const std::size_t stretches = is_quick() ? 4 : 60;
    const std::vector<std::string> codes = edge::test::select_column(path, "SELECT claim_code FROM reservations");
    std::mutex hub_computes;
    const auto exchange = [&hub, &hub_computes](const HubRequest& request) {
        std::this_thread::sleep_for(std::chrono::milliseconds(5));  // a network
        const std::lock_guard no_sale(hub_computes);
        return hub.deliver(request);
    };
    // as `sync --watch` has it open
    Engine other = Engine::open(path, {.clock = [&hub] { return hub.now; }});
    for (int i = 0; i < 2; ++i) static_cast<void>(other.sync({.url = "http://hub", .exchange = exchange}));
    std::vector<double> idle;
    std::vector<double> busy;
    std::int64_t syncs = 0;
    for (std::size_t i = 0; i < stretches; ++i) {
        const auto begin = codes.begin() + static_cast<std::ptrdiff_t>(i * stretch);
        const std::vector<std::string> these(begin, begin + static_cast<std::ptrdiff_t>(stretch));
        if (i % 2 == 0) {
            sell(till, these, hub_computes, idle);
            continue;
        }
        // what was sold in the quiet stretch is not what one sync after the other finds
        static_cast<void>(other.sync({.url = "http://hub", .exchange = exchange}));
        std::atomic<bool> over{false};
        std::thread syncing([&] {
            for (; !over; ++syncs) {
                static_cast<void>(other.sync({.url = "http://hub", .exchange = exchange}));
                std::this_thread::sleep_for(pause);
            }
        });
        sell(till, these, hub_computes, busy);
        over = true;
        syncing.join();
    }
    return {.measured = percentile_99(busy),
            .baseline = percentile_99(idle),
            .unit = "us",
            .bar = Bar::ratio_at_most,
            .limit = 1.2,
            .note = fmt::format("the same without a sync; {} syncs meanwhile", syncs)};
}

}  // namespace

void edge::bench::add_device_rows() {
    add_row("a pull applied", [] {
        return TableRow{.measured = synced_rows().rows * us_a_second / synced_rows().pull_us,
                        .unit = "rows/s",
                        .bar = Bar::at_least,
                        .limit = 100'000,
                        .note = "CPU of one core, from the answer's bytes to the commit"};
    });
    add_row("a pull of changed rows applied", [] {
        const double rows = synced_rows().rows * reservations_a_bundle / (reservations_a_bundle + 1);
        return TableRow{.measured = rows * us_a_second / synced_rows().update_us,
                        .unit = "rows/s",
                        .bar = Bar::at_least,
                        .limit = 100'000,
                        .note = "each of them known before, one column new"};
    });
    add_row("sync's bookkeeping of a row, sent",
            [] { return bookkeeping_row(synced_rows().bookkeeping, "pages of sync's tables and the journal"); });
    add_row("sync's bookkeeping of a row, pulled",
            [] { return bookkeeping_row(synced_rows().bookkeeping_of_pulled, "the same"); });
    add_row("a sale's 99th percentile beside one sync after the other",
            [] { return sale_while_syncing(std::chrono::milliseconds(0)); });
    add_row("a sale's 99th percentile beside ten syncs a second",
            [] { return sale_while_syncing(std::chrono::milliseconds(90)); });
}
