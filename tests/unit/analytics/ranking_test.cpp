#include "edge/analytics/ranking.hpp"

#include <gtest/gtest.h>

namespace edge::analytics {
namespace {

using Ranks = std::vector<std::pair<int, std::int64_t>>;

TEST(Largest, PutsTheLargestFirstAndTiesBySmallerKey) {
    EXPECT_EQ(largest<int>({{1, 2}, {2, 5}, {3, 2}, {4, 9}}, 3), (Ranks{{4, 9}, {2, 5}, {1, 2}}));
}

TEST(Largest, GivesAllWhenThereAreFewer) { EXPECT_EQ(largest<int>({{1, 2}}, 5), (Ranks{{1, 2}})); }

TEST(Largest, LeavesOutWhatHasNoQuantity) { EXPECT_EQ(largest<int>({{1, 0}, {2, -4}, {3, 1}}, 5), (Ranks{{3, 1}})); }

TEST(Largest, GivesNothingForACountOfZeroOrLess) {
    EXPECT_EQ(largest<int>({{1, 2}}, 0), Ranks{});
    EXPECT_EQ(largest<int>({{1, 2}}, -1), Ranks{});
}

}  // namespace
}  // namespace edge::analytics
