#include "observations.hpp"
#include "pooled/block.hpp"
#include "pooled/calibration.hpp"
#include "pooled/experts.hpp"
#include "pooled/features.hpp"
#include "pooled/lane_models.hpp"
#include "pooled/special_functions.hpp"
#include "pooled/tail_levels.hpp"

#include <boost/math/special_functions/digamma.hpp>
#include <boost/math/special_functions/trigamma.hpp>
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

namespace edge::forecast::pooled {

namespace {

TEST(SpecialFunctions, AgreeWithBoostToNineDigits) {
    for (double a = 1e-3; a < 1e6; a *= 1.07) {
        EXPECT_NEAR(digamma(a), boost::math::digamma(a), 1e-9 * std::max(1.0, std::abs(boost::math::digamma(a)))) << a;
        EXPECT_NEAR(trigamma(a) / boost::math::trigamma(a), 1, 1e-9) << a;
    }
}

TEST(SpecialFunctions, TheShapeGivesNearlyTheWantedVarianceOfTheLogarithm) {
    for (const double variance : {.001, .01, .1, .5}) {
        EXPECT_NEAR(trigamma(gamma_shape(variance)) / variance, 1, .06) << variance;
    }
}

std::vector<int> active_features(const FeatureVector& x) {
    std::vector<int> features;
    for (const FeatureVector::Element& element : x) features.push_back(element.feature);
    return features;
}

TEST(Features, OfAnUnknownSkyAreLevelAndWeekdayAlone) {
    const FeatureVector x = features_of({.weekday = 2}, {}, true);

    EXPECT_EQ(active_features(x), (std::vector<int>{level_feature, weekday_feature + 2}));
}

TEST(Features, TellHolidaysOnWeekdaysFromThoseOnWeekends) {
    EXPECT_EQ(active_features(features_of({.weekday = 0, .is_holiday = true}, {}, true)).back(), holiday_feature);
    EXPECT_EQ(active_features(features_of({.weekday = 6, .is_holiday = true}, {}, true)).back(), holiday_feature + 1);
}

TEST(Features, OfAWindowAppearOnceASecondHourIsKnown) {
    WindowRegistry windows;
    windows.learn(9);
    EXPECT_FALSE(windows.find(9));

    windows.learn(17);

    EXPECT_EQ(windows.find(17), 1U);
    EXPECT_FALSE(windows.find(12)) << "an hour never seen resembles none while it can get its own feature";
}

TEST(Features, OfAWindowAreThoseOfAWeekendOnAHoliday) {
    WindowRegistry windows;
    windows.learn(9);
    windows.learn(18);
    const auto has_weekend_window = [&](int weekday, bool is_holiday) {
        const FeatureVector x =
            features_of({.weekday = weekday, .is_holiday = is_holiday, .start_hour = 18}, windows, true);
        return std::any_of(x.begin(), x.end(), [](const FeatureVector::Element& element) {
            return element.feature == weekend_window_feature + 1;
        });
    };

    EXPECT_FALSE(has_weekend_window(2, false));
    EXPECT_TRUE(has_weekend_window(2, true));
    EXPECT_TRUE(has_weekend_window(6, false));
}

TEST(Features, OfANinthHourAreThoseOfTheNearest) {
    WindowRegistry windows;
    for (int hour = 6; hour < 16; ++hour) windows.learn(hour);

    EXPECT_EQ(windows.hours.size(), window_count);
    EXPECT_EQ(windows.find(23), window_count - 1);
}

TEST(Features, LeaveOutImpossibleTemperatures) {
    Slot slot = monday_slot();
    slot.temperature = Celsius::round(400);

    EXPECT_FALSE(context_of(slot).temperature);
}

TEST(Block, LearnsAnEffectWithoutTouchingWhatWasNotThere) {
    Block block(standard_model(), Owner::series);
    block.level_variance() = Lanes{{1, 1, 1, 1, 1, 1, 1, 1}};
    const FeatureVector x = features_of({.weekday = 3}, {}, true);
    std::vector<Lanes> spread;
    Lanes mean;
    Lanes variance;
    block.project(x, spread, mean, variance);
    Lanes step;
    Lanes shrink;
    step.value.fill(1 / variance[0]);
    shrink.value.fill(.5 / variance[0]);

    block.update(spread, step, shrink);

    Lanes after_mean;
    Lanes after_variance;
    block.project(x, 0, after_mean, after_variance);
    EXPECT_NEAR(after_mean[0], mean[0] + 1, 1e-12);
    EXPECT_NEAR(after_variance[0], variance[0] / 2, 1e-12);
    Lanes other_mean;
    Lanes other_variance;
    block.project(features_of({.weekday = 4}, {}, true), 0, other_mean, other_variance);
    EXPECT_GT(other_mean[0], 0) << "the level moved";
    EXPECT_LT(other_mean[0], after_mean[0]) << "the other weekday did not";
}

TEST(Block, BothProjectionsAgree) {
    Block block(standard_model(), Owner::seller);
    const FeatureVector x =
        features_of({.weekday = 5, .is_holiday = true, .temperature = 21, .weather = WeatherFlag::rainy}, {}, true);
    block.activate(x);
    std::vector<Lanes> spread;
    Lanes mean;
    Lanes variance;
    Lanes plain_mean;
    Lanes plain_variance;

    block.project(x, spread, mean, variance);
    block.project(x, 0, plain_mean, plain_variance);

    for (std::size_t lane = 0; lane < lane_count; ++lane) EXPECT_NEAR(variance[lane], plain_variance[lane], 1e-12);
}

TEST(Block, WandersForAtMostThreeWeeks) {
    const FeatureVector x = features_of({.weekday = 0}, {}, true);
    const auto variance_after = [&](std::int64_t days) {
        Block block(standard_model(), Owner::series);
        block.drift_to(0);
        Lanes mean;
        Lanes variance;
        block.project(x, days, mean, variance);
        return variance[3];
    };

    EXPECT_GT(variance_after(10), variance_after(1));
    EXPECT_EQ(variance_after(21), variance_after(400));
    EXPECT_EQ(variance_after(-5), variance_after(0));
}

TEST(LaneModels, ACountMovesTheRateTowardsItself) {
    const Belief belief{.mean = std::log(5), .variance = .3};

    EXPECT_GT(count_step(belief, .1, {.value = 12}, standard_settings()).move, 0);
    EXPECT_LT(count_step(belief, .1, {.value = 0}, standard_settings()).move, 0);
    EXPECT_GT(count_step(belief, .1, {.value = 5}, standard_settings()).shrink, 0);
}

TEST(LaneModels, ASurpriseTeachesASettledLevelLess) {
    Settings believes_all = standard_settings();
    believes_all.surprise.degrees = 0;
    const auto moved = [](double variance, double count, const Settings& settings) {
        return count_step({.mean = std::log(20), .variance = variance}, .05, {.value = count}, settings).move;
    };

    EXPECT_LT(moved(.01, 90, standard_settings()), .5 * moved(.01, 90, believes_all));
    EXPECT_GT(moved(.01, 90, standard_settings()), 0);
    EXPECT_EQ(moved(.01, 25, standard_settings()), moved(.01, 25, believes_all)) << "an ordinary count";
    EXPECT_EQ(moved(.5, 90, standard_settings()), moved(.5, 90, believes_all)) << "a level that is not settled";
}

TEST(LaneModels, ASoldOutCountSaysThatDemandMayHaveBeenHigher) {
    const Belief belief{.mean = std::log(20), .variance = .3};

    EXPECT_LT(count_step(belief, .1, {.value = 5}, standard_settings()).move, 0);
    EXPECT_GT(count_step(belief, .1, {.value = 5, .sold_out_at = 5}, standard_settings()).move,
              count_step(belief, .1, {.value = 5}, standard_settings()).move / 2);
}

TEST(LaneModels, StayFiniteForAnythingBelieved) {
    for (const double mean : {-1e9, -30.0, 0.0, 30.0, 1e9}) {
        for (const double variance : {-1.0, 0.0, 1e-12, 4.0, 1e9}) {
            for (const double count : {0.0, 3.0, 1e9}) {
                const Step step =
                    count_step({.mean = mean, .variance = variance}, .1, {.value = count}, standard_settings());
                EXPECT_TRUE(std::isfinite(step.move) && std::isfinite(step.shrink)) << mean << " " << variance;
                const Step away =
                    no_show_step({.mean = mean, .variance = variance}, count, count + 1, standard_settings());
                EXPECT_TRUE(std::isfinite(away.move) && std::isfinite(away.shrink)) << mean << " " << variance;
            }
        }
    }
}

TEST(LaneModels, NoShowsRaiseTheProbability) {
    const Belief belief{.mean = std::log(.12 / .88), .variance = .5};

    EXPECT_GT(no_show_step(belief, 5, 5, standard_settings()).move, 0);
    EXPECT_LT(no_show_step(belief, 0, 5, standard_settings()).move, 0);
    EXPECT_NEAR(no_show_probability(belief), .12, 1e-12);
}

TEST(SimilarSlots, RememberTheLastForty) {
    SimilarSlots similar;
    RunningDispersion everyone{.sum = .4, .weight = 4};
    for (int i = 0; i < 100; ++i)
        similar.learn({.weekday = i % 7}, i < 60 ? 1000 : 3, {.mean = 3, .dispersion = 1}, everyone);

    EXPECT_EQ(similar.rows(), 100);
    EXPECT_NEAR(similar.opinion({.weekday = 2}, 3, everyone).mean, 3, 1e-9);
}

TEST(WindowMeans, FollowTheCountsOfTheirWeekday) {
    WindowMeans means;
    WindowMeans::Everyone everyone;
    for (int i = 0; i < 70; ++i) means.learn(i % 7, i % 7 == 5 ? 20 : 2, {}, {}, everyone);

    EXPECT_GT(means.weekday_opinion(5, 3, everyone).mean, 10);
    EXPECT_LT(means.weekday_opinion(1, 3, everyone).mean, 4);
}

TEST(Calibration, ComesToStateWhatHappens) {
    Calibration calibration;
    for (int i = 0; i < 2000; ++i) calibration.learn(.85, i % 2 == 0);

    EXPECT_NEAR(calibration.calibrated(.85), .5, .03);
    EXPECT_EQ(calibration.calibrated(.25), .25) << "a bin without outcomes stays";
}

TEST(Calibration, BelievesAFewOutcomesLittleAndStaysAProbability) {
    Calibration calibration;
    calibration.learn(.95, false);
    EXPECT_NEAR(calibration.calibrated(.95), .95, .02);

    for (int i = 0; i < 5000; ++i) calibration.learn(0, true);
    for (const double stated : {-1.0, 0.0, .04, .5, 1.0, 2.0}) {
        EXPECT_GE(calibration.calibrated(stated), 0) << stated;
        EXPECT_LE(calibration.calibrated(stated), 1) << stated;
    }
}

TEST(TailLevels, WidenWhileTooManyFallOutside) {
    TailLevels tails;
    for (int i = 0; i < 100; ++i) tails.learn(i % 3 == 0, false);

    EXPECT_LT(tails.adjusted()[1], .10);
    EXPECT_EQ(tails.adjusted()[17], .90);
    EXPECT_EQ(tails.adjusted()[9], .50);
}

TEST(TailLevels, AreNotUsedBeforeFiftySlots) {
    TailLevels tails;
    for (int i = 0; i < 49; ++i) tails.learn(true, true);

    EXPECT_EQ(tails.adjusted()[1], .10);
}

}  // namespace

}  // namespace edge::forecast::pooled
