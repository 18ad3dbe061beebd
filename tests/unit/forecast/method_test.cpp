#include "edge/forecast/method.hpp"

#include "observations.hpp"

#include "edge/core/error.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace edge::forecast {

namespace {

TEST(Method, IsMadeByEachOfItsNames) {
    ASSERT_FALSE(method_names().empty());
    for (const std::string_view name : method_names()) EXPECT_EQ(make_method(name)->name(), name);
}

TEST(Method, OfAnUnknownNameIsRefusedWithTheNamesThereAre) {
    try {
        static_cast<void>(make_method("oracle"));
        FAIL() << "made a method that does not exist";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
        EXPECT_THAT(error.what(), testing::HasSubstr("oracle"));
        for (const std::string_view name : method_names()) {
            EXPECT_THAT(error.hint(), testing::HasSubstr(std::string(name)));
        }
    }
}

TEST(Method, RefusesBytesThatItDidNotSave) {
    const std::vector<std::uint8_t> foreign{1, 2, 3};

    for (const std::string_view name : method_names()) EXPECT_FALSE(make_method(name)->load(foreign)) << name;
}

TEST(Method, LearnsNothingFromAnotherSeller) {
    for (const std::string_view name : {"similarity", "seasonal_naive"}) {
        const std::unique_ptr<Method> method = make_method(name);
        method->learn(ObservationBuilder().from(SellerId(2)).reserved(50));

        EXPECT_EQ(method->forecast(monday_slot()).predicted_reservations, 1) << name;
        EXPECT_EQ(method->forecast(monday_slot()).history_rows, 0) << name;
    }
}

}  // namespace

}  // namespace edge::forecast
