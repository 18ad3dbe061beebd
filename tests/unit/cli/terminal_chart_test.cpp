#include "output/terminal_chart.hpp"

#include "output/text_width.hpp"
#include "unit/cli/sample_graphs.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace edge::cli {
namespace {

std::size_t widest_line(const std::string& text) {
    std::istringstream lines(text);
    std::size_t width = 0;
    for (std::string line; std::getline(lines, line);) width = std::max(width, display_width(line));
    return width;
}

TEST(TerminalChart, EveryTypeFitsTheRoomItIsGiven) {
    for (const Graph& graph : one_of_each_type()) {
        for (const std::size_t columns : {40U, 80U, 133U}) {
            const std::string text = terminal_chart(graph, {.columns = columns, .rows = 8}, Style(false));

            EXPECT_LE(widest_line(text), columns) << graph.type.chart_type << " in " << columns << "\n" << text;
            EXPECT_NE(text.find(graph.type.summary), std::string::npos);
            EXPECT_EQ(text.back(), '\n');
        }
    }
}

TEST(TerminalChart, ColoursChangeNothingButColours) {
    for (const Graph& graph : one_of_each_type()) {
        const std::string plain = terminal_chart(graph, {}, Style(false));
        const std::string coloured = terminal_chart(graph, {}, Style(true));

        EXPECT_EQ(plain.find('\x1b'), std::string::npos) << graph.type.chart_type;
        EXPECT_NE(coloured.find('\x1b'), std::string::npos) << graph.type.chart_type;
        EXPECT_EQ(display_width(plain), display_width(coloured)) << graph.type.chart_type;
    }
}

TEST(TerminalChart, ARisingLineRunsFromLowerLeftToUpperRight) {
    const std::string text =
        terminal_chart(graph_of("line", {series("s", rising_days(9))}), {.columns = 40, .rows = 4}, Style(false));

    EXPECT_EQ(text,
              "Title  Pieces\n"
              "10 ┤                            ⣀⣀⣀⡠⠤⠔⠒\n"
              "   │                ⢀⣀⣀⡠⠤⠤⠤⠒⠒⠉⠉⠉\n"
              "   │     ⢀⣀⡠⠤⠤⠤⠒⠒⠒⠊⠉⠁\n"
              " 0 ┤⠒⠒⠊⠉⠉⠁\n"
              "   └───────────────────────────────────\n"
              "    2026-11-01               2026-11-09\n");
}

TEST(TerminalChart, BarsAreAsLongAsTheirValues) {
    const std::string text = terminal_chart(graph_of("bar", {series("s", {{"Bread", 40}, {"Meals", 20}})}),
                                            {.columns = 49, .rows = 4}, Style(false));

    std::size_t blocks = 0;
    for (std::size_t at = text.find("█"); at != std::string::npos; at = text.find("█", at + 1)) ++blocks;
    EXPECT_NE(text.find(" 40\n"), std::string::npos) << text;
    EXPECT_EQ(blocks % 3, 0U) << text;
}

TEST(TerminalChart, ALongHistoryOfBarsShowsTheLastOnes) {
    const std::string text =
        terminal_chart(graph_of("bar", {series("s", rising_days(300))}), {.columns = 60, .rows = 6}, Style(false));

    EXPECT_NE(text.find("of 300"), std::string::npos);
    EXPECT_NE(text.find("2027-08-27"), std::string::npos);
    EXPECT_LE(widest_line(text), 60U);
}

TEST(TerminalChart, AGaugeNamesItsShares) {
    const std::string text = terminal_chart(graph_of("pie", {series("s", {{"sold", 75}, {"unsold", 25}})}),
                                            {.columns = 44, .rows = 4}, Style(false));

    EXPECT_NE(text.find("██████████████████████████████░░░░░░░░░░\n"), std::string::npos) << text;
    EXPECT_NE(text.find("sold 75 %"), std::string::npos);
}

TEST(TerminalChart, AHeatMapHasARowASeries) {
    const std::string text = terminal_chart(one_of_each_type()[3], {}, Style(false));

    EXPECT_NE(text.find("11 16"), std::string::npos) << text;
    EXPECT_NE(text.find("Tuesday ░░ ██"), std::string::npos) << text;
}

TEST(TerminalChart, WithoutPointsItSaysSo) {
    for (Graph graph : one_of_each_type()) {
        for (GraphSeries& each : graph.series) each.points.clear();

        EXPECT_NE(terminal_chart(graph, {}, Style(false)).find("nothing to show yet"), std::string::npos);
    }
}

TEST(TerminalChart, DrawsOnePointNegativesAndZeros) {
    for (const char* type : {"line", "area", "bar", "pie", "stacked_bar", "multi_line"}) {
        EXPECT_FALSE(terminal_chart(graph_of(type, {series("s", {{"2026-11-01", 5}})}), {}, Style(false)).empty());
        EXPECT_FALSE(terminal_chart(graph_of(type, {series("s", {{"a", -5}, {"b", 5}})}), {}, Style(false)).empty());
        EXPECT_FALSE(terminal_chart(graph_of(type, {series("s", {{"a", 0}})}), {}, Style(false)).empty());
        EXPECT_FALSE(terminal_chart(graph_of(type, {series("s", {{"a", 9e14}})}), {}, Style(false)).empty());
    }
}

}  // namespace
}  // namespace edge::cli
