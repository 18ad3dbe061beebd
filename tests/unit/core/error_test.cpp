#include "edge/core/error.hpp"

#include <gtest/gtest.h>

#include <set>

namespace edge {
namespace {

TEST(Error, KeepsEverythingItWasGiven) {
    const Error error(ErrorCode::already_collected, "cannot collect K7M2QX: it was collected before",
                      {{"collected_at", "2026-11-23T16:02:11Z"}}, "ask the colleague");

    EXPECT_EQ(error.code(), ErrorCode::already_collected);
    EXPECT_STREQ(error.what(), "cannot collect K7M2QX: it was collected before");
    ASSERT_EQ(error.details().size(), 1U);
    EXPECT_EQ(error.details().front().second, "2026-11-23T16:02:11Z");
    EXPECT_EQ(error.hint(), "ask the colleague");
}

TEST(ErrorCode, HasANameOfItsOwnForEachCode) {
    std::set<std::string_view> names;

    for (int code = 0; code <= static_cast<int>(ErrorCode::idempotency_mismatch); ++code)
        names.insert(name_of(static_cast<ErrorCode>(code)));

    EXPECT_EQ(names.size(), static_cast<std::size_t>(ErrorCode::idempotency_mismatch) + 1);
    EXPECT_EQ(name_of(ErrorCode::sold_out), "sold_out");
}

TEST(ErrorCode, IsRetryableOnlyIfTimeMayCureIt) {
    EXPECT_TRUE(is_retryable(ErrorCode::busy));
    EXPECT_TRUE(is_retryable(ErrorCode::offline));
    EXPECT_TRUE(is_retryable(ErrorCode::disk_full));
    EXPECT_FALSE(is_retryable(ErrorCode::corrupt_data));
    EXPECT_FALSE(is_retryable(ErrorCode::sold_out));
}

}  // namespace
}  // namespace edge
