#include "output/text_width.hpp"

#include <gtest/gtest.h>

namespace edge::cli {
namespace {

TEST(TextWidth, CountsColumnsOfATerminalNotBytes) {
    EXPECT_EQ(display_width("Bäckerei"), 8U);
    EXPECT_EQ(display_width("面包"), 4U);
    EXPECT_EQ(display_width("e\xCC\x81"), 1U);
    EXPECT_EQ(display_width("🥐"), 2U);
    EXPECT_EQ(display_width("\x1b[31mred\x1b[0m"), 3U);
    EXPECT_EQ(display_width("\xFF\xFE"), 2U);
}

TEST(TextWidth, CutsBetweenCharactersAndSaysSo) {
    EXPECT_EQ(truncate_to_width("Bäckerei", 4), "Bäc…");
    EXPECT_EQ(truncate_to_width("面包和", 4), "面…");
    EXPECT_EQ(truncate_to_width("short", 5), "short");
    EXPECT_EQ(truncate_to_width("short", 0), "");
}

TEST(TextWidth, PadsToColumns) {
    EXPECT_EQ(pad_right("面包", 6), "面包  ");
    EXPECT_EQ(pad_left("ä", 3), "  ä");
}

TEST(TextWidth, ShowsNothingThatCouldSteerATerminal) {
    EXPECT_EQ(printable("a\x1b[2Jb\nc"), "a·[2Jb·c");
    EXPECT_EQ(printable("\xC2\x9B"
                        "2J"),
              "·2J");
    EXPECT_EQ(printable("ok\xFF"), "ok·");
    EXPECT_EQ(printable("面包 🥐"), "面包 🥐");
}

TEST(TextWidth, MakesUtf8ValidByReplacingWhatIsNot) {
    EXPECT_EQ(valid_utf8("a\xC0\xAF"), "a\xEF\xBF\xBD\xEF\xBF\xBD");
    EXPECT_EQ(valid_utf8("\xED\xA0\x80"), "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
    EXPECT_EQ(valid_utf8("\xF0\x9F\xA5\x90"), "🥐");
    EXPECT_EQ(valid_utf8("\xF0\x9F\xA5"), "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
}

}  // namespace
}  // namespace edge::cli
