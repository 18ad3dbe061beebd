#include "support/bakery.hpp"
#include "support/database_dump.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace edge::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr int sales = 1;
constexpr int gauge = 2;
constexpr int categories = 3;
constexpr int windows = 4;
constexpr int coming = 5;
constexpr std::size_t posted = 1;
constexpr std::size_t forecast = 2;
const SellerId home = Bakery::seller();

/// What stands in the file must be what a count from nothing gives.
void expect_true_to_rebuild(Bakery& shop, SellerId seller = home) {
    const std::string incremental = derived_rows(shop.path());
    shop->rebuild(seller);
    EXPECT_EQ(incremental, derived_rows(shop.path()));
}

TEST(Refresh, OfAnEmptyShopLeavesEveryGraphEmpty) {
    Bakery shop;

    shop->refresh(home);

    EXPECT_EQ(shop->graphs(home).size(), 12U);
    EXPECT_THAT(shop.points(sales), IsEmpty());
    EXPECT_THAT(shop.points(gauge), ElementsAre("sold 0.0000", "unsold 100.0000"));
    EXPECT_THAT(shop->forecasts(home), IsEmpty());
}

TEST(Refresh, DrawsTheSalesOfTheDay) {
    Bakery shop;
    const Bundle bag = shop->post_bundle(bread("2026-03-02 17:00", 4));
    shop.sell(bag.id, 3);

    const RefreshReport report = shop->refresh(home);

    EXPECT_EQ(report.bundles_recounted, 1);
    EXPECT_THAT(shop.points(sales), ElementsAre("2026-03-02 3.0000"));
    EXPECT_THAT(shop.points(sales, posted), ElementsAre("2026-03-02 4.0000"));
    EXPECT_THAT(shop.points(gauge), ElementsAre("sold 75.0000", "unsold 25.0000"));
    EXPECT_THAT(shop.points(categories), ElementsAre("Bread 3.0000"));
    EXPECT_THAT(shop.points(windows), ElementsAre("17:00 3.0000"));
    expect_true_to_rebuild(shop);
}

TEST(Refresh, ChangesNothingTheSecondTime) {
    Bakery shop;
    const Bundle bag = shop->post_bundle(bread("2026-03-02 09:00", 4));
    shop.sell(bag.id, 3);
    shop->post_bundle(bread("2026-03-03 09:00", 4));
    shop.set_time("2026-03-02 12:00");
    shop->refresh(home);
    const DatabaseDump before = dump_database(shop.path());

    const RefreshReport second = shop->refresh(home);

    EXPECT_EQ(second, RefreshReport{});
    EXPECT_EQ(first_difference(before, dump_database(shop.path())), "");
}

TEST(Refresh, CommitsNothingWhenNothingChanged) {
    Bakery shop;
    shop->post_bundle(bread("2026-03-02 17:00"));
    shop->refresh(home);
    const std::string log_before = read_file(shop.path() + "-wal");

    shop->refresh(home);

    EXPECT_EQ(read_file(shop.path() + "-wal"), log_before) << "not a page was written";
}

TEST(Refresh, OfASellerThatIsNotThereIsRefused) {
    Bakery shop;

    EXPECT_EQ(refusal([&] { shop->refresh(SellerId(9)); }).code(), ErrorCode::not_found);
    EXPECT_EQ(refusal([&] { shop->rebuild(SellerId(9)); }).code(), ErrorCode::not_found);
    EXPECT_EQ(refusal([&] { shop->close_windows(SellerId(9)); }).code(), ErrorCode::not_found);
}

TEST(Refresh, PutsADayInItsPlaceAmongOthers) {
    Bakery shop;
    shop->post_bundle(bread("2026-03-02 17:00", 1));
    shop->post_bundle(bread("2026-03-06 17:00", 5));
    shop->refresh(home);
    shop->post_bundle(bread("2026-03-04 17:00", 3));
    const BundleId first = shop->post_bundle(bread("2026-03-01 17:00", 7)).id;

    shop->refresh(home);

    EXPECT_THAT(shop.points(sales, posted),
                ElementsAre("2026-03-01 7.0000", "2026-03-02 1.0000", "2026-03-04 3.0000", "2026-03-06 5.0000"));
    shop.sql("DELETE FROM bundles WHERE bundle_id = " + std::to_string(first.value()));
    shop->refresh(home);
    EXPECT_THAT(shop.points(sales, posted), ElementsAre("2026-03-02 1.0000", "2026-03-04 3.0000", "2026-03-06 5.0000"));
    EXPECT_EQ(shop.points(coming, posted), shop.points(sales, posted));
    expect_true_to_rebuild(shop);
}

TEST(Refresh, FollowsABundleToAnotherDay) {
    Bakery shop;
    const Bundle bag = shop->post_bundle(bread("2026-03-02 17:00", 4));
    shop.sell(bag.id, 2);
    shop->refresh(home);
    ASSERT_THAT(shop.points(coming, forecast), ElementsAre("2026-03-02 1.0000"));

    shop->edit_bundle(bag.id, {.window = PickupWindow{at("2026-03-05 18:30"), at("2026-03-05 19:00")}});
    shop->refresh(home);

    EXPECT_THAT(shop.points(sales), ElementsAre("2026-03-05 2.0000"));
    EXPECT_THAT(shop.points(windows), ElementsAre("18:30 2.0000"));
    EXPECT_THAT(shop.points(coming, forecast), ElementsAre("2026-03-05 1.0000"));
    EXPECT_EQ(shop->forecast(bag.id).window_start, at("2026-03-05 18:30"));
    expect_true_to_rebuild(shop);
}

TEST(Refresh, FollowsABundleToOtherCategories) {
    Bakery shop;
    const Bundle bag = shop->post_bundle(bread("2026-03-02 17:00", 4));
    shop.sell(bag.id, 2);
    shop->refresh(home);

    shop->edit_bundle(bag.id, {.categories = std::vector{CategoryId(1), CategoryId(2)}});
    shop->refresh(home);
    EXPECT_THAT(shop.points(categories), ElementsAre("Bread 2.0000", "Fruit 2.0000"));
    shop.sql("DELETE FROM bundle_category WHERE category_id = 1");
    shop->refresh(home);

    EXPECT_THAT(shop.points(categories), ElementsAre("Fruit 2.0000"));
    expect_true_to_rebuild(shop);
}

TEST(Refresh, FollowsABundleToAnotherSeller) {
    Bakery shop;
    shop.sql("INSERT INTO sellers (user_id, seller_name) VALUES (2, 'Another')");
    const Bundle bag = shop->post_bundle(bread("2026-03-02 17:00", 4));
    shop.sell(bag.id, 2);
    shop->refresh(home);

    shop.sql("UPDATE bundles SET seller_id = 2");
    shop->refresh(home);

    const SellerId other(2);
    EXPECT_THAT(shop.points(sales), IsEmpty());
    EXPECT_THAT(shop.points(coming, forecast), IsEmpty());
    EXPECT_THAT(shop->forecasts(home), IsEmpty());
    EXPECT_THAT(shop.points(sales, 0, other), ElementsAre("2026-03-02 2.0000"));
    ASSERT_EQ(shop->forecasts(other).size(), 1U);
    EXPECT_THAT(shop.points(coming, forecast, other), ElementsAre("2026-03-02 1.0000"));
    expect_true_to_rebuild(shop);
    expect_true_to_rebuild(shop, other);
}

TEST(Refresh, ForgetsABundleDeletedByAnotherHand) {
    Bakery shop;
    const Bundle gone = shop->post_bundle(bread("2026-03-03 17:00", 4));
    const Bundle kept = shop->post_bundle(bread("2026-03-02 17:00", 4));
    shop.sell(gone.id, 2);
    shop.sell(kept.id, 1);
    shop->refresh(home);

    shop.sql("DELETE FROM bundles WHERE bundle_id = " + std::to_string(gone.id.value()));
    shop->refresh(home);

    EXPECT_THAT(shop.points(sales), ElementsAre("2026-03-02 1.0000"));
    EXPECT_THAT(shop.points(coming, forecast), ElementsAre("2026-03-02 1.0000"));
    EXPECT_THAT(shop.select("SELECT bundle_id FROM contributions"), ElementsAre(std::to_string(kept.id.value())));
    expect_true_to_rebuild(shop);
}

TEST(Refresh, FollowsReservationsThatAnotherHandDeletesOrMoves) {
    Bakery shop;
    const Bundle one = shop->post_bundle(bread("2026-03-02 17:00", 4));
    const Bundle two = shop->post_bundle(bread("2026-03-03 17:00", 4));
    shop.sell(one.id, 3);
    shop->refresh(home);

    shop.sql(
        "DELETE FROM reservations WHERE reservation_id = 1; "
        "UPDATE reservations SET bundle_id = " +
        std::to_string(two.id.value()) + " WHERE reservation_id = 2");
    shop->refresh(home);

    EXPECT_THAT(shop.points(sales), ElementsAre("2026-03-02 1.0000", "2026-03-03 1.0000"));
    expect_true_to_rebuild(shop);
}

TEST(Refresh, ShowsACategoryUnderItsNewName) {
    Bakery shop;
    const Bundle bag = shop->post_bundle(bread("2026-03-02 17:00", 4));
    shop.sell(bag.id);
    shop->refresh(home);

    shop.sql("UPDATE category SET category_name = 'Pão' WHERE category_id = 1");
    const RefreshReport report = shop->refresh(home);

    EXPECT_THAT(shop.points(categories), ElementsAre("Pão 1.0000"));
    EXPECT_EQ(report.points_written, 1);
    EXPECT_EQ(report.bundles_recounted, 0);
}

TEST(Refresh, ShowsACategoryWithoutRowByItsNumberAndReportsIt) {
    Bakery shop;
    const Bundle bag = shop->post_bundle(bread("2026-03-02 17:00", 4));
    shop.sell(bag.id);

    shop.sql_without_foreign_keys("DELETE FROM category WHERE category_id = 1");
    const RefreshReport report = shop->refresh(home);

    EXPECT_THAT(shop.points(categories), ElementsAre("#1 1.0000"));
    EXPECT_THAT(report.categories_without_row, ElementsAre(CategoryId(1)));
    expect_true_to_rebuild(shop);
}

TEST(Refresh, CountsABundleWithoutCategoryEverywhereButAmongCategories) {
    Bakery shop;
    const Bundle bag = shop->post_bundle(bread("2026-03-02 17:00", 4));
    shop.sell(bag.id, 2);

    shop.sql("DELETE FROM bundle_category");
    shop->refresh(home);

    EXPECT_THAT(shop.points(sales), ElementsAre("2026-03-02 2.0000"));
    EXPECT_THAT(shop.points(categories), IsEmpty());
    EXPECT_THAT(shop.points(windows), ElementsAre("17:00 2.0000"));
    EXPECT_EQ(shop->forecasts(home).size(), 1U);
    expect_true_to_rebuild(shop);
}

TEST(Refresh, CountsANegativeQuantityAsNothing) {
    Bakery shop;
    const Bundle bag = shop->post_bundle(bread("2026-03-02 17:00", 4));
    shop->post_bundle(bread("2026-03-02 18:00", 6));

    shop.sql("UPDATE bundles SET total_qty = -4 WHERE bundle_id = " + std::to_string(bag.id.value()));
    shop->refresh(home);

    EXPECT_THAT(shop.points(sales, posted), ElementsAre("2026-03-02 6.0000"));
    expect_true_to_rebuild(shop);
}

TEST(Refresh, KeepsTwoSellersOfOneFileApart) {
    Bakery shop;
    shop.sql("INSERT INTO sellers (user_id, seller_name) VALUES (2, 'Another')");
    NewBundle theirs = bread("2026-03-02 17:00", 9);
    theirs.seller = SellerId(2);
    const Bundle ours = shop->post_bundle(bread("2026-03-02 17:00", 4));
    const Bundle other = shop->post_bundle(theirs);
    shop.sell(ours.id, 1);
    shop.sell(other.id, 5);

    shop->refresh(home);
    shop->refresh(SellerId(2));

    EXPECT_THAT(shop.points(sales), ElementsAre("2026-03-02 1.0000"));
    EXPECT_THAT(shop.points(sales, 0, SellerId(2)), ElementsAre("2026-03-02 5.0000"));
    EXPECT_EQ(shop->forecasts(SellerId(2)).at(0).bundle, other.id);
    expect_true_to_rebuild(shop);
    expect_true_to_rebuild(shop, SellerId(2));
}

TEST(Refresh, OfOneSellerLeavesTheOtherToItsOwn) {
    Bakery shop;
    shop.sql("INSERT INTO sellers (user_id, seller_name) VALUES (2, 'Another')");
    NewBundle theirs = bread("2026-03-02 17:00", 9);
    theirs.seller = SellerId(2);
    shop.sell(shop->post_bundle(theirs).id, 5);
    shop->refresh(home);

    shop->refresh(SellerId(2));

    EXPECT_THAT(shop.points(sales, 0, SellerId(2)), ElementsAre("2026-03-02 5.0000"));
    EXPECT_THAT(shop.points(coming, forecast, SellerId(2)), ElementsAre("2026-03-02 1.0000"));
}

TEST(Refresh, ForgetsASellerThatIsGone) {
    Bakery shop;
    shop.sql("INSERT INTO sellers (user_id, seller_name) VALUES (2, 'Another')");
    NewBundle theirs = bread("2026-03-02 17:00", 9);
    theirs.seller = SellerId(2);
    shop.sell(shop->post_bundle(theirs).id, 5);
    shop->refresh(SellerId(2));

    shop.sql("DELETE FROM sellers WHERE user_id = 2");
    shop->refresh(home);

    for (const char* table : {"contributions", "day_totals", "seller_totals", "category_totals", "window_totals",
                              "hour_totals", "refresh_state"}) {
        EXPECT_EQ(shop.select("SELECT count(*) FROM " + std::string(table) + " WHERE seller_id = 2").at(0), "0")
            << table;
    }
}

TEST(Refresh, ToleratesABundleOfASellerThatIsNotThere) {
    Bakery shop;
    shop.sell(shop->post_bundle(bread("2026-03-02 17:00", 9)).id, 5);
    shop->refresh(home);

    shop.sql_without_foreign_keys(
        "INSERT INTO bundles (seller_id, bundle_name, total_qty, window_start, window_end) "
        "VALUES (77, 'Stray', 3, 0, 5); UPDATE bundles SET seller_id = 78 WHERE bundle_id = 1");
    shop->refresh(home);

    EXPECT_THAT(shop.points(sales), IsEmpty());
    shop.sql("INSERT INTO sellers (user_id, seller_name) VALUES (78, 'Found')");
    shop->refresh(SellerId(78));
    EXPECT_THAT(shop.points(sales, 0, SellerId(78)), ElementsAre("2026-03-02 5.0000"));
    expect_true_to_rebuild(shop, SellerId(78));
}

TEST(Refresh, AfterSyncTrimmedTheJournalMissesNothing) {
    Bakery shop;
    const Bundle bag = shop->post_bundle(bread("2026-03-02 17:00", 9));
    shop.sell(bag.id, 2);
    shop->refresh(home);
    shop.sql(
        "UPDATE journal_readers SET cursor = (SELECT max(seq) FROM journal) WHERE reader = 'sync'; "
        "DELETE FROM journal");

    shop.sell(bag.id, 1);
    shop->refresh(home);

    EXPECT_THAT(shop.points(sales), ElementsAre("2026-03-02 3.0000"));
    shop.sell(bag.id, 1);
    shop->refresh(home);
    EXPECT_THAT(shop.points(sales), ElementsAre("2026-03-02 4.0000"));
    expect_true_to_rebuild(shop);
}

TEST(Refresh, MakesGraphsAndSeriesAgainThatAnotherHandDeleted) {
    Bakery shop;
    const Bundle bag = shop->post_bundle(bread("2026-03-02 17:00", 9));
    shop.sell(bag.id, 2);
    shop->refresh(home);
    const std::string before = derived_rows(shop.path());

    shop.sql(
        "DELETE FROM analytics_graphs WHERE graph_type = 1; DELETE FROM analytics_series WHERE series_name = "
        "'forecast'; UPDATE analytics_series SET series_name = 'renamed' WHERE series_name = 'categories'; "
        "DELETE FROM analytics_graphs_types WHERE graph_type_id NOT IN (SELECT graph_type FROM analytics_graphs); "
        "UPDATE analytics_graphs_types SET graph_summary = 'Mine' WHERE graph_type_id = 2");
    shop->refresh(home);

    EXPECT_EQ(derived_rows(shop.path()), before);
    EXPECT_EQ(shop->graph(home, gauge).type.summary, "Sell Through Rate");
}

TEST(Refresh, RemovesSeriesThatAreNotTheGraphs) {
    Bakery shop;
    shop->refresh(home);
    const std::string before = derived_rows(shop.path());

    shop.sql(
        "INSERT INTO analytics_series (graph_id, series_name, sort_index) SELECT graph_id, 'after', 9 FROM "
        "analytics_graphs; INSERT INTO analytics_series (graph_id, series_name, sort_index) SELECT graph_id, "
        "'before', -1 FROM analytics_graphs");
    shop->refresh(home);

    EXPECT_EQ(derived_rows(shop.path()), before);
}

TEST(Rebuild, RepairsPointsThatAnotherHandChangedOrDeleted) {
    Bakery shop;
    for (const char* start : {"2026-03-02 17:00", "2026-03-03 17:00", "2026-03-04 17:00"})
        shop.sell(shop->post_bundle(bread(start)).id, 2);
    shop->refresh(home);
    const std::string before = derived_rows(shop.path());

    shop.sql(
        "UPDATE analytics_points SET y = '7.0000' WHERE sort_index = 0; DELETE FROM analytics_points WHERE "
        "sort_index = 1; UPDATE analytics_points SET x = 'not a day' WHERE sort_index = 2");
    const RefreshReport report = shop->rebuild(home);

    EXPECT_GT(report.points_written, 0);
    EXPECT_EQ(derived_rows(shop.path()), before);
}

TEST(Rebuild, RepairsTotalsAndContributionsThatAnotherHandChanged) {
    Bakery shop;
    for (const char* start : {"2026-03-02 17:00", "2026-03-03 17:00"}) shop.sell(shop->post_bundle(bread(start)).id, 2);
    shop->refresh(home);
    const std::string before = derived_rows(shop.path());

    shop.sql(
        "UPDATE day_totals SET sold = 99; UPDATE seller_totals SET posted = -5; DELETE FROM category_totals; "
        "UPDATE contributions SET categories = 'x,2', sold = 9223372036854775807 WHERE bundle_id = 1; "
        "DELETE FROM contributions WHERE bundle_id = 2; INSERT INTO hour_totals VALUES (1, 3, 3)");
    shop->rebuild(home);

    EXPECT_EQ(derived_rows(shop.path()), before);
}

TEST(Rebuild, OfAnUnchangedFileWritesNoPoints) {
    Bakery shop;
    shop.sell(shop->post_bundle(bread("2026-03-02 09:00")).id, 2);
    shop->post_bundle(bread("2026-03-03 09:00"));
    shop.set_time("2026-03-02 20:00");
    shop->refresh(home);
    const std::string before = derived_rows(shop.path());

    const RefreshReport report = shop->rebuild(home);

    EXPECT_EQ(report.points_written, 0);
    EXPECT_EQ(report.inputs_written, 0);
    EXPECT_EQ(report.forecasts_written, 0);
    EXPECT_EQ(derived_rows(shop.path()), before);
}

TEST(Graphs, OfAnUnknownTypeOrSellerAreNotFound) {
    Bakery shop;
    shop->refresh(home);

    EXPECT_EQ(refusal([&] { static_cast<void>(shop->graph(home, 77)); }).code(), ErrorCode::not_found);
    EXPECT_EQ(refusal([&] { static_cast<void>(shop->graph(SellerId(2), sales)); }).code(), ErrorCode::not_found);
    EXPECT_EQ(refusal([&] { static_cast<void>(shop->forecast(BundleId(1))); }).code(), ErrorCode::not_found);
}

}  // namespace
}  // namespace edge::test
