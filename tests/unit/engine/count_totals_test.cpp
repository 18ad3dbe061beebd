#include "count_totals.hpp"

#include "support/shop.hpp"

#include <gtest/gtest.h>

namespace edge {
namespace {

TEST(CountTotals, AddsUpWhatBundlesAndReservationsSay) {
    test::Shop shop;
    const Bundle bag = shop.post("Evening bag", 5);
    shop.engine->collect(shop.reserve(bag.id).claim_code);
    shop.reserve(bag.id);
    storage::Connection db = storage::Connection::open(shop.path());
    const SellerId home = shop.engine->home_seller();

    const CountedTotals counted = count_totals(db, {{home, TimeZone::utc()}}, shop.now);

    EXPECT_EQ(counted.bundles, 1);
    EXPECT_EQ(counted.reservations, 2);
    EXPECT_EQ(counted.totals.at(home).overall.posted, 5);
    EXPECT_EQ(counted.totals.at(home).overall.sold, 1);
    EXPECT_EQ(counted.totals.at(home).categories, (std::map<CategoryId, std::int64_t>{{shop.category, 1}}));
}

TEST(CountTotals, LeavesOutSellersThatNobodyAskedFor) {
    test::Shop shop;
    shop.reserve(shop.post().id);
    storage::Connection db = storage::Connection::open(shop.path());

    const CountedTotals counted = count_totals(db, {{SellerId(77), TimeZone::utc()}}, shop.now);

    EXPECT_EQ(counted.reservations, 1);
    EXPECT_EQ(counted.totals.at(SellerId(77)), analytics::Totals());
}

TEST(CountTotals, CountsAWindowAsClosedOnceItIsOver) {
    test::Shop shop;
    const Bundle bag = shop.post("Evening bag", 5);
    shop.reserve(bag.id);
    storage::Connection db = storage::Connection::open(shop.path());
    const SellerId home = shop.engine->home_seller();

    const auto no_shows = [&](Timestamp now) {
        return count_totals(db, {{home, TimeZone::utc()}}, now).totals.at(home).overall.closed_no_shows;
    };

    EXPECT_EQ(no_shows(bag.window.end - std::chrono::microseconds(1)), 0);
    EXPECT_EQ(no_shows(bag.window.end), 1);
}

}  // namespace
}  // namespace edge
