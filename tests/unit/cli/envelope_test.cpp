#include "output/envelope.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace edge::cli {
namespace {

const EnvelopeMeta meta{.version = "1.2.3", .as_of = "2026-11-23T16:00:00Z", .unsent = 4};

TEST(Envelope, ASuccessHoldsDataAndNoError) {
    const auto document = boost::json::parse(
        success_document("bundle-list", Json::Object{{"bundles", Json::Array{}}}, {"careful"}, meta));

    EXPECT_EQ(document.at("schema").as_string(), "edge-analytics/bundle-list/1");
    EXPECT_TRUE(document.at("ok").as_bool());
    EXPECT_TRUE(document.at("data").at("bundles").as_array().empty());
    EXPECT_EQ(document.at("warnings").at(0).as_string(), "careful");
    EXPECT_EQ(document.at("meta").at("unsent").as_int64(), 4);
    EXPECT_FALSE(document.as_object().contains("error"));
}

TEST(Envelope, AFailureHoldsAnErrorAndNoData) {
    const Failure failure{"sold_out", "cannot reserve", "another bundle", 65, false, {{"bundle_id", "7"}}};

    const auto document = boost::json::parse(failure_document("reserve", failure, {}, meta));

    EXPECT_FALSE(document.at("ok").as_bool());
    EXPECT_EQ(document.at("error").at("code").as_string(), "sold_out");
    EXPECT_EQ(document.at("error").at("exit").as_int64(), 65);
    EXPECT_EQ(document.at("error").at("details").at("bundle_id").as_string(), "7");
    EXPECT_FALSE(document.as_object().contains("data"));
}

TEST(Envelope, ADetailGivenSeveralTimesIsAList) {
    const Failure failure{"ambiguous_code", "cannot collect", "", 65, false, {{"bundle_id", "7"}, {"bundle_id", "9"}}};

    const auto document = boost::json::parse(failure_document("collect", failure, {}, meta));

    EXPECT_EQ(document.at("error").at("details").at("bundle_id").as_array().size(), 2U);
}

}  // namespace
}  // namespace edge::cli
