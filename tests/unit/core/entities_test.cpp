#include "edge/core/entities.hpp"

#include "edge/core/error.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <limits>

namespace edge {
namespace {

constexpr Timestamp window_end{std::chrono::hours(20)};
constexpr Timestamp before = window_end - std::chrono::microseconds(1);

Co2Coefficient coefficient(std::string_view text) { return Co2Coefficient::parse(text).value(); }

TEST(ReservationState, IsOpenUntilTheWindowEnds) {
    const Reservation reservation;

    EXPECT_EQ(state_of(reservation, window_end, before), ReservationState::open);
    EXPECT_EQ(state_of(reservation, window_end, window_end), ReservationState::no_show);
}

TEST(ReservationState, IsCancelledBeforeAndAfterTheWindow) {
    Reservation reservation;
    reservation.cancelled_at = before;

    EXPECT_EQ(state_of(reservation, window_end, before), ReservationState::cancelled);
    EXPECT_EQ(state_of(reservation, window_end, window_end), ReservationState::cancelled);
}

TEST(ReservationState, IsCollectedWhateverElseIsRecorded) {
    Reservation reservation;
    reservation.cancelled_at = before;
    reservation.collected_at = before;

    EXPECT_EQ(state_of(reservation, window_end, window_end), ReservationState::collected);
}

TEST(ReservationState, HasANameForEachState) {
    EXPECT_EQ(name_of(ReservationState::open), "open");
    EXPECT_EQ(name_of(ReservationState::collected), "collected");
    EXPECT_EQ(name_of(ReservationState::cancelled), "cancelled");
    EXPECT_EQ(name_of(ReservationState::no_show), "no_show");
}

TEST(Co2Saved, IsTheWeightTimesTheMeanCoefficientTruncated) {
    EXPECT_EQ(co2_saved_grams(500, {coefficient("2.5")}), 1250);
    EXPECT_EQ(co2_saved_grams(333, {coefficient("2.5"), coefficient("1.0")}), 582);  // 582.75
    EXPECT_EQ(co2_saved_grams(-333, {coefficient("2.5"), coefficient("1.0")}), -582);
    EXPECT_EQ(co2_saved_grams(500, {}), 0);
    EXPECT_EQ(co2_saved_grams(0, {coefficient("2.5")}), 0);
}

TEST(Co2Saved, IsCutFromTheBinaryProductAsTheMarketplaceDoes) {
    EXPECT_EQ(co2_saved_grams(100, {coefficient("0.57")}), 56);  // 56.99999999999999 in doubles
    EXPECT_EQ(co2_saved_grams(100, {coefficient("0.29")}), 28);
    EXPECT_EQ(co2_saved_grams(3, {coefficient("0.333333333")}), 0);
    EXPECT_EQ(co2_saved_grams(1'000'000'000, {coefficient("0.000000001")}), 1);
}

TEST(Co2Saved, RefusesWhatDoesNotFit) {
    const std::int64_t largest = std::numeric_limits<std::int64_t>::max();
    const std::vector<Co2Coefficient> heavy(8, Co2Coefficient::from_units(largest));

    for (const std::int64_t grams : {largest, -largest, std::numeric_limits<std::int64_t>::min()}) {
        try {
            static_cast<void>(co2_saved_grams(grams, heavy));
            FAIL() << grams;
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
        }
    }
}

TEST(Co2Saved, DoesNotDependOnTheOrderOfCategories) {
    EXPECT_TRUE(rc::check("order does not matter", [] {
        const auto weight = *rc::gen::inRange<std::int64_t>(0, 100'000);
        std::vector<Co2Coefficient> coefficients;
        for (const auto units :
             *rc::gen::container<std::vector<std::int64_t>>(rc::gen::inRange<std::int64_t>(0, 50'000'000'000)))
            coefficients.push_back(Co2Coefficient::from_units(units));
        const std::int64_t grams = co2_saved_grams(weight, coefficients);
        std::reverse(coefficients.begin(), coefficients.end());
        RC_ASSERT(co2_saved_grams(weight, coefficients) == grams);
    }));
}

}  // namespace
}  // namespace edge
