#include "integration/cli/cli_process.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>

namespace edge::test {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

/// What will sell and why, and how many to post.
class AdviceCommands : public CliProcess {
protected:
    void SetUp() override {
        make_demo();
        text({"refresh"});
    }
};

TEST_F(AdviceCommands, AForecastIsTakenApart) {
    const boost::json::value why = data({"forecast", "explain", "49"});

    double product = why.at("base_level").to_number<double>();
    for (const auto& effect : why.at("effects").as_array()) product *= effect.at("factor").to_number<double>();
    EXPECT_NEAR(product, why.at("expected").to_number<double>(), 1e-9);
    EXPECT_EQ(why.at("forecast"), data({"forecast", "show", "49"}));
    EXPECT_GT(why.at("rows").at("series").as_int64(), 0);
    EXPECT_GT(why.at("interval").at("judged").as_int64(), 0);
    EXPECT_EQ(why.at("latest").as_array().size(), 5U);
    EXPECT_THAT(text({"forecast", "explain", "49"}), HasSubstr("base level"));
    EXPECT_THAT(text({"forecast", "explain", "49"}), HasSubstr("times before"));
}

TEST_F(AdviceCommands, AForecastOfAnotherMethodIsExplainedByItsRationale) {
    environment["EDGE_ANALYTICS_FORECAST_METHOD"] = "similarity";
    text({"refresh"});

    EXPECT_TRUE(data({"forecast", "explain", "49"}).at("effects").as_array().empty());
    EXPECT_THAT(text({"forecast", "explain", "49"}), HasSubstr("because"));
    refusal({"forecast", "explain", "999"}, 66, "not_found");
    refusal({"forecast", "explain"}, 64, "usage");
}

TEST_F(AdviceCommands, SuggestsForABundleOrAWindow) {
    const boost::json::value bundle = data({"suggest", "--for", "49"});
    const boost::json::value window =
        data({"suggest", "--day", "tomorrow", "--window", "18:00-19:30", "--category", "Bread"});

    EXPECT_EQ(bundle.at("post").as_int64(), bundle.at("items").as_int64() + bundle.at("allowance").as_int64());
    EXPECT_GE(window.at("around").as_array().size(), 3U);
    EXPECT_THAT(text({"suggest", "--for", "49"}), StartsWith("Post "));
    EXPECT_THAT(text({"suggest", "--for", "49"}), HasSubstr("Left over"));
}

TEST_F(AdviceCommands, TheDearerTheWasteTheFewerAreSuggested) {
    const auto items = [&](const std::string& waste, const std::string& margin) {
        return data({"suggest", "--for", "49", "--waste-cost", waste, "--margin", margin}).at("items").as_int64();
    };

    EXPECT_LT(items("10", "1"), items("1", "10"));
    environment["EDGE_ANALYTICS_FORECAST_WASTE_COST"] = "10";
    EXPECT_EQ(data({"suggest", "--for", "49"}).at("items").as_int64(), items("10", "1"));
    text({"config", "set", "forecast.margin", "100"});
    EXPECT_EQ(data({"suggest", "--for", "49"}).at("items").as_int64(), items("10", "100"));
}

TEST_F(AdviceCommands, TheRiskOfOverbookingIsKept) {
    const boost::json::value none = data({"suggest", "--for", "49", "--risk", "0"});
    const boost::json::value some = data({"suggest", "--for", "49", "--risk", "0.9"});

    EXPECT_EQ(none.at("allowance").as_int64(), 0);
    EXPECT_GT(some.at("allowance").as_int64(), 0);
    EXPECT_LE(some.at("overflow_risk").to_number<double>(), .9);
}

TEST_F(AdviceCommands, ASuggestionThatCannotBeMadeIsRefused) {
    refusal({"suggest"}, 64, "usage");
    refusal({"suggest", "--for", "49", "--category", "Bread"}, 64, "usage");
    refusal({"suggest", "--for", "49", "--margin", "much"}, 64, "usage");
    refusal({"suggest", "--for", "49", "--margin", "0"}, 64, "invalid_argument");
    refusal({"suggest", "--for", "49", "--risk", "2"}, 64, "invalid_argument");
    refusal({"suggest", "--for", "999"}, 65, "unknown_bundle");
    environment["EDGE_ANALYTICS_FORECAST_RISK"] = "often";
    refusal({"suggest", "--for", "49"}, 78, "configuration");
}

TEST_F(AdviceCommands, ASuggestionWritesNothing) {
    const std::string before = text({"forecast", "list", "--all"});

    text({"suggest", "--for", "49"});

    EXPECT_EQ(before, text({"forecast", "list", "--all"}));
    EXPECT_EQ(text({"refresh"}), "Nothing had changed.\n");
}

}  // namespace
}  // namespace edge::test
