#include "edge/core/decimal.hpp"

#include "edge/core/error.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <array>
#include <cmath>
#include <cstdio>
#include <limits>

namespace edge {
namespace {

constexpr std::int64_t largest = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t smallest = std::numeric_limits<std::int64_t>::min();

TEST(Decimal, IsPrintedWithAllItsPlaces) {
    EXPECT_EQ(format_decimal(0, 2), "0.00");
    EXPECT_EQ(format_decimal(-5, 2), "-0.05");
    EXPECT_EQ(format_decimal(1250, 2), "12.50");
    EXPECT_EQ(format_decimal(7, 0), "7");
    EXPECT_EQ(format_decimal(-7, 0), "-7");
    EXPECT_EQ(format_decimal(largest, 4), "922337203685477.5807");
    EXPECT_EQ(format_decimal(smallest, 4), "-922337203685477.5808");
}

TEST(Decimal, IsReadInEveryFormThatMeansTheSame) {
    for (const char* text : {"12.5", "12.50", "+12.5", "012.5", "12.5000000", "1.25e1", "125e-1", "1.25E+1", "12.5e0"})
        EXPECT_EQ(parse_decimal(text, 2), 1250) << text;
    EXPECT_EQ(parse_decimal(".5", 2), 50);
    EXPECT_EQ(parse_decimal("5.", 2), 500);
    EXPECT_EQ(parse_decimal("-0.05", 2), -5);
    EXPECT_EQ(parse_decimal("-0", 2), 0);
    EXPECT_EQ(parse_decimal("0e-999", 2), 0);
    EXPECT_EQ(parse_decimal("1e-3", 3), 1);
    EXPECT_EQ(parse_decimal("0.0000", 2), 0);
}

TEST(Decimal, RefusesWhatIsNoNumberOrTooFine) {
    for (const char* text :
         {"",   " ",   "-",   "+",    ".",   "-.",  "e5",    "1e",  "1e+",   "1e1000", "1.2.3",  "1,5",   "1 ",
          " 1", "--1", "+-1", "0x10", "nan", "inf", "1e5.0", "12a", "0.001", "1e-3",   "12.501", "1.2e-2"})
        EXPECT_FALSE(parse_decimal(text, 2)) << text;
}

TEST(Decimal, HoldsEverything64BitsHoldAndNothingMore) {
    EXPECT_EQ(parse_decimal("9223372036854775807", 0), largest);
    EXPECT_EQ(parse_decimal("-9223372036854775808", 0), smallest);
    EXPECT_FALSE(parse_decimal("9223372036854775808", 0));
    EXPECT_FALSE(parse_decimal("-9223372036854775809", 0));
    EXPECT_EQ(parse_decimal("922337203685477.5807", 4), largest);
    EXPECT_FALSE(parse_decimal("922337203685478", 4));
    EXPECT_FALSE(parse_decimal("1e19", 0));
    EXPECT_FALSE(parse_decimal("1e999", 0));
    EXPECT_FALSE(parse_decimal(std::string(401, '1'), 0));
    EXPECT_EQ(parse_decimal(std::string(399, '0') + "1", 0), 1);
}

TEST(Decimal, ReadsWhatItPrints) {
    EXPECT_TRUE(rc::check("parse undoes format", [] {
        const auto units = *rc::gen::oneOf(rc::gen::arbitrary<std::int64_t>(), rc::gen::just(smallest));
        const int places = *rc::gen::inRange(0, 10);
        RC_ASSERT(parse_decimal(format_decimal(units, places), places) == units);
    }));
}

TEST(Rounding, FollowsTheExactBinaryValue) {
    EXPECT_EQ(round_to_units(2.675, 2), 267);  // the double is a little below 2.675
    EXPECT_EQ(round_to_units(1.005, 2), 100);  // and this below 1.005
    EXPECT_EQ(round_to_units(8.345, 2), 835);  // this one is above
    EXPECT_EQ(round_to_units(0.125, 2), 12);   // a true tie goes to the even digit
    EXPECT_EQ(round_to_units(0.375, 2), 38);   // up here
    EXPECT_EQ(round_to_units(-0.125, 2), -12);
    EXPECT_EQ(round_to_units(0.5, 0), 0);
    EXPECT_EQ(round_to_units(1.5, 0), 2);
    EXPECT_EQ(round_to_units(-0.001, 2), 0);
    EXPECT_EQ(round_to_units(100.0 * 2 / 3, 2), 6667);
}

TEST(Rounding, EqualsWhatPrintfPrints) {
    EXPECT_TRUE(rc::check("round_to_units equals printf", [] {
        const int places = *rc::gen::inRange(0, 10);
        // Ties of every kind are multiples of a power of two; plain numbers are quotients.
        const auto numerator = *rc::gen::inRange<std::int64_t>(-1'000'000'000, 1'000'000'001);
        const auto denominator = *rc::gen::elementOf(std::array<std::int64_t, 9>{1, 2, 8, 64, 1024, 3, 7, 1000, 99991});
        const double value = static_cast<double>(numerator) / static_cast<double>(denominator);
        std::array<char, 64> printed{};
        std::snprintf(printed.data(), printed.size(), "%.*f", places, value);
        RC_ASSERT(round_to_units(value, places) == parse_decimal(printed.data(), places));
    }));
}

TEST(Rounding, RefusesWhatDoesNotFit) {
    for (const double value : {1e18, -1e18, std::numeric_limits<double>::infinity(), std::nan("")}) {
        try {
            static_cast<void>(round_to_units(value, 4));
            FAIL() << value;
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
        }
    }
}

TEST(FixedDecimal, KnowsItsTextAndItsValue) {
    const PointValue value = PointValue::parse("66.67").value();

    EXPECT_EQ(value.units(), 666700);
    EXPECT_EQ(value.text(), "66.6700");
    EXPECT_DOUBLE_EQ(value.value(), 66.67);
    EXPECT_EQ(PointValue::round(66.67), value);
    EXPECT_FALSE(PointValue::parse("66.66666"));
    EXPECT_LT(PointValue::from_units(-1), PointValue{});
}

TEST(FixedDecimal, GivesBackTheDoubleItWasReadFrom) {
    EXPECT_TRUE(rc::check("value is the nearest double", [] {
        const auto units = *rc::gen::inRange<std::int64_t>(-(std::int64_t{1} << 53), std::int64_t{1} << 53);
        const auto decimal = Co2Coefficient::from_units(units);
        RC_ASSERT(decimal.value() == std::stod(decimal.text()));
    }));
}

}  // namespace
}  // namespace edge
