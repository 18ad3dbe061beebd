#include "input_buffer.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace edge::tabular {
namespace {

/// An endless count of lower-case letters, three at a time.
ByteSource alphabet() {
    return [next = 0](char* buffer, std::size_t capacity) mutable {
        const std::size_t count = std::min<std::size_t>(3, capacity);
        for (std::size_t i = 0; i < count; ++i) buffer[i] = static_cast<char>('a' + next++ % 26);
        return count;
    };
}

TEST(InputBuffer, ShowsWhatStandsBehindTheMark) {
    InputBuffer buffer(alphabet());
    ASSERT_TRUE(buffer.ensure(5));
    buffer.advance(4);
    ASSERT_TRUE(buffer.ensure(3));

    EXPECT_EQ(buffer.view().substr(0, 3), "efg");
    EXPECT_EQ(buffer.consumed(), 4U);
}

TEST(InputBuffer, CountsWhatWasForgotten) {
    InputBuffer buffer(alphabet());
    ASSERT_TRUE(buffer.ensure(6));
    buffer.cut(2);
    ASSERT_TRUE(buffer.ensure(5));

    EXPECT_EQ(buffer.view(), "abghi");
    buffer.advance(5);
    EXPECT_EQ(buffer.consumed(), 9U);
}

TEST(InputBuffer, EndsWithItsSource) {
    InputBuffer buffer([sent = false](char* bytes, std::size_t /*capacity*/) mutable {
        if (sent) return std::size_t{0};
        sent = true;
        return std::string_view("ab").copy(bytes, 2);
    });

    EXPECT_TRUE(buffer.ensure(2));
    EXPECT_FALSE(buffer.ensure(3));
    EXPECT_FALSE(buffer.more());
    EXPECT_EQ(buffer.view(), "ab");
}

}  // namespace
}  // namespace edge::tabular
