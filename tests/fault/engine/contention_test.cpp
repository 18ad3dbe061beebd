#include "support/child_process.hpp"
#include "support/database_dump.hpp"
#include "support/nearby_hub.hpp"
#include "support/shared_memory.hpp"
#include "support/synced_rows.hpp"
#include "support/temporary_folder.hpp"
#include "support/test_world.hpp"

#include "edge/core/error.hpp"
#include "edge/storage/connection.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <iostream>
#include <thread>

namespace edge {
namespace {

constexpr auto patience = std::chrono::seconds(60);  // bounds every wait; `busy` after it fails the test

/// Writes of each till: EDGE_WRITES, or the 5,000 that are asked for.
int writes_of_a_till() {
    const char* given = std::getenv("EDGE_WRITES");
    return given == nullptr ? 5000 : std::max(2, std::atoi(given));
}

/// What the processes tell one another.
struct Tally {
    std::atomic<bool> over{false};
    std::atomic<int> sales{0};
    std::atomic<int> rounds_of_office{0};
    std::atomic<int> looks{0};
    std::atomic<std::int64_t> longest_wait_us{0};

    /// Lets the tills go on until they have sold that many more; false once they are done.
    bool await_sales(int more) const {
        const int until = sales + more;
        while (!over && sales < until) std::this_thread::sleep_for(std::chrono::milliseconds(1));
        return !over;
    }
    void waited(std::chrono::steady_clock::duration time) {
        const std::int64_t us = std::chrono::duration_cast<std::chrono::microseconds>(time).count();
        for (std::int64_t most = longest_wait_us; us > most && !longest_wait_us.compare_exchange_weak(most, us);) {
        }
    }
};

class ManyProcesses : public testing::Test {
protected:
    ManyProcesses() {
        test::make_shop(path, world, 2, test::Refreshed::no);
        { const test::NearbyHub made(hub_path); }
        Engine engine = open(1);
        bundle = engine.post_bundle(test::bundle_in(world, engine.home_seller(), std::chrono::hours(1), 2 * pairs))
                     .id.value();
    }

    [[nodiscard]] Engine open(std::uint64_t seed) {
        world.seed = seed;
        EngineOptions options = world.options();
        options.lock_timeout = patience;
        return Engine::open(path, options);
    }

    /// Reserves and collects, again and again: two writes. Any error ends the process with a status that is not 0.
    void sell(std::uint64_t seed) {
        Engine engine = open(seed);
        for (int i = 0; i < pairs; ++i) {
            const auto began = std::chrono::steady_clock::now();
            const Reservation made = engine.reserve(
                {.bundle = BundleId(bundle), .consumer = fmt::format("till {}", seed), .claim_code = {}});
            static_cast<void>(engine.collect(made.claim_code, made.bundle));
            (*tally).waited(std::chrono::steady_clock::now() - began);
            ++(*tally).sales;
        }
    }

    /// Refreshes, seals and syncs, and empties the log under everybody's feet.
    void keep_office() {
        Engine engine = open(3);
        storage::Connection db = storage::Connection::open(path);
        do {
            static_cast<void>(engine.refresh(engine.home_seller()));
            sync(engine);
            storage::checkpoint(db);
            ++(*tally).rounds_of_office;
        } while ((*tally).await_sales(250));
    }
    SyncReport sync(Engine& engine) {
        test::NearbyHub hub(hub_path);
        return engine.sync({.url = "http://hub", .exchange = hub.exchange()});
    }

    /// Sees only whole states, each no older than the one before.
    void look_on() {
        storage::Connection db = storage::Connection::open(path);
        std::int64_t seen = 0;
        do {
            const storage::ReadTransaction one_state(db);
            const std::int64_t made = count(db, "");
            const std::int64_t collected = count(db, "AND collected_at IS NOT NULL");
            const std::int64_t again = count(db, "");
            if (made < seen || again != made || collected > made || made - collected > 2)
                throw Error(ErrorCode::internal,
                            fmt::format("saw {}, {} and {} after {}", made, collected, again, seen));
            seen = made;
            ++(*tally).looks;
        } while ((*tally).await_sales(20));
    }
    [[nodiscard]] std::int64_t count(storage::Connection& db, const std::string& which) const {
        storage::Query row = db.query("SELECT count(*) FROM reservations WHERE bundle_id = ? " + which, bundle);
        row.step();
        return row.integer(0);
    }

    const int pairs = writes_of_a_till() / 2;
    const test::TemporaryFolder folder;
    const std::string path = folder.file("shop.db");
    const std::string hub_path = folder.file("hub.db");
    test::TestWorld world;
    std::int64_t bundle = 0;
    const test::Shared<Tally> tally;
};

TEST_F(ManyProcesses, LoseNoneOfTheirWritesOnOneFile) {
    test::ChildProcess office([&] { keep_office(); });
    test::ChildProcess reader([&] { look_on(); });
    test::ChildProcess first([&] { sell(11); });
    test::ChildProcess second([&] { sell(12); });
    EXPECT_EQ(first.wait(), 0);
    EXPECT_EQ(second.wait(), 0);
    (*tally).over = true;
    EXPECT_EQ(office.wait(), 0);
    EXPECT_EQ(reader.wait(), 0);
    std::cout << fmt::format("{} sales, {} rounds of the office, {} looks; longest reservation with collection {} ms\n",
                             2 * pairs, (*tally).rounds_of_office.load(), (*tally).looks.load(),
                             (*tally).longest_wait_us / 1000);

    EXPECT_EQ(test::integrity_of(path), "ok");
    storage::Connection db = storage::Connection::open(path);
    EXPECT_EQ(count(db, ""), 2 * pairs);
    EXPECT_EQ(count(db, "AND collected_at IS NOT NULL"), 2 * pairs);
    EXPECT_EQ(count(db, "AND consumer_id = 'till 11'"), pairs);
    Engine engine = open(4);
    static_cast<void>(engine.refresh(engine.home_seller()));
    EXPECT_TRUE(sync(engine).equal);
    EXPECT_TRUE(engine.verify().findings.empty());
    const std::string seller = engine.sync_status().seller;
    EXPECT_EQ(test::first_difference(test::synced_rows(path), test::NearbyHub(hub_path).rows(seller)), "");
}

}  // namespace
}  // namespace edge
