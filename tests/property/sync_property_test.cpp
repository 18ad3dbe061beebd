#include "support/database_dump.hpp"
#include "support/nearby_hub.hpp"
#include "support/shop.hpp"
#include "support/synced_rows.hpp"

#include "edge/hub/sqlite_store.hpp"

#include <gtest/gtest.h>

#include <random>

namespace edge {
namespace {

using test::first_difference;
using test::no_answer;
using test::replayed_rows;
using test::run_sql;
using test::synced_rows;

/// Does anything that a shop, its owner with the sqlite3 shell, or the network may do.
class RandomShop {
public:
    explicit RandomShop(std::uint64_t seed) : random_(seed) {
        hub.network = [this](const HubRequest& request) { return weather(request); };
    }

    void step() {
        shop.now += std::chrono::minutes(below(90));
        try {
            act(below(14));
        } catch (const Error& error) {
            // A till may ask for what is refused; nothing has happened then.
            EXPECT_NE(error.code(), ErrorCode::internal) << error.what();
            EXPECT_NE(error.code(), ErrorCode::corrupt_data) << error.what();
        }
    }
    void sync() {
        hub.now = shop.now;
        static_cast<void>(shop.engine->sync({.url = "http://hub", .exchange = hub.exchange()}));
    }
    [[nodiscard]] SyncReport sync_in_peace() {
        hub.network = nullptr;
        hub.now = shop.now;
        return shop.engine->sync({.url = "http://hub", .exchange = hub.exchange()});
    }
    [[nodiscard]] std::string difference() {
        return first_difference(synced_rows(shop.path()), hub.rows(shop.seller_key()));
    }

    test::Shop shop;
    test::NearbyHub hub{shop.folder.file("hub.db")};

private:
    std::int64_t below(std::int64_t bound) {
        return std::uniform_int_distribution<std::int64_t>(0, bound - 1)(random_);
    }
    std::string one_of(const std::string& table, const std::string& id) {
        const std::vector<std::string> ids = test::select_column(shop.path(), "SELECT " + id + " FROM " + table);
        return ids.empty() ? "0" : ids[static_cast<std::size_t>(below(static_cast<std::int64_t>(ids.size())))];
    }
    std::string one_code() { return one_of("reservations", "claim_code"); }
    BundleId one_bundle() { return BundleId(std::stoll(one_of("bundles", "bundle_id"))); }

    HubAnswer weather(const HubRequest& request) {
        const std::int64_t dice = below(4);
        if (dice == 0) return no_answer();
        HubAnswer answer = hub.deliver(request);
        return dice == 1 ? no_answer("broken: reset") : answer;
    }

    void act(std::int64_t what) {
        switch (what) {
            case 0:
            case 1: shop.post("Bag " + std::to_string(below(1000)), below(10)); break;
            case 2:
            case 3: shop.reserve(one_bundle()); break;
            case 4: shop.engine->collect(one_code()); break;
            case 5: shop.engine->cancel(one_code()); break;
            case 6:
                shop.engine->edit_bundle(one_bundle(),
                                         {.name = "Edited " + std::to_string(below(9)), .price = Money{below(900)}});
                break;
            case 7: shop.engine->close_bundle(one_bundle()); break;
            case 8: shop.engine->refresh(shop.engine->home_seller()); break;
            case 9: sync(); break;
            case 10: foreign_delete(); break;
            case 11: foreign_write(); break;
            case 12: foreign_return(); break;
            default: shop.engine->rebuild(shop.engine->home_seller()); break;
        }
    }

    void foreign_delete() {
        run_sql(shop.path(),
                "PRAGMA foreign_keys = ON; DELETE FROM bundles WHERE bundle_id = " + one_of("bundles", "bundle_id") +
                    "; DELETE FROM analytics_series WHERE series_id = " + one_of("analytics_series", "series_id"));
    }
    void foreign_write() {
        run_sql(shop.path(),
                "UPDATE bundles SET total_qty = total_qty + 1, description = 'by hand' WHERE bundle_id % 3 = " +
                    std::to_string(below(3)) + "; INSERT OR IGNORE INTO holidays (region, day, name) VALUES ('XX', " +
                    std::to_string(below(30)) +
                    ", 'Feast'); DELETE FROM holidays WHERE day = " + std::to_string(below(30)));
    }
    /// A holiday goes and comes back under its identity, its old number taken by another.
    void foreign_return() {
        run_sql(
            shop.path(),
            "CREATE TEMP TABLE kept AS SELECT * FROM holidays WHERE holiday_id = " + one_of("holidays", "holiday_id") +
                "; DELETE FROM holidays WHERE holiday_id IN (SELECT holiday_id FROM kept); INSERT OR IGNORE INTO "
                "holidays (holiday_id, region, day, name) SELECT holiday_id, 'YY', day, 'Other' FROM kept; INSERT OR "
                "IGNORE INTO holidays (uuid, region, day, name) SELECT uuid, region, day, 'Again' FROM kept");
    }

    std::mt19937_64 random_;
};

class SyncPropertyTest : public testing::TestWithParam<std::uint64_t> {};

TEST_P(SyncPropertyTest, AfterAnyHistoryTheHubEqualsTheFile) {
    RandomShop world(GetParam());
    for (int step = 0; step < 80; ++step) world.step();

    const SyncReport report = world.sync_in_peace();

    EXPECT_TRUE(report.equal) << report.reason;
    EXPECT_EQ(world.difference(), "");
}

TEST_P(SyncPropertyTest, ReplayingTheSegmentsGivesTheTables) {
    RandomShop world(GetParam());
    world.hub.store().set_durable({.rule = hub::DurableRule::command});  // so that every segment is kept

    for (int step = 0; step < 80; ++step) world.step();
    static_cast<void>(world.sync_in_peace());

    EXPECT_EQ(first_difference(synced_rows(world.shop.path()), replayed_rows(world.shop.path())), "");
}

INSTANTIATE_TEST_SUITE_P(Seeds, SyncPropertyTest, testing::Range<std::uint64_t>(1, 13),
                         [](const auto& one) { return "Seed" + std::to_string(one.param); });

}  // namespace
}  // namespace edge
