#include "support/bakery.hpp"
#include "support/database_dump.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace edge::test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

const SellerId home = Bakery::seller();

/// What is wrong with a refreshed file, and which check must find it.
struct Fault {
    std::string name;
    std::string sql;
    std::string check;
};

std::ostream& operator<<(std::ostream& out, const Fault& fault) { return out << fault.name; }

/// Two bundles, one over and one coming, refreshed.
void fill(Bakery& shop) {
    shop.sell(shop->post_bundle(bread("2026-03-02 09:00")).id, 3);
    shop->post_bundle(bread("2026-03-03 09:00"));
    shop.set_time("2026-03-02 12:00");
    shop->refresh(home);
}

std::vector<std::string> checks_that_found(const VerifyReport& report) {
    std::vector<std::string> checks;
    for (const Finding& finding : report.findings) checks.push_back(finding.check);
    return checks;
}

class VerifyFinds : public testing::TestWithParam<Fault> {};

TEST_P(VerifyFinds, AndChangesNothing) {
    Bakery shop;
    fill(shop);
    shop.sql_without_foreign_keys(GetParam().sql);
    const DatabaseDump before = dump_database(shop.path());

    const VerifyReport report = shop->verify();

    EXPECT_THAT(checks_that_found(report), Contains(GetParam().check));
    for (const Finding& finding : report.findings) {
        EXPECT_FALSE(finding.message.empty());
        EXPECT_FALSE(finding.remedy.empty());
    }
    EXPECT_EQ(first_difference(before, dump_database(shop.path())), "");
}

INSTANTIATE_TEST_SUITE_P(
    Each, VerifyFinds,
    testing::Values(
        Fault{"AChangedDayTotal", "UPDATE day_totals SET sold = sold + 1", "totals"},
        Fault{"AMissingDayTotal", "DELETE FROM day_totals", "totals"},
        Fault{"ADayTotalOfNothing",
              "INSERT INTO day_totals SELECT seller_id, day + 9, bundles, posted, sold, "
              "closed_bundles, closed_posted, closed_sold, closed_reserved, closed_no_shows, "
              "grams_saved, co2_grams, revenue_minor FROM day_totals LIMIT 1",
              "totals"},
        Fault{"AChangedSellerTotal", "UPDATE seller_totals SET revenue_minor = 0", "totals"},
        Fault{"AChangedCategoryTotal", "UPDATE category_totals SET collected = 9", "totals"},
        Fault{"AChangedWindowTotal", "UPDATE window_totals SET window_start = window_start + 1", "totals"},
        Fault{"AMissingHourTotal", "DELETE FROM hour_totals", "totals"},
        Fault{"AChangedContribution", "UPDATE contributions SET sold = sold + 1 WHERE bundle_id = 1", "totals"},
        Fault{"AMissingContribution", "DELETE FROM contributions WHERE bundle_id = 2", "totals"},
        Fault{"AChangedPoint", "UPDATE analytics_points SET y = '9.0000' WHERE sort_index = 0", "graphs"},
        Fault{"AnUnreadablePoint", "UPDATE analytics_points SET y = 'much' WHERE sort_index = 0", "graphs"},
        Fault{"AMissingPoint", "DELETE FROM analytics_points WHERE sort_index = 1", "graphs"},
        Fault{"ASaleThatWasNotCaptured",
              "DROP TRIGGER capture_reservations_update; UPDATE reservations SET collected_at = NULL", "totals"},
        Fault{"ADroppedTrigger", "DROP TRIGGER capture_reservations_update", "journal_triggers"},
        Fault{"AChangedTrigger",
              "DROP TRIGGER capture_reservations_delete; CREATE TRIGGER "
              "capture_reservations_delete AFTER DELETE ON reservations BEGIN SELECT 1; END",
              "journal_triggers"},
        Fault{"AMissingCategory", "DELETE FROM category", "foreign_keys"},
        Fault{"AReservationOfNoBundle", "INSERT INTO reservations (bundle_id, claim_code) VALUES (77, 'X')",
              "foreign_keys"},
        Fault{"ABundleOfNoSeller", "UPDATE bundles SET seller_id = 5 WHERE bundle_id = 2", "foreign_keys"},
        Fault{"AForecastThatSaysMore", "UPDATE forecast_output SET predicted_sales = predicted_sales + 1", "forecasts"},
        Fault{"AForecastWithAnotherReason", "UPDATE forecast_output SET rationale = 'a feeling'", "forecasts"},
        Fault{"AForecastOfOtherQuantiles", "UPDATE forecast_details SET quantiles = '1,2,3'", "forecasts"},
        Fault{"AForecastOfAnotherDistribution", "UPDATE forecast_details SET distribution = x'00'", "forecasts"},
        Fault{"AForecastExplainedOtherwise", "UPDATE forecast_details SET explanation = '{\"expected\": 9}'",
              "forecasts"},
        Fault{"ATimeZoneThatIsNone", "UPDATE sellers SET time_zone = 'Moon'", "time_zones"}),
    [](const auto& instance) { return instance.param.name; });

TEST(Verify, FindsNothingInAFileThatIsWell) {
    Bakery shop;
    fill(shop);

    const VerifyReport report = shop->verify();

    EXPECT_THAT(checks_that_found(report), IsEmpty());
    EXPECT_THAT(report.checks, ElementsAre("integrity", "foreign_keys", "journal_triggers", "time_zones", "totals",
                                           "graphs", "forecasts", "forecast_state"));
    EXPECT_EQ(report.bundles, 2);
    EXPECT_EQ(report.reservations, 3);
}

TEST(Verify, DoesNotMindWhatIsNotRefreshedYet) {
    Bakery shop;
    fill(shop);
    shop.sql("INSERT INTO sellers (user_id, seller_name) VALUES (2, 'Another')");
    NewBundle theirs = bread("2026-03-02 12:30");
    theirs.seller = SellerId(2);
    shop.sell(shop->post_bundle(theirs).id, 2);
    shop.sell(BundleId(2), 4);
    shop.set_time("2026-03-09 12:00");
    const DatabaseDump before = dump_database(shop.path());

    EXPECT_THAT(checks_that_found(shop->verify()), IsEmpty());
    EXPECT_EQ(first_difference(before, dump_database(shop.path())), "");
}

TEST(Verify, DoesNotMindAFileThatWasNeverRefreshed) {
    Bakery shop;

    EXPECT_THAT(checks_that_found(shop->verify()), IsEmpty());
}

TEST(Verify, StopsWhenItIsAskedTo) {
    Bakery shop;
    fill(shop);
    std::vector<std::string> steps;

    const Error error = refusal([&] {
        static_cast<void>(shop->verify([&](const Progress& progress) {
            steps.emplace_back(progress.what);
            return steps.size() < 3;
        }));
    });

    EXPECT_EQ(error.code(), ErrorCode::cancelled);
    EXPECT_THAT(steps, ElementsAre("integrity", "foreign_keys", "journal_triggers"));
    EXPECT_NO_THROW(shop.sell(BundleId(2))) << "the engine is free again";
}

TEST(Status, CountsWhatTheShopNeedsToSee) {
    Bakery shop;
    const BundleId morning = shop->post_bundle(bread("2026-03-02 09:00")).id;
    const BundleId evening = shop->post_bundle(bread("2026-03-02 17:00")).id;
    const BundleId closed = shop->post_bundle(bread("2026-03-02 18:00")).id;
    shop->post_bundle(bread("2026-03-03 09:00"));
    shop.sell(morning, 2);
    shop->reserve({.bundle = morning});
    shop.sell(evening, 1);
    shop->reserve({.bundle = evening});
    shop->cancel(shop->reserve({.bundle = evening}).claim_code);
    shop->close_bundle(closed);
    shop.set_time("2026-03-02 12:00");

    const StatusReport status = shop->status();

    EXPECT_EQ(status.path, shop.path());
    EXPECT_EQ(status.seller.name, "Bakery");
    EXPECT_EQ(status.as_of, at("2026-03-02 12:00"));
    EXPECT_EQ(status.bundles, 4);
    EXPECT_EQ(status.open_bundles, 2);
    EXPECT_EQ(status.reservations, 6);
    EXPECT_EQ(status.open_reservations, 1);
    EXPECT_EQ(status.windows_to_close, 1);
    EXPECT_GT(status.unrefreshed, 0);
    EXPECT_GT(status.unsent, 0);
    EXPECT_GT(status.file_bytes, 0);
    ASSERT_EQ(status.today.size(), 3U);
    EXPECT_EQ(status.today[0].bundle.id, morning);
    EXPECT_EQ(status.today[0].collected, 2);
    EXPECT_EQ(status.today[0].reserved, 3);
}

TEST(Status, HasNothingToRefreshOrCloseAfterARefresh) {
    Bakery shop;
    fill(shop);

    const StatusReport status = shop->status();

    EXPECT_EQ(status.unrefreshed, 0);
    EXPECT_EQ(status.windows_to_close, 0);
}

TEST(Status, CountsWindowsOfBundlesThatCameLate) {
    Bakery shop;
    fill(shop);

    shop.sql(
        "INSERT INTO bundles (seller_id, bundle_name, total_qty, window_start, window_end) VALUES (1, 'Late', 5, "
        "5, 6)");

    EXPECT_EQ(shop->status().windows_to_close, 1);
    shop->close_windows(home);
    EXPECT_EQ(shop->status().windows_to_close, 0);
}

TEST(Status, IsOfTheHomeSellerAlone) {
    Bakery shop;
    fill(shop);
    shop.sql("INSERT INTO sellers (user_id, seller_name) VALUES (2, 'Another')");
    NewBundle theirs = bread("2026-03-02 12:30");
    theirs.seller = SellerId(2);
    shop.sell(shop->post_bundle(theirs).id, 2);

    const StatusReport status = shop->status();

    EXPECT_EQ(status.bundles, 2);
    EXPECT_EQ(status.reservations, 3);
    EXPECT_EQ(status.open_reservations, 0);
    EXPECT_EQ(status.today.size(), 1U);
}

TEST(Status, KnowsTodayByTheSellersClock) {
    Bakery shop(bakery_on("Pacific/Auckland"));
    shop->post_bundle(bread("2026-03-02 10:00"));  // 23:00 on the 2nd, until one on the 3rd
    shop->post_bundle(bread("2026-03-02 12:00"));  // 01:00 on the 3rd
    shop->post_bundle(bread("2026-03-01 12:00"));  // 01:00 on the 2nd
    shop.set_time("2026-03-02 11:30");             // 00:30 on the 3rd

    EXPECT_EQ(shop->status().today.size(), 2U) << "the window that reaches past midnight, and the one after it";
}

}  // namespace
}  // namespace edge::test
