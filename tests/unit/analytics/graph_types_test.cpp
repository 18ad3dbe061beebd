#include "edge/analytics/graph_types.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace edge::analytics {
namespace {

TEST(GraphTypes, OneToFiveAreTheMarketplaces) {
    const std::vector<GraphType> expected = {
        {1, "multi_line", "Weekly Sales vs Posted", "Timeline", "Reservations"},
        {2, "pie", "Sell Through Rate", "", ""},
        {3, "bar", "Category Distribution", "", "Reservations"},
        {4, "bar", "Time Window Distribution", "", "Reservations"},
        {5, "multi_line", "Forecast vs Posted", "Bundle Date", "Quantity"},
    };

    const std::vector<GraphType>& types = graph_types();

    ASSERT_GE(types.size(), expected.size());
    EXPECT_TRUE(std::equal(expected.begin(), expected.end(), types.begin()));
}

TEST(GraphTypes, OfThisEngineStartAt101InKnownChartTypes) {
    const std::set<std::string> chart_types = {"line", "multi_line", "bar", "stacked_bar", "pie", "area"};

    int previous = 0;
    for (const GraphType& type : graph_types()) {
        EXPECT_GT(type.id, previous);
        EXPECT_TRUE(type.id <= 5 || type.id >= 101) << type.id;
        EXPECT_TRUE(chart_types.contains(type.chart_type)) << type.chart_type;
        EXPECT_FALSE(type.summary.empty());
        previous = type.id;
    }
}

TEST(GraphTypes, AreFoundByKind) {
    EXPECT_EQ(type_of(GraphKind::categories).summary, "Category Distribution");
    EXPECT_EQ(type_of(GraphKind::revenue).id, 106);
}

}  // namespace
}  // namespace edge::analytics
