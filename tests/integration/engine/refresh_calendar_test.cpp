#include "support/bakery.hpp"
#include "support/database_dump.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace edge::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr int sales = 1;
constexpr int windows = 4;
constexpr int coming = 5;
constexpr int to_date = 101;
constexpr std::size_t posted = 1;
const SellerId home = Bakery::seller();

void expect_true_to_rebuild(Bakery& shop) {
    const std::string incremental = derived_rows(shop.path());
    shop->rebuild(home);
    EXPECT_EQ(incremental, derived_rows(shop.path()));
}

TEST(RefreshCalendar, PutsABundleAtHalfPastElevenUtcOnTheNextDayOfALisbonSummer) {
    Bakery shop(bakery_on("Europe/Lisbon"));
    shop.sell(shop->post_bundle(bread("2026-07-01 23:30")).id);
    shop.sell(shop->post_bundle(bread("2026-12-01 23:30")).id, 2);

    shop->refresh(home);

    EXPECT_THAT(shop.points(sales), ElementsAre("2026-07-02 1.0000", "2026-12-01 2.0000"));
    EXPECT_THAT(shop.points(windows), ElementsAre("23:30 2.0000", "00:30 1.0000"));
    EXPECT_EQ(shop.points(coming), shop.points(sales));
}

TEST(RefreshCalendar, FollowsLondonThroughTheDaysTheClocksChange) {
    Bakery shop(bakery_on("Europe/London"));
    // 29 March 2026: 01:00 becomes 02:00. 25 October 2026: 02:00 becomes 01:00 again.
    shop->post_bundle(bread("2026-03-28 23:30", 1));  // 23:30 on the 28th
    shop->post_bundle(bread("2026-03-29 00:30", 2));  // 00:30 on the 29th
    shop->post_bundle(bread("2026-03-29 22:30", 3));  // 23:30 on the 29th
    shop->post_bundle(bread("2026-03-29 23:30", 4));  // 00:30 on the 30th
    shop->post_bundle(bread("2026-10-24 23:30", 5));  // 00:30 on the 25th
    shop->post_bundle(bread("2026-10-25 00:30", 6));  // 01:30 on the 25th, the first time
    shop->post_bundle(bread("2026-10-25 01:30", 7));  // 01:30 on the 25th, the second time
    shop->post_bundle(bread("2026-10-25 23:30", 8));  // 23:30 on the 25th
    for (int id = 1; id <= 8; ++id) shop.sell(BundleId(id));

    shop->refresh(home);

    EXPECT_THAT(shop.points(sales, posted),
                ElementsAre("2026-03-28 1.0000", "2026-03-29 5.0000", "2026-03-30 4.0000", "2026-10-25 26.0000"));
    EXPECT_THAT(shop.points(windows), ElementsAre("00:30 3.0000", "23:30 3.0000", "01:30 2.0000"));
    expect_true_to_rebuild(shop);
}

TEST(RefreshCalendar, CountsAWindowAcrossMidnightOnTheDayItStarts) {
    Bakery shop(bakery_on("Europe/London"));
    NewBundle late = bread("2026-03-02 23:00");
    late.window.end = at("2026-03-03 01:00");
    const Bundle bag = shop->post_bundle(late);
    shop.set_time("2026-03-03 00:30");
    shop.sell(bag.id);

    shop->refresh(home);

    EXPECT_THAT(shop.points(sales), ElementsAre("2026-03-02 1.0000"));
    EXPECT_THAT(shop.points(to_date), ElementsAre("sold 0.0000", "unsold 100.0000")) << "not over yet";
    shop.set_time("2026-03-03 01:00");
    shop->refresh(home);
    EXPECT_THAT(shop.points(to_date), ElementsAre("sold 10.0000", "unsold 90.0000"));
    EXPECT_THAT(shop.select("SELECT day_of_week FROM forecast_input"), ElementsAre("Monday"));
}

TEST(RefreshCalendar, LaysEverythingOutAnewWhenTheSellerMovesToAnotherTimeZone) {
    Bakery shop;
    shop.sell(shop->post_bundle(bread("2026-07-01 23:30")).id);
    shop.set_time("2026-07-02 06:00");
    shop->refresh(home);
    ASSERT_THAT(shop.points(sales), ElementsAre("2026-07-01 1.0000"));
    ASSERT_THAT(shop.select("SELECT day_of_week FROM forecast_input"), ElementsAre("Wednesday"));

    shop->edit_seller(home, {.time_zone = "Europe/London"});
    shop->refresh(home);

    EXPECT_THAT(shop.points(sales), ElementsAre("2026-07-02 1.0000"));
    EXPECT_THAT(shop.points(windows), ElementsAre("00:30 1.0000"));
    EXPECT_THAT(shop.select("SELECT day_of_week FROM forecast_input"), ElementsAre("Thursday"));
    expect_true_to_rebuild(shop);
}

TEST(RefreshCalendar, CountsInUtcWhileTheTimeZoneIsNoTimeZone) {
    Bakery shop(bakery_on("Asia/Tokyo"));
    shop.sell(shop->post_bundle(bread("2026-07-01 23:30")).id);
    shop->refresh(home);

    shop.sql("UPDATE sellers SET time_zone = 'Middle/Earth'");
    shop->refresh(home);

    EXPECT_THAT(shop.points(sales), ElementsAre("2026-07-01 1.0000"));
    shop.sql("UPDATE sellers SET time_zone = 'Asia/Tokyo'");
    shop->refresh(home);
    EXPECT_THAT(shop.points(sales), ElementsAre("2026-07-02 1.0000"));
}

TEST(RefreshClock, ClosesAWindowByTimeAlone) {
    Bakery shop;
    shop.sell(shop->post_bundle(bread("2026-03-02 17:00", 4)).id, 3);
    shop->reserve({.bundle = BundleId(1)});
    shop->refresh(home);
    ASSERT_THAT(shop.points(to_date), ElementsAre("sold 0.0000", "unsold 100.0000"));

    shop.set_time("2026-03-02 19:00");
    const RefreshReport report = shop->refresh(home);

    EXPECT_EQ(report.windows_closed, 1);
    EXPECT_EQ(report.inputs_written, 1);
    EXPECT_THAT(shop.points(to_date), ElementsAre("sold 75.0000", "unsold 25.0000"));
    EXPECT_THAT(shop.points(coming, 2), IsEmpty()) << "nothing is to come";
    EXPECT_EQ(shop->refresh(home), RefreshReport{});
    expect_true_to_rebuild(shop);
}

TEST(RefreshClock, GoingBackwardsOpensWindowsAgain) {
    Bakery shop;
    shop.sell(shop->post_bundle(bread("2026-03-02 17:00", 4)).id, 3);
    shop->refresh(home);
    const std::string morning = derived_rows(shop.path());
    shop.set_time("2026-03-02 20:00");
    shop->refresh(home);
    const std::string evening = derived_rows(shop.path());
    ASSERT_NE(morning, evening);

    shop.set_time("2026-03-02 08:00");
    shop->refresh(home);
    EXPECT_EQ(derived_rows(shop.path()), morning);
    shop.set_time("2026-03-02 20:00");
    shop->refresh(home);

    EXPECT_EQ(derived_rows(shop.path()), evening);
    expect_true_to_rebuild(shop);
}

TEST(RefreshClock, GoingBackwardsPastNothingChangesNothing) {
    Bakery shop;
    shop.sell(shop->post_bundle(bread("2026-03-02 17:00", 4)).id, 3);
    shop.set_time("2026-03-02 22:00");
    shop->refresh(home);

    shop.set_time("2026-03-02 21:00");

    EXPECT_EQ(shop->refresh(home), RefreshReport{});
}

TEST(RefreshClock, ClosesABundleThatArrivesAfterItsWindow) {
    Bakery shop;
    shop.set_time("2026-03-10 08:00");
    shop.sell(shop->post_bundle(bread("2026-03-10 09:00")).id);
    shop.set_time("2026-03-10 12:00");
    shop->refresh(home);

    shop.sql(
        "INSERT INTO bundles (seller_id, bundle_name, total_qty, window_start, window_end) VALUES (1, 'Late', 5, "
        "1772445600000000, 1772449200000000)");  // 2 March 2026, 10:00 to 11:00

    EXPECT_EQ(shop->close_windows(home), 1);
    EXPECT_EQ(shop->refresh(home).windows_closed, 0);
    expect_true_to_rebuild(shop);
}

TEST(CloseWindows, WritesInputsOnceAndNothingElse) {
    Bakery shop;
    shop.sell(shop->post_bundle(bread("2026-03-02 09:00", 4)).id, 3);
    shop->post_bundle(bread("2026-03-02 17:00", 4));
    shop.set_time("2026-03-02 12:00");

    EXPECT_EQ(shop->close_windows(home), 1);

    EXPECT_EQ(shop.select("SELECT count(*) FROM forecast_input").at(0), "1");
    EXPECT_EQ(shop.select("SELECT count(*) FROM contributions").at(0), "0");
    const DatabaseDump before = dump_database(shop.path());
    EXPECT_EQ(shop->close_windows(home), 0);
    EXPECT_EQ(first_difference(before, dump_database(shop.path())), "");
    const RefreshReport report = shop->refresh(home);
    EXPECT_EQ(report.windows_closed, 0);
    EXPECT_EQ(report.inputs_written, 0);
    expect_true_to_rebuild(shop);
}

}  // namespace
}  // namespace edge::test
