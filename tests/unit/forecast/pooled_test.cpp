#include "observations.hpp"
#include "pooled/priors.hpp"

#include "edge/forecast/backtest.hpp"
#include "edge/forecast/method.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace edge::forecast {

namespace {

using std::chrono::days;
using std::chrono::hours;

/// Twelve weeks of bread at noon: 4 on weekdays, 12 on Saturdays, one no-show in five.
std::vector<Observation> saturdays_are_busy() {
    std::vector<Observation> history;
    for (int day = 0; day < 84; ++day) {
        const bool saturday = weekday_index(monday + days(day)) == 5;
        history.push_back(ObservationBuilder().on(monday + days(day)).reserved(saturday ? 12 : 4 + day % 2, 1));
    }
    return history;
}

std::unique_ptr<Method> taught(const std::vector<Observation>& history) {
    std::unique_ptr<Method> method = make_method("pooled");
    for (const Observation& row : history) method->learn(row);
    return method;
}

Slot slot_on(LocalDate day) {
    Slot slot = monday_slot();
    slot.day = day;
    return slot;
}

TEST(Pooled, WithoutHistoryKnowsNothingAndSaysSo) {
    const Forecast cold = make_method("pooled")->forecast(monday_slot());

    EXPECT_EQ(cold.history_rows, 0);
    EXPECT_THAT(cold.rationale, testing::HasSubstr("No slots of this kind yet"));
    EXPECT_NEAR(cold.predicted_no_show_prob.value(), .15, 1e-9);
    EXPECT_GT(cold.quantiles[17], cold.quantiles[1] + 5);
}

TEST(Pooled, ExpectsOfAnUnknownShopWhatIsTypicalOfOthers) {
    EXPECT_NEAR(make_method("pooled")->forecast(monday_slot()).mean, pooled::priors().typical_count, .01);
}

TEST(Pooled, LearnsTheWeekdayAndSaysWhatItMoves) {
    const std::unique_ptr<Method> method = taught(saturdays_are_busy());

    const Forecast saturday = method->forecast(slot_on(monday + days(84 + 5)));
    const Forecast tuesday = method->forecast(slot_on(monday + days(84 + 1)));

    EXPECT_NEAR(saturday.mean, 12, 2);
    EXPECT_NEAR(tuesday.mean, 4.5, 1);
    EXPECT_THAT(saturday.rationale, testing::HasSubstr("Saturday +"));
    EXPECT_EQ(saturday.history_rows, 84);
    EXPECT_NEAR(saturday.predicted_no_show_prob.value(), .2, .08);
}

TEST(Pooled, ExplainsItsAnswerAsABaseLevelAndWhatMovedIt) {
    const Slot slot = slot_on(monday + days(84 + 5));
    const Forecast saturday = taught(saturdays_are_busy())->forecast(slot);
    const Explanation& explanation = saturday.explanation;
    double product = explanation.base_level;
    for (const Effect& effect : explanation.effects) product *= effect.factor;
    const auto weekday = std::find_if(explanation.effects.begin(), explanation.effects.end(),
                                      [](const Effect& effect) { return effect.kind == EffectKind::weekday; });

    EXPECT_NEAR(product, explanation.expected, 1e-9);
    EXPECT_NEAR(explanation.expected, saturday.mean, 1e-9);
    EXPECT_NEAR(explanation.base_level, 5.5, 1.5);
    ASSERT_NE(weekday, explanation.effects.end());
    EXPECT_EQ(weekday->cause, "Saturday");
    EXPECT_GT(weekday->factor, 1.5);
    EXPECT_NEAR(weekday->moved, explanation.expected - explanation.expected / weekday->factor, 1e-9);
}

bool tells_of_window(const Forecast& forecast) {
    return std::any_of(forecast.effects.begin(), forecast.effects.end(),
                       [](const Effect& effect) { return effect.kind == EffectKind::window; });
}

TEST(Pooled, TellsOfAWindowOnlyIfThereIsAnotherToHoldItAgainst) {
    std::vector<Observation> history;
    for (int day = 0; day < 40; ++day) {
        history.push_back(ObservationBuilder().on(monday + days(day)).at(hours(12)).reserved(4));
        history.push_back(ObservationBuilder().on(monday + days(day)).of(CategoryId(2)).at(hours(18)).reserved(9));
    }
    const Forecast alone = taught(history)->forecast(slot_on(monday + days(40)));
    for (int day = 40; day < 80; ++day) {
        history.push_back(ObservationBuilder().on(monday + days(day)).at(hours(12)).reserved(4));
        history.push_back(ObservationBuilder().on(monday + days(day)).at(hours(18)).reserved(9));
    }
    const Forecast beside = taught(history)->forecast(slot_on(monday + days(80)));

    EXPECT_FALSE(tells_of_window(alone)) << "bread was never offered in the evening";
    EXPECT_TRUE(tells_of_window(beside));
}

TEST(Pooled, SaysThatNobodyIsExpected) {
    std::vector<Observation> history;
    history.reserve(40);
    for (int day = 0; day < 40; ++day) history.push_back(ObservationBuilder().on(monday + days(day)).reserved(0));

    EXPECT_THAT(taught(history)->forecast(slot_on(monday + days(40))).rationale,
                testing::HasSubstr("expect no reservations"));
}

TEST(Pooled, ExplainsWhichRowsItRestsOnAndHowItsIntervalsDid) {
    const Forecast answer = taught(saturdays_are_busy())->forecast(slot_on(monday + days(84)));
    const Explanation& explanation = answer.explanation;

    EXPECT_EQ(explanation.evidence.series_rows, 84);
    EXPECT_EQ(explanation.evidence.first_day, monday);
    EXPECT_EQ(explanation.evidence.last_day, monday + days(83));
    EXPECT_EQ(explanation.interval.low, answer.quantiles[1]);
    EXPECT_EQ(explanation.interval.high, answer.quantiles[17]);
    EXPECT_EQ(explanation.interval.judged, 84);
    EXPECT_GT(explanation.interval.hit_rate().value(), .7);
    EXPECT_EQ(make_method("pooled")->forecast(monday_slot()).explanation.interval.hit_rate(), std::nullopt);
}

TEST(Pooled, SaysWhatWasUnknown) {
    Slot slot = monday_slot();
    slot.weather.reset();
    slot.temperature.reset();

    EXPECT_THAT(make_method("pooled")->forecast(slot).explanation.unknown,
                testing::ElementsAre("weather", "temperature", "history"));
    EXPECT_TRUE(taught(saturdays_are_busy())->forecast(monday_slot()).explanation.unknown.empty());
}

TEST(Pooled, SeesATrend) {
    std::vector<Observation> history;
    history.reserve(120);
    for (int i = 0; i < 120; ++i)
        history.push_back(ObservationBuilder().on(monday + days(i)).reserved(i < 80 ? 5 : 15));
    const Forecast answer = taught(history)->forecast(slot_on(monday + days(120)));
    const auto trend = std::find_if(answer.effects.begin(), answer.effects.end(),
                                    [](const Effect& effect) { return effect.kind == EffectKind::trend; });

    ASSERT_NE(trend, answer.effects.end());
    EXPECT_GT(trend->factor, 1.2);
    EXPECT_THAT(answer.rationale, testing::HasSubstr("lately +"));
}

TEST(Pooled, ExpectsOfANewCategoryWhatTheSellersOthersDo) {
    const std::unique_ptr<Method> method = taught(saturdays_are_busy());
    Slot slot = slot_on(monday + days(85));
    slot.categories = {CategoryId(9)};

    const Forecast unseen = method->forecast(slot);
    const Forecast cold = make_method("pooled")->forecast(slot);

    EXPECT_LT(std::abs(static_cast<double>(unseen.quantiles[9]) - 5), 3);
    EXPECT_LT(unseen.quantiles[17], cold.quantiles[17]);
}

TEST(Pooled, HoldsTheAnswerToWhatIsPostedAndSaysWhatItWouldBeWithout) {
    const std::unique_ptr<Method> method = taught(saturdays_are_busy());
    Slot slot = slot_on(monday + days(84 + 5));
    slot.posted = 6;

    const Forecast held = method->forecast(slot);

    EXPECT_EQ(held.predicted_reservations, 6);
    EXPECT_LE(held.quantiles[18], 6);
    EXPECT_GT(held.demand_uncut, 9);
    EXPECT_THAT(held.rationale, testing::HasSubstr("you could post"));
}

TEST(Pooled, LearnsThatSoldOutSlotsHideDemand) {
    std::vector<Observation> capped = saturdays_are_busy();
    std::vector<Observation> plain = capped;
    for (Observation& row : capped) row.posted = row.reservations;

    const Forecast hidden = taught(capped)->forecast(slot_on(monday + days(85)));
    const Forecast seen = taught(plain)->forecast(slot_on(monday + days(85)));

    EXPECT_GT(hidden.demand_uncut, seen.demand_uncut);
}

TEST(Pooled, TakesTheMixtureOfABundlesCategories) {
    std::vector<Observation> history = saturdays_are_busy();
    for (const Observation& row : saturdays_are_busy()) {
        Observation other = row;
        other.category = CategoryId(2);
        other.reservations = 40;
        history.push_back(other);
    }
    std::stable_sort(history.begin(), history.end(),
                     [](const Observation& left, const Observation& right) { return left.day < right.day; });
    Slot both = slot_on(monday + days(85));
    both.categories = {CategoryId(1), CategoryId(2)};

    const Forecast mixed = taught(history)->forecast(both);

    EXPECT_LT(mixed.quantiles[1], 8) << "the small one";
    EXPECT_GT(mixed.quantiles[17], 33) << "the large one";
    EXPECT_NEAR(mixed.mean, 22, 4);
}

TEST(Pooled, DoesNotCareInWhichOrderSlotsOfOneDayAreLearned) {
    std::vector<Observation> history;
    for (int day = 0; day < 20; ++day) {
        for (int hour : {9, 12, 18}) {
            history.push_back(ObservationBuilder().on(monday + days(day)).at(hours(hour)).reserved((day * hour) % 11));
        }
    }
    constexpr unsigned seed = 7;
    std::mt19937_64 random(seed);
    std::vector<Observation> shuffled = history;
    for (auto day = shuffled.begin(); day != shuffled.end(); day += 3) std::shuffle(day, day + 3, random);

    EXPECT_EQ(taught(shuffled)->forecast(monday_slot()).mean, taught(history)->forecast(monday_slot()).mean)
        << "seed " << seed;
}

TEST(Pooled, ForecastingBetweenTheSlotsOfADayChangesNothing) {
    const std::vector<Observation> history = saturdays_are_busy();
    const std::unique_ptr<Method> asked = make_method("pooled");
    for (const Observation& row : history) {
        asked->learn(row);
        static_cast<void>(asked->forecast(monday_slot()));
    }

    EXPECT_EQ(asked->save(), taught(history)->save());
}

TEST(Pooled, RefusesEveryDamagedState) {
    const std::vector<std::uint8_t> whole =
        taught({ObservationBuilder(), ObservationBuilder().on(monday + days(1))})->save().value();
    const std::unique_ptr<Method> method = make_method("pooled");

    for (std::size_t i = 0; i < whole.size(); i += 7) {
        std::vector<std::uint8_t> damaged = whole;
        damaged[i] ^= 0x04U;
        EXPECT_FALSE(method->load(damaged)) << "byte " << i;
        EXPECT_FALSE(method->load(std::span(whole).first(i))) << i << " bytes";
    }
    EXPECT_EQ(method->forecast(monday_slot()).history_rows, 0) << "a refused state changes nothing";
}

TEST(Pooled, IsNoWorseForAnUnrelatedSeller) {
    const std::vector<Observation> own = saturdays_are_busy();
    std::vector<Observation> both = own;
    for (const Observation& row : own) {
        Observation other = row;
        other.seller = SellerId(2);
        other.category = CategoryId(2);
        other.reservations = 30 - row.reservations;  // quiet Saturdays, and ten times as much
        both.push_back(other);
    }
    std::stable_sort(both.begin(), both.end(),
                     [](const Observation& left, const Observation& right) { return left.day < right.day; });
    const auto error = [](const std::vector<Observation>& history) {
        double sum = 0;
        backtest(*make_method("pooled"), {.names = {}, .rows = history},
                 [&](const Observation& row, const Forecast& answer) {
                     if (row.seller != SellerId(1)) return;
                     sum += std::abs(static_cast<double>(answer.predicted_reservations - row.reservations));
                 });
        return sum;
    };

    EXPECT_LE(error(both), 1.1 * error(own) + 2);
}

TEST(Pooled, KeepsAStateOfBoundedSize) {
    constexpr std::size_t bytes_of_one_series =
        3 * 40'000 + 20'000;  // three blocks, and what the codec says of the rest
    std::vector<Observation> history;
    for (int i = 0; i < 800; ++i) {
        Observation row = ObservationBuilder().on(monday + days(i / 8)).at(hours(8 + i % 8)).reserved(i % 9);
        row.weather = static_cast<WeatherFlag>(i / 8 % 5);
        row.is_holiday = i / 8 % 11 == 0;
        history.push_back(row);
    }
    const std::size_t after_half =
        taught(std::vector<Observation>(history.begin(), history.begin() + 400))->save()->size();
    const std::size_t after_all = taught(history)->save()->size();

    EXPECT_LE(after_all, bytes_of_one_series);
    EXPECT_EQ(after_all, after_half) << "it does not grow with the history";
}

TEST(Pooled, SurvivesHostileHistories) {
    std::vector<std::vector<Observation>> histories(6);
    histories[0] = {ObservationBuilder()};
    for (int i = 0; i < 60; ++i) {
        const LocalDate day = monday + days(i);
        histories[1].push_back(ObservationBuilder().on(day).reserved(0));
        histories[2].push_back(ObservationBuilder().on(day).reserved(9, 9));
        histories[3].push_back(ObservationBuilder().on(monday + days(i < 30 ? i : i + 400)).reserved(5));
        histories[4].push_back(ObservationBuilder().on(day).reserved(1'000'000));
        histories[5].push_back(ObservationBuilder());  // sixty times the same slot
    }

    for (std::size_t i = 0; i < histories.size(); ++i) {
        const Forecast answer = taught(histories[i])->forecast(slot_on(monday + days(1000)));
        EXPECT_TRUE(std::isfinite(answer.mean)) << "history " << i;
        EXPECT_TRUE(std::is_sorted(answer.quantiles.begin(), answer.quantiles.end())) << "history " << i;
    }
    EXPECT_NEAR(taught(histories[4])->forecast(slot_on(monday + days(61))).mean, 1e6, 1e5);
    EXPECT_EQ(taught(histories[1])->forecast(slot_on(monday + days(61))).predicted_reservations, 0);
    EXPECT_GT(taught(histories[2])->forecast(slot_on(monday + days(61))).predicted_no_show_prob.value(), .8);
}

TEST(Pooled, TakesAMillionAtOnceAmongOrdinaryDays) {
    std::vector<Observation> history = saturdays_are_busy();
    history.push_back(ObservationBuilder().on(monday + days(84)).reserved(1'000'000));
    for (int day = 85; day < 99; ++day) history.push_back(ObservationBuilder().on(monday + days(day)).reserved(4));

    const Forecast answer = taught(history)->forecast(slot_on(monday + days(99)));

    EXPECT_LT(answer.predicted_reservations, 12) << "one mistyped count is not the new level";
}

TEST(Pooled, IsNotAskedTooEarlyForRowsOfLaterDays) {
    std::vector<Observation> history = saturdays_are_busy();
    history.push_back(ObservationBuilder().on(monday + days(3000)).reserved(5));

    const Forecast answer = taught(history)->forecast(slot_on(monday + days(84)));

    EXPECT_NEAR(answer.mean, 4.5, 2.5) << "a row of the future is a row: nothing fails, and it moves little";
}

TEST(Pooled, KnowsTenThousandSeries) {
    std::vector<Observation> history;
    history.reserve(10'000);
    for (int i = 0; i < 10'000; ++i) {
        history.push_back(ObservationBuilder().from(SellerId(i)).of(CategoryId(i % 7)).on(monday + days(i / 2000)));
    }

    EXPECT_EQ(taught(history)->forecast(monday_slot()).history_rows, 1);
}

}  // namespace

}  // namespace edge::forecast
