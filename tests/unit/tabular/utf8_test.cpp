#include "edge/tabular/utf8.hpp"

#include <gtest/gtest.h>

#include <string>

namespace edge::tabular {
namespace {

TEST(Utf8, TakesEveryLengthOfCharacter) {
    EXPECT_FALSE(find_invalid_utf8("plain ASCII of more than a word"));
    EXPECT_FALSE(find_invalid_utf8(
        "\xC2\x80 \xDF\xBF \xE0\xA0\x80 \xED\x9F\xBF \xEF\xBF\xBF \xF0\x90\x80\x80 \xF4\x8F\xBF\xBF"));
    EXPECT_FALSE(find_invalid_utf8(""));
}

TEST(Utf8, FindsTheFirstByteThatIsNone) {
    const std::string plain(100, 'x');

    for (const char* const bad : {"\x80", "\xC1\x80", "\xE0\x9F\x80", "\xED\xA0\x80", "\xF0\x8F\x80\x80",
                                  "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xE2\x82", "\xC3", "\xE2\x28\xA1", "\xFF"}) {
        std::string text = plain;
        text += bad;
        EXPECT_EQ(find_invalid_utf8(text), 100U) << bad;
        text += plain;
        EXPECT_EQ(find_invalid_utf8(text), 100U) << bad;
    }
}

TEST(Utf8, ShowsWhatIsNoneAsReplacementCharacters) {
    EXPECT_EQ(replace_invalid_utf8("caf\xE9!"), "caf\xEF\xBF\xBD!");
    EXPECT_EQ(replace_invalid_utf8("\xC3\xA9\xE2\x82"), "\xC3\xA9\xEF\xBF\xBD\xEF\xBF\xBD");
    EXPECT_EQ(replace_invalid_utf8("plain"), "plain");
}

}  // namespace
}  // namespace edge::tabular
