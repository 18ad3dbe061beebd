#include "edge/forecast/accuracy.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace edge::forecast {

namespace {

using testing::ElementsAre;

Observation slot(std::int64_t reservations, std::optional<std::int64_t> no_shows = {}, int day = 0) {
    Observation row;
    row.seller = SellerId(1);
    row.category = CategoryId(1);
    row.day = LocalDate(std::chrono::days(20'000 + day));
    row.weekday = weekday_index(row.day);
    row.window_start = std::chrono::hours(17);
    row.reservations = reservations;
    row.no_shows = no_shows;
    return row;
}

/// 4, within 2 and 6; a third stays away.
Forecast four() {
    Forecast forecast;
    forecast.predicted_reservations = 4;
    forecast.mean = 4.5;
    for (std::size_t i = 0; i < quantile_count; ++i) forecast.quantiles.at(i) = i < 5 ? 2 : i < 14 ? 4 : 6;
    forecast.predicted_no_show_prob = *Probability::parse("0.25");
    forecast.confidence = *Probability::parse("0.8");
    return forecast;
}

TEST(Accuracy, OfNothingIsZeros) { EXPECT_EQ(AccuracyMeter().accuracy(), Accuracy{}); }

TEST(Accuracy, IsThatCountedByHand) {
    AccuracyMeter meter;
    meter.add(slot(5), four(), 8);
    meter.add(slot(1), four(), 1);
    meter.add(slot(9), four(), 9);

    const Accuracy accuracy = meter.accuracy();

    EXPECT_EQ(accuracy.slots, 3);
    EXPECT_DOUBLE_EQ(accuracy.mae, 3);                                      // 1, 3, 5
    EXPECT_DOUBLE_EQ(accuracy.rmse, std::sqrt((.25 + 12.25 + 20.25) / 3));  // .5, 3.5, 4.5
    EXPECT_DOUBLE_EQ(accuracy.bias, (-.5 + 3.5 - 4.5) / 3);
    EXPECT_DOUBLE_EQ(accuracy.mase.value(), 9.0 / 3);  // 3, 0, 0
    EXPECT_DOUBLE_EQ(accuracy.pinball, 2.0 / 9 * (.3 + .5 + .1 + .9 + 1.5 + .5 + .7 + 2.5 + 2.7));
    EXPECT_DOUBLE_EQ(accuracy.below, 1.0 / 3);
    EXPECT_DOUBLE_EQ(accuracy.above, 1.0 / 3);
    EXPECT_NEAR(accuracy.coverage, 1.0 / 3, 1e-12);
    EXPECT_DOUBLE_EQ(accuracy.stated_confidence, .8);
    EXPECT_DOUBLE_EQ(accuracy.hit_rate, 1.0 / 3);
    EXPECT_NEAR(accuracy.confidence_calibration, .8 - 1.0 / 3, 1e-12);
    EXPECT_FALSE(accuracy.brier || accuracy.log_loss || accuracy.no_show_error);
}

TEST(Accuracy, OfNoShowsIsPerReservation) {
    AccuracyMeter meter;
    meter.add(slot(4, 1), four(), 4);
    meter.add(slot(4, 3), four(), 4);
    meter.add(slot(0, 0), four(), 4);

    const Accuracy accuracy = meter.accuracy();

    EXPECT_DOUBLE_EQ(accuracy.brier.value(), (4 * .75 * .75 + 4 * .25 * .25) / 8);
    EXPECT_DOUBLE_EQ(accuracy.log_loss.value(), -(4 * std::log(.25) + 4 * std::log(.75)) / 8);
    EXPECT_DOUBLE_EQ(accuracy.no_show_error.value(), (0 + 2.0) / 8);
}

TEST(Accuracy, ReferenceRemembersTheWeekdayThenTheHour) {
    SeasonalReference reference;
    EXPECT_EQ(reference.forecast(slot(0)), 1);

    reference.learn(slot(5, {}, 0));
    reference.learn(slot(7, {}, 1));

    EXPECT_EQ(reference.forecast(slot(0, {}, 7)), 5);
    EXPECT_EQ(reference.forecast(slot(0, {}, 9)), 7);
    Observation elsewhere = slot(0, {}, 9);
    elsewhere.window_start = std::chrono::hours(9);
    EXPECT_EQ(reference.forecast(elsewhere), 1);
}

TEST(MethodJudge, SplitsByTheLengthOfHistory) {
    MethodJudge judge("seasonal_naive");
    for (int day = 0; day < 50; ++day)
        judge.take_day(std::vector{slot(4, 1, day)}, [](const Observation&, const Forecast&) { return true; });

    const MethodAccuracy judged = judge.accuracy();

    std::vector<std::int64_t> slots;
    for (const HistoryAccuracy& one : judged.by_history) slots.push_back(one.accuracy.slots);
    EXPECT_THAT(slots, ElementsAre(1, 9, 30, 10));
    EXPECT_EQ(judged.all.slots, 50);
    EXPECT_EQ(judged.by_history.back().accuracy.mae, 0);
}

TEST(MethodJudge, CountsOnlyWhatIsAskedFor) {
    MethodJudge judge("similarity");
    judge.take_day(std::vector{slot(4), slot(9)},
                   [](const Observation& row, const Forecast&) { return row.reservations == 9; });

    const MethodAccuracy judged = judge.accuracy();

    EXPECT_EQ(judged.all.slots, 1);
    EXPECT_EQ(judged.all.mae, 8) << "the cold start is 1";
}

}  // namespace

}  // namespace edge::forecast
