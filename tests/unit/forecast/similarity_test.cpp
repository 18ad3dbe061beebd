#include "observations.hpp"

#include "edge/forecast/method.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace edge::forecast {

namespace {

using testing::HasSubstr;

class SimilarityTest : public testing::Test {
protected:
    void learn(const Observation& observation) { method_->learn(observation); }
    [[nodiscard]] Forecast forecast(const Slot& slot) const { return method_->forecast(slot); }

private:
    std::unique_ptr<Method> method_ = make_method("similarity");
};

TEST_F(SimilarityTest, WithoutHistoryIsTheColdStart) {
    const Forecast cold = forecast(monday_slot());

    EXPECT_EQ(cold.predicted_sales, 1);
    EXPECT_EQ(cold.predicted_no_show_prob.text(), "0.1500");
    EXPECT_EQ(cold.confidence.text(), "0.0500");
    EXPECT_EQ(cold.history_rows, 0);
}

TEST_F(SimilarityTest, WeighsTheSameWeekdayMore) {
    learn(ObservationBuilder().reserved(8));
    learn(ObservationBuilder().on(monday + std::chrono::days(1)).reserved(2));

    EXPECT_GT(forecast(monday_slot()).mean, 5);
}

TEST_F(SimilarityTest, ForecastsABundleWithoutCategoryFromTheSellersWholeHistory) {
    learn(ObservationBuilder().of(CategoryId(1)).reserved(2));
    learn(ObservationBuilder().of(CategoryId(2)).reserved(6));
    learn(ObservationBuilder().of(std::nullopt).reserved(7));
    Slot slot = monday_slot();
    slot.categories.clear();

    const Forecast whole = forecast(slot);

    EXPECT_EQ(whole.predicted_sales, 5);
    EXPECT_EQ(whole.history_rows, 3);
}

TEST_F(SimilarityTest, SaysThatTheWeatherIsUnknownAndGivesNoBonusForIt) {
    Observation unknown = ObservationBuilder().reserved(3);
    unknown.weather.reset();
    unknown.temperature.reset();
    learn(unknown);
    learn(ObservationBuilder().reserved(9));
    Slot slot = monday_slot();
    slot.weather.reset();
    slot.temperature.reset();

    const Forecast blind = forecast(slot);

    EXPECT_DOUBLE_EQ(blind.mean, 6);
    EXPECT_THAT(blind.rationale, HasSubstr("12:00-14:00, weather unknown)"));
}

TEST_F(SimilarityTest, SaysWhichHalfOfTheWeatherIsUnknown) {
    learn(ObservationBuilder());
    Slot slot = monday_slot();
    slot.temperature.reset();
    EXPECT_THAT(forecast(slot).rationale, HasSubstr("cloudy, temperature unknown)"));

    slot = monday_slot();
    slot.weather.reset();
    EXPECT_THAT(forecast(slot).rationale, HasSubstr("weather unknown, 10.0°C)"));
}

TEST_F(SimilarityTest, IsThePlainMeanFromTenRows) {
    for (int i = 0; i < 50; ++i) learn(ObservationBuilder().on(monday + std::chrono::days(i)).reserved(i));

    EXPECT_DOUBLE_EQ(forecast(monday_slot()).mean, 24.5);
    EXPECT_EQ(forecast(monday_slot()).predicted_sales, 24);
}

TEST_F(SimilarityTest, LeavesOutRowsWhoseNoShowsAreUnknown) {
    learn(ObservationBuilder().reserved(4, 1));
    learn(ObservationBuilder().reserved(4, std::nullopt));

    EXPECT_EQ(forecast(monday_slot()).predicted_no_show_prob.text(), "0.2500");
}

TEST_F(SimilarityTest, UsesTheColdStartRateWhenNoRowKnowsItsNoShows) {
    learn(ObservationBuilder().reserved(4, std::nullopt));

    EXPECT_EQ(forecast(monday_slot()).predicted_no_show_prob.text(), "0.1500");
}

TEST_F(SimilarityTest, ReadsNegativeCountsAsZero) {
    learn(ObservationBuilder().reserved(-5, -2));

    EXPECT_EQ(forecast(monday_slot()).predicted_sales, 0);
    EXPECT_EQ(forecast(monday_slot()).predicted_no_show_prob.text(), "0.0000");
}

TEST_F(SimilarityTest, SpreadsItsDistributionAsThePastWasSpread) {
    for (int i = 0; i < 30; ++i) learn(ObservationBuilder().reserved(i % 2 == 0 ? 2 : 18));
    for (int i = 0; i < 30; ++i) learn(ObservationBuilder().of(CategoryId(2)).reserved(i % 2 == 0 ? 9 : 11));
    Slot steady = monday_slot();
    steady.categories = {CategoryId(2)};

    const auto width = [](const Forecast& answer) { return answer.quantiles[17] - answer.quantiles[1]; };

    EXPECT_GT(width(forecast(monday_slot())), width(forecast(steady)) + 4);
}

}  // namespace

}  // namespace edge::forecast
