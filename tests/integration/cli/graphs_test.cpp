#include "integration/cli/cli_process.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>

namespace edge::test {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class GraphCommands : public CliProcess {};

TEST_F(GraphCommands, RefreshTwiceChangesNothingTheSecondTime) {
    make_shop();

    EXPECT_THAT(text({"refresh"}), StartsWith("Refreshed: "));
    EXPECT_EQ(text({"refresh"}), "Nothing had changed.\n");
    EXPECT_EQ(data({"refresh"}).at("points_written").as_int64(), 0);
    EXPECT_EQ(text({"refresh", "--quiet"}), "");
}

TEST_F(GraphCommands, RebuildLeavesWhatRefreshLeaves) {
    make_demo();
    text({"refresh"});
    const auto before = data({"graph", "show", "sales"});

    data({"refresh", "--rebuild"});

    EXPECT_EQ(data({"graph", "show", "sales"}), before);
}

TEST_F(GraphCommands, ASaleShowsInTheGraphs) {
    make_shop();
    text({"reserve", "1", "--code", "AAA"});
    text({"collect", "AAA"});
    text({"refresh"});

    EXPECT_EQ(text({"graph", "show", "sales"}),
              "Weekly Sales vs Posted\nTimeline    sales  posted\n2026-11-23      1       2\n");
    EXPECT_EQ(text({"graph", "show", "sell-through", "--format", "csv"}),
              "series,sort_index,x,y\nsell_rate,0,sold,50.0000\nsell_rate,1,unsold,50.0000\n");
    EXPECT_EQ(text({"graph", "show", "4"}), text({"graph", "show", "windows"}));
    EXPECT_EQ(text_of(data({"graph", "show", "categories"}).at("series").at(0).at("points").at(0).at("x")), "Bread");
}

TEST_F(GraphCommands, EveryGraphIsListedAndShownInEveryFormat) {
    make_demo();
    text({"refresh"});

    const auto graphs = data({"graph", "list"}).at("graphs").as_array();

    EXPECT_GE(graphs.size(), 5U);
    EXPECT_THAT(text({"graph", "list"}), HasSubstr("Weekly Sales vs Posted"));
    for (const auto& each : graphs) {
        const std::string name = text_of(each.at("name"));
        const std::string title = text_of(each.at("type").at("summary"));
        EXPECT_THAT(text({"graph", "show", name}), StartsWith(title)) << name;
        EXPECT_THAT(text({"graph", "show", name, "--format", "chart"}), StartsWith(title)) << name;
        EXPECT_THAT(text({"graph", "show", name, "--format", "csv"}), StartsWith("series,sort_index,x,y\n")) << name;
        EXPECT_THAT(text({"graph", "show", name, "--format", "svg"}), StartsWith("<?xml")) << name;
        EXPECT_EQ(boost::json::parse(text({"graph", "show", name, "--format", "json"})).at("data"),
                  data({"graph", "show", name}))
            << name;
    }
}

TEST_F(GraphCommands, AChartKeepsToItsWidthAndDays) {
    make_demo();
    text({"refresh"});
    environment["COLUMNS"] = "60";

    const std::string chart = text({"graph", "show", "sales", "--format", "chart", "--last", "7", "--height", "5"});

    EXPECT_THAT(chart, HasSubstr("2026-11-20"));
    EXPECT_EQ(chart.find("2026-11-10"), std::string::npos);
    EXPECT_EQ(chart.find('\x1b'), std::string::npos);
    EXPECT_THAT(text({"graph", "show", "sales", "--format", "chart", "--color", "always"}), HasSubstr("\x1b["));
}

TEST_F(GraphCommands, AGraphThatIsNotThereIsRefused) {
    make_shop();

    EXPECT_THAT(refusal({"graph", "show", "pies"}, 64, "usage"), HasSubstr("sell-through"));
    refusal({"graph", "show", "sales"}, 66, "not_found");
    refusal({"graph", "show", "sales", "--format", "png"}, 64, "usage");
    refusal({"graph", "show"}, 64, "usage");
    EXPECT_THAT(text({"graph", "list"}), HasSubstr("edge-analytics refresh"));
}

TEST_F(GraphCommands, ForecastsAreListedForBundlesToCome) {
    make_demo();
    EXPECT_THAT(text({"forecast", "list"}), HasSubstr("edge-analytics refresh"));
    text({"refresh"});

    const auto forecasts = data({"forecast", "list"}).at("forecasts").as_array();

    EXPECT_EQ(forecasts.size(), 11U);
    EXPECT_EQ(data({"forecast"}), data({"forecast", "list"}));
    EXPECT_THAT(text({"forecast"}), HasSubstr("Confidence"));
    EXPECT_THAT(text({"forecast", "list", "--all", "--outcomes"}), HasSubstr("Collected"));
    EXPECT_TRUE(data({"forecast", "list", "--outcomes"}).at("forecasts").at(0).as_object().contains("outcome"));
}

TEST_F(GraphCommands, AForecastSaysWhy) {
    make_demo();
    text({"refresh"});

    EXPECT_THAT(text({"forecast", "show", "47"}), HasSubstr("because"));
    EXPECT_EQ(data({"forecast", "show", "47"}).at("bundle_id").as_int64(), 47);
    refusal({"forecast", "show", "1"}, 66, "not_found");
    refusal({"forecast", "show", "999"}, 66, "not_found");
}

}  // namespace
}  // namespace edge::test
