#include "support/bakery.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace edge::test {
namespace {

using testing::ElementsAre;

const SellerId home = Bakery::seller();

/// Two weeks counted by hand. Each bag is 500 g at 2.5 kg CO2e per kg and costs 4.00 less a discount.
///
/// | window               | posted | reserved | collected | discount |
/// | Mon 2 March, 09:00   | 4      | 3        | 2         | 0        |
/// | Wed 4 March, 17:00   | 6      | 4        | 4         | 50 %     |
/// | Mon 9 March, 09:00   | 5      | 1        | 0         | 0        |
/// | Tue 10 March, 17:00  | 8      | 2        | 1         | 0        | not over yet
class TwoWeeks : public testing::Test {
protected:
    TwoWeeks() {
        const auto post = [&](std::string_view start, int quantity, int reserved, int collected, int discount) {
            NewBundle bag = bread(start, quantity);
            bag.discount_percentage = discount;
            shop.set_time(bag.window.start - std::chrono::hours(1));
            const BundleId id = shop->post_bundle(bag).id;
            shop.sell(id, collected);
            for (int i = collected; i < reserved; ++i) shop->reserve({.bundle = id});
        };
        post("2026-03-02 09:00", 4, 3, 2, 0);
        post("2026-03-04 17:00", 6, 4, 4, 50);
        post("2026-03-09 09:00", 5, 1, 0, 0);
        post("2026-03-10 17:00", 8, 2, 1, 0);
        shop.set_time("2026-03-10 18:00");
        shop->refresh(home);
    }

    Bakery shop;
};

TEST_F(TwoWeeks, SellThroughToDateCountsWindowsThatAreOver) {
    EXPECT_THAT(shop.points(101), ElementsAre("sold 40.0000", "unsold 60.0000")) << "6 of 15";
    EXPECT_THAT(shop.points(2), ElementsAre("sold 30.4300", "unsold 69.5700")) << "7 of 23";
}

TEST_F(TwoWeeks, NoShowRateIsOfThoseReserved) {
    EXPECT_THAT(shop.points(102), ElementsAre("2026-03-02 14.2900", "2026-03-09 100.0000")) << "1 of 7, 1 of 1";
}

TEST_F(TwoWeeks, WeekHoursStackTheDaysOfTheWeek) {
    const Graph graph = shop->graph(home, 103);

    ASSERT_EQ(graph.series.size(), 7U);
    EXPECT_EQ(graph.series[0].name, "Monday");
    EXPECT_EQ(graph.series[6].name, "Sunday");
    EXPECT_THAT(shop.points(103, 0), ElementsAre("09:00 2.0000", "17:00 0.0000"));
    EXPECT_THAT(shop.points(103, 1), ElementsAre("09:00 0.0000", "17:00 1.0000"));
    EXPECT_THAT(shop.points(103, 2), ElementsAre("09:00 0.0000", "17:00 4.0000"));
    EXPECT_THAT(shop.points(103, 6), ElementsAre("09:00 0.0000", "17:00 0.0000"));
}

TEST_F(TwoWeeks, WasteAvoidedIsTheWeightOfWhatWasCollected) {
    EXPECT_THAT(shop.points(104), ElementsAre("2026-03-02 3.0000", "2026-03-09 0.5000"));
}

TEST_F(TwoWeeks, Co2SavedIsThatOfWhatWasCollected) {
    EXPECT_THAT(shop.points(105), ElementsAre("2026-03-02 7.5000", "2026-03-09 1.2500"));
}

TEST_F(TwoWeeks, RevenueIsWhatWasPaid) {
    EXPECT_THAT(shop.points(106), ElementsAre("2026-03-02 16.0000", "2026-03-09 4.0000"))
        << "2 x 4.00 + 4 x 2.00, 1 x 4.00";
}

TEST_F(TwoWeeks, RevenueFollowsTheCurrencysMinorUnit) {
    shop.sql("UPDATE sellers SET currency = 'JPY'");

    shop->refresh(home);

    EXPECT_THAT(shop.points(106), ElementsAre("2026-03-02 1600.0000", "2026-03-09 400.0000"));
}

TEST_F(TwoWeeks, EveryGraphHasItsTypeAndTitle) {
    std::vector<std::string> titles;
    for (const GraphOverview& graph : shop->graphs(home))
        titles.push_back(std::to_string(graph.type.id) + " " + graph.type.chart_type + " " + graph.type.summary);

    EXPECT_THAT(titles, ElementsAre("1 multi_line Weekly Sales vs Posted", "2 pie Sell Through Rate",
                                    "3 bar Category Distribution", "4 bar Time Window Distribution",
                                    "5 multi_line Forecast vs Posted", "101 pie Sell Through Rate to Date",
                                    "102 line No-show Rate by Week", "103 stacked_bar Collected by Weekday and Hour",
                                    "104 area Waste Avoided (kg)", "105 area CO2e Saved (kg)",
                                    "106 bar Revenue Recovered", "107 multi_line Forecast Accuracy"));
}

}  // namespace
}  // namespace edge::test
