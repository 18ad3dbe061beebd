#include "output/text_table.hpp"

#include <gtest/gtest.h>

namespace edge::cli {
namespace {

TEST(TextTable, AlignsColumnsByWidthOnTheScreen) {
    TextTable table({{"Name"}, {"Left", Align::right}});
    table.add({"Brot", "3"});
    table.add({"面包", "12"});

    const std::string text = table.text(Style(false));

    EXPECT_EQ(text,
              "Name  Left\n"
              "Brot     3\n"
              "面包    12\n");
}

TEST(TextTable, ColoursDoNotMoveColumns) {
    const Style colours(true);
    TextTable plain({{"A"}, {"B"}});
    TextTable coloured({{"A"}, {"B"}});
    plain.add({"x", "y"});
    coloured.add({colours.paint(Tone::bad, "x"), "y"});

    EXPECT_NE(coloured.text(Style(false)).find("\x1b[31mx\x1b[0m  y\n"), std::string::npos);
    EXPECT_NE(plain.text(Style(false)).find("x  y\n"), std::string::npos);
}

TEST(TextTable, CutsCellsThatAreTooLong) {
    TextTable table({{"A", Align::left, 5}});
    table.add({"abcdefgh"});

    EXPECT_EQ(table.text(Style(false)), "A\nabcd…\n");
}

TEST(TextFields, PutsValuesInOneColumn) {
    TextFields fields;
    fields.add("a", "1");
    fields.add("longer", "2");

    EXPECT_EQ(fields.text(Style(false)), "a       1\nlonger  2\n");
}

}  // namespace
}  // namespace edge::cli
