#include "output/svg_chart.hpp"

#include "unit/cli/sample_graphs.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace edge::cli {
namespace {

/// Whether every element is closed, in order; the little of XML that these charts use.
bool is_well_formed(const std::string& xml) {
    std::vector<std::string> open;
    for (std::size_t at = xml.find('<'); at != std::string::npos; at = xml.find('<', at + 1)) {
        const std::size_t end = xml.find('>', at);
        if (end == std::string::npos) return false;
        const std::string tag = xml.substr(at + 1, end - at - 1);
        if (tag.find('<') != std::string::npos) return false;
        const std::string name =
            tag.substr(tag[0] == '/' ? 1 : 0, tag.find_first_of(" /?", 1) - (tag[0] == '/' ? 1 : 0));
        if (tag.front() == '?' || tag.back() == '/') continue;
        if (tag.front() != '/') {
            open.push_back(name);
        } else {
            if (open.empty() || open.back() != tag.substr(1)) return false;
            open.pop_back();
        }
    }
    return open.empty();
}

TEST(SvgChart, EveryTypeIsAWellFormedDocumentWithItsTitle) {
    for (const Graph& graph : one_of_each_type()) {
        const std::string svg = svg_chart(graph);

        EXPECT_TRUE(is_well_formed(svg)) << graph.type.chart_type << "\n" << svg;
        EXPECT_NE(svg.find("<title>" + graph.type.summary + "</title>"), std::string::npos);
        EXPECT_EQ(svg.find("nan"), std::string::npos) << svg;
        EXPECT_EQ(svg.find("inf"), std::string::npos) << svg;
    }
}

TEST(SvgChart, NamesCannotBreakOutOfTheirText) {
    const std::string hostile = "</text><script>alert('x')</script>&\"";

    const std::string svg =
        svg_chart(graph_of("bar", {series(hostile, {{hostile, 3}}), series("b", {{hostile, 4}})}, hostile));

    EXPECT_EQ(svg.find("<script>"), std::string::npos);
    EXPECT_TRUE(is_well_formed(svg)) << svg;
    EXPECT_NE(svg.find("&lt;script&gt;"), std::string::npos);
}

TEST(SvgChart, LeavesOutWhatXmlDoesNotAllow) {
    EXPECT_EQ(escape_xml(std::string("a\x01\x1b"
                                     "b\xFF",
                                     5)),
              "ab\xEF\xBF\xBD");
}

TEST(SvgChart, NamesSeveralSeriesInALegendAndOneNot) {
    EXPECT_NE(svg_chart(one_of_each_type()[1]).find(">posted</text>"), std::string::npos);
    EXPECT_EQ(svg_chart(one_of_each_type()[0]).find(">rate</text>"), std::string::npos);
}

TEST(SvgChart, LabelsBothAxes) {
    const std::string svg = svg_chart(one_of_each_type()[0]);

    EXPECT_NE(svg.find(">Day</text>"), std::string::npos);
    EXPECT_NE(svg.find(">Pieces</text>"), std::string::npos);
    EXPECT_NE(svg.find(">2026-11-01</text>"), std::string::npos);
}

TEST(SvgChart, AForecastHasItsIntervalBehindIt) {
    const Graph graph =
        graph_of("multi_line", {series("forecast", rising_days(3)), series("forecast_low", rising_days(3)),
                                series("forecast_high", rising_days(3))});

    const std::string svg = svg_chart(graph);

    EXPECT_NE(svg.find("<polygon"), std::string::npos);
    EXPECT_NE(svg.find("80 % interval"), std::string::npos);
}

TEST(SvgChart, DrawsWholeRingsSinglePointsAndNothing) {
    EXPECT_TRUE(is_well_formed(svg_chart(graph_of("pie", {series("s", {{"sold", 100}, {"unsold", 0}})}))));
    EXPECT_TRUE(is_well_formed(svg_chart(graph_of("line", {series("s", {{"2026-11-01", 1}})}))));
    EXPECT_NE(svg_chart(graph_of("area", {series("s", {})})).find("nothing to show yet"), std::string::npos);
}

}  // namespace
}  // namespace edge::cli
