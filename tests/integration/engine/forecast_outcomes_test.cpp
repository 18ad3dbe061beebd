#include "support/bakery.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace edge::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

const SellerId home = Bakery::seller();
constexpr const char* outcomes =
    "SELECT bundle_id || ' ' || day || ' ' || observed_reservations || ' ' || observed_no_shows || ' ' || in_interval "
    "FROM v_forecast_outcomes ORDER BY bundle_id";
constexpr const char* predicted =
    "SELECT predicted_reservations || ' ' || low || ' ' || high || ' ' || confidence "
    "FROM forecast_outcomes ORDER BY bundle_id";

/// One bag, forecast in the morning, of which two are collected and one is not, closed at noon.
class ForecastOutcomes : public testing::Test {
protected:
    Bakery shop{bakery_on("Europe/London"), "pooled"};
    BundleId bag{0};
    Reservation held;

    ForecastOutcomes() {
        bag = shop->post_bundle(bread("2026-03-02 09:00", 6)).id;
        shop->refresh(home);
        shop.set_time("2026-03-02 09:30");
        shop.sell(bag, 2);
        held = shop->reserve({.bundle = bag});
        shop.set_time("2026-03-02 12:00");
        shop->refresh(home);
    }
    void expect_true_to_rebuild() {
        const std::vector<std::string> kept = shop.select(outcomes);
        const std::string incremental = derived_rows(shop.path());
        shop->rebuild(home);
        EXPECT_EQ(kept, shop.select(outcomes));
        EXPECT_EQ(incremental, derived_rows(shop.path()));
        EXPECT_THAT(shop->verify().findings, IsEmpty());
    }
};

TEST_F(ForecastOutcomes, AreKeptWhenTheWindowCloses) {
    EXPECT_THAT(shop.select(outcomes), ElementsAre("1 2026-03-02 3 1 1"));
    EXPECT_EQ(shop.select(predicted),
              shop.select("SELECT predicted_reservations || ' 0 6 ' || confidence FROM forecast_output"))
        << "the interval before anything is known reaches from nothing to all";
    EXPECT_THAT(shop.points(107, 0), SizeIs(1));
    EXPECT_THAT(shop.points(107, 2), ElementsAre("2026-03-02 100.0000"));
    expect_true_to_rebuild();
}

TEST_F(ForecastOutcomes, FollowCorrectionsAndKeepThePrediction) {
    const std::vector<std::string> before = shop.select(predicted);

    shop->cancel(held.claim_code);
    shop->refresh(home);

    EXPECT_THAT(shop.select(outcomes), ElementsAre("1 2026-03-02 2 0 1"));
    EXPECT_EQ(shop.select(predicted), before);
    expect_true_to_rebuild();
}

TEST_F(ForecastOutcomes, LeaveWithTheirWindow) {
    shop->edit_bundle(bag, {.window = PickupWindow{at("2026-03-02 17:00"), at("2026-03-02 18:00")}});
    shop->refresh(home);
    EXPECT_THAT(shop.select(outcomes), IsEmpty());
    EXPECT_THAT(shop.points(107), IsEmpty());

    shop.set_time("2026-03-02 19:00");
    shop->refresh(home);

    EXPECT_THAT(shop.select(outcomes), SizeIs(1)) << "it was forecast again for its new window";
    expect_true_to_rebuild();
}

TEST_F(ForecastOutcomes, GoWithTheirBundle) {
    shop.sql("DELETE FROM bundles");

    shop->refresh(home);

    EXPECT_THAT(shop.select("SELECT bundle_id FROM forecast_outcomes"), IsEmpty());
    EXPECT_THAT(shop.points(107), IsEmpty());
    expect_true_to_rebuild();
}

TEST_F(ForecastOutcomes, AreNotMadeUpForWindowsThatWereNotForecast) {
    shop->post_bundle(bread("2026-03-02 10:00", 6));
    shop.set_time("2026-03-02 13:00");

    shop->refresh(home);

    EXPECT_THAT(shop.select(outcomes), SizeIs(1));
    expect_true_to_rebuild();
}

TEST_F(ForecastOutcomes, StandOnTheSellersOwnDay) {
    shop->edit_seller(home, {.time_zone = "Pacific/Auckland"});
    shop->refresh(home);

    EXPECT_THAT(shop.select(outcomes), ElementsAre("1 2026-03-02 3 1 1"));
    shop->edit_seller(home, {.time_zone = "Pacific/Pago_Pago"});
    shop->refresh(home);

    EXPECT_THAT(shop.select(outcomes), ElementsAre("1 2026-03-01 3 1 1"));
    EXPECT_THAT(shop.points(107, 2), ElementsAre("2026-02-23 100.0000"));
    expect_true_to_rebuild();
}

}  // namespace
}  // namespace edge::test
