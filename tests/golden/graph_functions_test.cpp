#include "golden/golden_cases.hpp"

#include "edge/analytics/graphs.hpp"
#include "edge/analytics/ranking.hpp"

#include <gtest/gtest.h>

namespace edge::analytics {
namespace {

namespace json = boost::json;

constexpr const char* file = "graph_functions.json";

std::string text_of(const json::value& value) { return std::string(value.as_string()); }

LocalDate day_of(const json::value& value) { return parse_date(text_of(value)).value(); }

PointValue quantity(std::int64_t items) { return PointValue::from_units(items * 10'000); }

/// `[day, total_qty]`
BundleOutcome bundle_of(const json::array& row) {
    return {
        .day = day_of(row.at(0)), .window_start = {}, .categories = {}, .total_qty = row.at(1).as_int64(), .price = {}};
}

/// `[day, window start, category ids, collected]`: a reservation whose bundle is not among the bundles, and so posts
/// nothing.
BundleOutcome reservation_of(const json::array& row) {
    BundleOutcome outcome{.day = day_of(row.at(0)),
                          .window_start = parse_time_of_day(text_of(row.at(1))).value(),
                          .categories = {},
                          .reserved = 1,
                          .collected = row.at(3).as_bool() ? 1 : 0,
                          .price = {}};
    for (const json::value& id : row.at(2).as_array()) outcome.categories.emplace_back(id.as_int64());
    return outcome;
}

Totals totals_of(const json::object& input) {
    Totals totals;
    for (const json::value& row : input.at("bundles").as_array())
        totals.add(contribution_of(bundle_of(row.as_array())));
    for (const json::value& row : input.at("reservations").as_array()) {
        totals.add(contribution_of(reservation_of(row.as_array())));
    }
    return totals;
}

/// `[day, sold, posted]`
json::array sales_rows(const Totals& totals) {
    json::array rows;
    const std::vector<GraphSeries> series = sales_vs_posted(totals.days);
    for (std::size_t i = 0; i < series.at(0).points.size(); ++i) {
        const GraphPoint& sold = series.at(0).points.at(i);
        const GraphPoint& posted = series.at(1).points.at(i);
        EXPECT_EQ(sold.x, posted.x);
        rows.push_back(json::array{sold.x, sold.y.text(), posted.y.text()});
    }
    return rows;
}

/// `[category id, quantity]`, the graph naming each category by its id.
json::array category_rows(const Totals& totals, int top) {
    json::array rows;
    const CategoryNames names = [](CategoryId id) { return std::to_string(id.value()); };
    for (const GraphPoint& point : top_categories(totals.categories, names, top)) {
        rows.push_back(json::array{std::stoll(point.x), point.y.text()});
    }
    return rows;
}

/// `[[label, quantity]…]` as the graph shows them.
json::array window_labels(const Totals& totals, int top) {
    json::array rows;
    for (const GraphPoint& point : top_windows(totals.windows, top))
        rows.push_back(json::array{point.x, point.y.text()});
    return rows;
}

class GraphFunctions : public testing::TestWithParam<golden::Case> {
protected:
    const json::object& expected() const { return GetParam().expected; }
    int top() const { return json::value_to<int>(GetParam().input.at("top_n")); }

    Totals totals_ = totals_of(GetParam().input);
};

TEST_P(GraphFunctions, SalesAndPostedOfEachDay) { EXPECT_EQ(sales_rows(totals_), expected().at("sales_vs_posted")); }

TEST_P(GraphFunctions, SellThrough) {
    const SellThrough rate = sell_through(totals_.overall.posted, totals_.overall.sold);

    EXPECT_EQ(rate.sold.text(), text_of(expected().at("sell_through").at("sold")));
    EXPECT_EQ(rate.unsold.text(), text_of(expected().at("sell_through").at("unsold")));
}

TEST_P(GraphFunctions, LargestCategories) { EXPECT_EQ(category_rows(totals_, top()), expected().at("categories")); }

TEST_P(GraphFunctions, LargestWindows) {
    json::array labels;
    json::array times;
    for (const json::value& row : expected().at("windows").as_array()) {
        const json::array& cells = row.as_array();
        labels.push_back(json::array{cells.at(1), cells.at(2)});
        times.push_back(json::array{parse_time_of_day(text_of(cells.at(0))).value().count(), cells.at(2)});
    }

    json::array ranked;
    for (const auto& [start, items] : largest(totals_.windows, top())) {
        ranked.push_back(json::array{start.count(), quantity(items).text()});
    }
    EXPECT_EQ(ranked, times);
    EXPECT_EQ(window_labels(totals_, top()), labels);
}

INSTANTIATE_TEST_SUITE_P(Golden, GraphFunctions, testing::ValuesIn(golden::cases_of(file)),
                         [](const auto& instance) { return instance.param.name; });
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(GraphFunctions);

TEST(GraphFunctionsFile, HasCases) {
    if (!golden::find_file(file)) GTEST_SKIP() << golden::absence_of(file);

    EXPECT_TRUE(golden::may_be_empty() || !golden::cases_of(file).empty());
}

}  // namespace
}  // namespace edge::analytics
