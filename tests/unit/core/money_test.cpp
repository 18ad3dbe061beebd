#include "edge/core/money.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <array>

namespace edge {
namespace {

TEST(Money, HasAsManyPlacesAsItsCurrency) {
    EXPECT_EQ(format_money(Money{399}, "GBP"), "3.99");
    EXPECT_EQ(format_money(Money{399}, "JPY"), "399");
    EXPECT_EQ(format_money(Money{399}, "KWD"), "0.399");
    EXPECT_EQ(format_money(Money{-5}, "EUR"), "-0.05");
    EXPECT_EQ(format_money(Money{100}, "???"), "1.00");
}

TEST(Money, IsReadInWholeOrExactMinorUnits) {
    EXPECT_EQ(parse_money("3.99", "GBP"), Money{399});
    EXPECT_EQ(parse_money("4", "GBP"), Money{400});
    EXPECT_EQ(parse_money("4.0", "JPY"), Money{4});
    EXPECT_EQ(parse_money("0.399", "KWD"), Money{399});
}

TEST(Money, RefusesWhatIsFinerThanTheCurrencyOrNoNumber) {
    EXPECT_FALSE(parse_money("3.999", "GBP"));
    EXPECT_FALSE(parse_money("3.9", "JPY"));
    EXPECT_FALSE(parse_money("£3.99", "GBP"));
    EXPECT_FALSE(parse_money("", "GBP"));
    EXPECT_FALSE(parse_money("99999999999999999999", "GBP"));
}

TEST(Money, ReadsWhatItPrints) {
    constexpr std::array currencies = {"GBP", "EUR", "JPY", "KWD", "XPF", "TND"};

    EXPECT_TRUE(rc::check("parse undoes format", [&] {
        const Money amount{*rc::gen::arbitrary<std::int64_t>()};
        const char* currency = *rc::gen::elementOf(currencies);
        RC_ASSERT(parse_money(format_money(amount, currency), currency) == amount);
    }));
}

}  // namespace
}  // namespace edge
