#include "golden/golden_cases.hpp"

#include "edge/analytics/graphs.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

namespace edge::analytics {
namespace {

namespace json = boost::json;

constexpr const char* file = "refresh_baseline.json";

/// Those that every implementation agrees on.
std::vector<golden::Case> plain_cases() {
    std::vector<golden::Case> cases = golden::cases_of(file);
    std::erase_if(cases, [](const golden::Case& golden_case) {
        return std::find(golden_case.tags.begin(), golden_case.tags.end(), "quirk") != golden_case.tags.end();
    });
    return cases;
}

BundleOutcome outcome_of(const json::object& bundle) {
    const Timestamp start = parse_timestamp(bundle.at("window_start").as_string().c_str()).value();
    const LocalTime shown = TimeZone::utc().to_local(start);
    BundleOutcome outcome{.day = shown.day,
                          .window_start = shown.time,
                          .categories = {},
                          .total_qty = bundle.at("total_qty").as_int64(),
                          .price = {}};
    for (const json::value& id : bundle.at("category_ids").as_array()) outcome.categories.emplace_back(id.as_int64());
    return outcome;
}

bool is_of_seller(const json::object& bundle, const json::object& input) {
    const json::value* seller = bundle.if_contains("seller_id");
    return seller == nullptr || *seller == input.at("seller").at("seller_id");
}

const json::array& rows(const json::object& input, const char* table) {
    static const json::array none;
    const json::value* found = input.if_contains(table);
    return found == nullptr ? none : found->as_array();
}

Totals totals_of(const json::object& input) {
    std::map<std::int64_t, BundleOutcome> outcomes;
    for (const json::value& row : rows(input, "bundles")) {
        const json::object& bundle = row.as_object();
        if (is_of_seller(bundle, input)) outcomes.emplace(bundle.at("bundle_id").as_int64(), outcome_of(bundle));
    }
    for (const json::value& row : rows(input, "reservations")) {
        const auto bundle = outcomes.find(row.at("bundle_id").as_int64());
        if (bundle == outcomes.end()) continue;
        ++bundle->second.reserved;
        if (!row.at("collected_at").is_null()) ++bundle->second.collected;
    }
    Totals totals;
    for (const auto& [id, outcome] : outcomes) totals.add(contribution_of(outcome));
    return totals;
}

CategoryNames names_of(const json::object& input) {
    std::map<std::int64_t, std::string> names;
    for (const json::value& row : rows(input, "categories")) names[row.at(0).as_int64()] = row.at(1).as_string();
    return [names](CategoryId id) -> std::optional<std::string> {
        const auto found = names.find(id.value());
        if (found == names.end()) return std::nullopt;
        return found->second;
    };
}

/// As the golden file writes a series: `{name, sort_index, points: [[sort_index, x, y]…]}`.
json::array written(const std::vector<GraphSeries>& series, std::size_t count) {
    json::array list;
    for (std::size_t i = 0; i < std::min(count, series.size()); ++i) {
        json::array points;
        for (const GraphPoint& point : series[i].points)
            points.push_back(json::array{points.size(), point.x, point.y.text()});
        list.push_back(json::object{{"name", series[i].name}, {"sort_index", i}, {"points", points}});
    }
    return list;
}

class RefreshGraphs : public testing::TestWithParam<golden::Case> {};

TEST_P(RefreshGraphs, AreAsStoredByTheMarketplace) {
    const json::object& input = GetParam().input;
    const Totals totals = totals_of(input);
    const CategoryNames names = names_of(input);

    const std::vector<Graph> graphs = build_graphs(SellerId(1), {.totals = totals, .names = names, .forecasts = {}});

    const json::array& expected = GetParam().expected.at("graphs").as_array();
    ASSERT_EQ(expected.size(), 5U);
    for (std::size_t i = 0; i < expected.size(); ++i) {
        EXPECT_EQ(graphs.at(i).type.id, expected[i].at("graph_type").as_int64());
        EXPECT_EQ(written(graphs.at(i).series, 2), expected[i].at("series")) << "graph type " << graphs.at(i).type.id;
    }
}

INSTANTIATE_TEST_SUITE_P(Golden, RefreshGraphs, testing::ValuesIn(plain_cases()),
                         [](const auto& instance) { return instance.param.name; });
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(RefreshGraphs);

TEST(RefreshFile, HasCases) {
    if (!golden::find_file(file)) GTEST_SKIP() << golden::absence_of(file);

    EXPECT_TRUE(golden::may_be_empty() || !plain_cases().empty());
}

}  // namespace
}  // namespace edge::analytics
