#include "observations.hpp"

#include "edge/forecast/method.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace edge::forecast {

namespace {

using std::chrono::days;
using std::chrono::hours;

class SeasonalNaiveTest : public testing::Test {
protected:
    void learn(const Observation& observation) { method_->learn(observation); }
    [[nodiscard]] Forecast forecast(const Slot& slot = monday_slot()) const { return method_->forecast(slot); }

private:
    std::unique_ptr<Method> method_ = make_method("seasonal_naive");
};

TEST_F(SeasonalNaiveTest, RepeatsTheLastSlotOfTheSameWeekdayAndWindow) {
    learn(ObservationBuilder().reserved(3));
    learn(ObservationBuilder().on(monday + days(7)).reserved(5));
    learn(ObservationBuilder().on(monday + days(8)).reserved(9));
    learn(ObservationBuilder().on(monday + days(7)).at(hours(18)).reserved(11));

    EXPECT_EQ(forecast().predicted_reservations, 5);
    EXPECT_THAT(forecast().rationale, testing::HasSubstr("last Monday at 12:00"));
}

TEST_F(SeasonalNaiveTest, FallsBackToTheWeekdayThenToTheLastSlotThenToOne) {
    EXPECT_EQ(forecast().predicted_reservations, 1);

    learn(ObservationBuilder().on(monday + days(1)).reserved(9));
    EXPECT_EQ(forecast().predicted_reservations, 9);

    learn(ObservationBuilder().at(hours(18)).reserved(6));
    learn(ObservationBuilder().on(monday + days(2)).reserved(2));
    EXPECT_EQ(forecast().predicted_reservations, 6);
}

TEST_F(SeasonalNaiveTest, WidensItsIntervalAfterErrors) {
    for (int week = 0; week < 20; ++week) learn(ObservationBuilder().on(monday + days(7 * week)).reserved(10));
    const Forecast steady = forecast();
    for (int week = 20; week < 40; ++week) {
        learn(ObservationBuilder().on(monday + days(7 * week)).reserved(week % 2 == 0 ? 1 : 10));
    }
    const Forecast shaken = forecast();

    EXPECT_EQ(steady.predicted_reservations, shaken.predicted_reservations);
    EXPECT_GT(shaken.quantiles[17] - shaken.quantiles[1], steady.quantiles[17] - steady.quantiles[1]);
    EXPECT_LT(shaken.confidence, steady.confidence);
}

TEST_F(SeasonalNaiveTest, StaysWithinWhatIsPostedAndSaysWhatItWouldBeWithout) {
    learn(ObservationBuilder().reserved(12));
    Slot slot = monday_slot();
    slot.posted = 5;

    EXPECT_EQ(forecast(slot).predicted_reservations, 5);
    EXPECT_EQ(forecast(slot).demand_uncut, 12);
    EXPECT_LE(forecast(slot).quantiles[18], 5);
}

TEST_F(SeasonalNaiveTest, TakesNoShowsFromPooledCounts) {
    for (int i = 0; i < 200; ++i) learn(ObservationBuilder().reserved(5, 1));

    EXPECT_NEAR(forecast().predicted_no_show_prob.value(), .2, .01);
}

TEST_F(SeasonalNaiveTest, AveragesTheCategoriesOfABundle) {
    learn(ObservationBuilder().reserved(4));
    learn(ObservationBuilder().of(CategoryId(2)).reserved(10));
    Slot slot = monday_slot();
    slot.categories = {CategoryId(1), CategoryId(2)};

    EXPECT_EQ(forecast(slot).predicted_reservations, 7);
    EXPECT_EQ(forecast(slot).history_rows, 2);
}

}  // namespace

}  // namespace edge::forecast
