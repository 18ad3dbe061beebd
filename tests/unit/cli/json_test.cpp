#include "output/json.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <limits>
#include <random>

namespace edge::cli {
namespace {

TEST(Json, KeepsMembersInTheirOrder) {
    const Json value = Json::Object{{"z", 1}, {"a", Json::Array{true, nullptr, "x"}}, {"empty", Json::Object{}}};

    EXPECT_EQ(value.text(), "{\n  \"z\": 1,\n  \"a\": [\n    true,\n    null,\n    \"x\"\n  ],\n  \"empty\": {}\n}");
}

TEST(Json, EveryTextComesBackFromAParser) {
    std::mt19937_64 random(20261123);
    for (int round = 0; round < 500; ++round) {
        std::string text;
        for (int i = 0; i < 12; ++i) text += static_cast<char>(random() % 128);

        const auto parsed = boost::json::parse(Json(text).text());

        EXPECT_EQ(std::string(parsed.as_string()), text) << "seed 20261123, round " << round;
    }
}

TEST(Json, BytesThatAreNotUtf8StillMakeAValidDocument) {
    EXPECT_EQ(Json(std::string("a\xFF")).text(), "\"a\xEF\xBF\xBD\"");
    EXPECT_NO_THROW(static_cast<void>(boost::json::parse(Json(std::string("\xED\xA0\x80\xC0")).text())));
}

TEST(Json, PrintsNumbersExactlyAndNoInfinity) {
    EXPECT_EQ(Json(std::numeric_limits<std::int64_t>::max()).text(), "9223372036854775807");
    EXPECT_EQ(Json(0.1).text(), "0.1");
    EXPECT_EQ(Json(std::numeric_limits<double>::infinity()).text(), "null");
    EXPECT_EQ(Json(std::optional<std::int64_t>{}).text(), "null");
}

TEST(Json, PutsRawTextInAsItIs) {
    EXPECT_EQ(Json(Json::Object{{"document", Json::Raw{"[1,2]"}}}).text(), "{\n  \"document\": [1,2]\n}");
}

}  // namespace
}  // namespace edge::cli
