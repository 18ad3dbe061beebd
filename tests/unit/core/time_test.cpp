#include "edge/core/time.hpp"

#include <gtest/gtest.h>

namespace edge {
namespace {

TEST(Time, PrintsWhatItReads) {
    const std::optional<Timestamp> instant = parse_timestamp("2026-11-23 16:02:11.25");

    ASSERT_TRUE(instant);
    EXPECT_EQ(format_timestamp(*instant), "2026-11-23T16:02:11.250Z");
}

}  // namespace
}  // namespace edge
