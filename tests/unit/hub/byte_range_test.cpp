#include "byte_range.hpp"

#include <gtest/gtest.h>

namespace edge::hub {
namespace {

HttpAnswer digits() {
    HttpAnswer answer;
    answer.body = "0123456789";
    return answer;
}

TEST(ByteRange, GivesTheRestOrAPiece) {
    const HttpAnswer rest = in_range("bytes=7-", digits());
    EXPECT_EQ(rest.status, 206U);
    EXPECT_EQ(rest.body, "789");
    EXPECT_EQ(rest.content_range, "bytes 7-9/10");
    EXPECT_EQ(in_range("bytes=2-4", digits()).body, "234");
    EXPECT_EQ(in_range("bytes=0-99", digits()).body, "0123456789");
}

TEST(ByteRange, BehindTheEndIsRefused) {
    const HttpAnswer answer = in_range("bytes=10-", digits());
    EXPECT_EQ(answer.status, 416U);
    EXPECT_EQ(answer.content_range, "bytes */10");
    EXPECT_EQ(in_range("bytes=11-12", digits()).status, 416U);
}

TEST(ByteRange, OfAnotherFormIsPassedOver) {
    for (const std::string_view range : {"bytes=-3", "bytes=4-2", "bytes=", "lines=1-", "bytes=1-,3-", "bytes=x-"}) {
        EXPECT_EQ(in_range(range, digits()).status, 200U) << range;
        EXPECT_EQ(in_range(range, digits()).body, "0123456789") << range;
    }
}

}  // namespace
}  // namespace edge::hub
