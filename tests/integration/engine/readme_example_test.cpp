#include "support/temporary_folder.hpp"

#include "edge/engine.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>

namespace edge::test {
namespace {

std::vector<std::string> points_of(const Graph& graph) {
    std::vector<std::string> points;
    for (const GraphPoint& point : graph.series.front().points) points.push_back(point.x + " " + point.y.text());
    return points;
}

TEST(ReadmeExample, PostsReservesCollectsAndReadsAGraph) {
    const TemporaryFolder folder;
    std::filesystem::current_path(folder.path());

#include "readme_lines.inc"  // the very lines of README.md

    EXPECT_EQ(points_of(sell_through), (std::vector<std::string>{"sold 20.0000", "unsold 80.0000"}));
    EXPECT_TRUE(std::filesystem::exists(folder.file("shop.db")));
    EXPECT_EQ(engine.reserve({.bundle = bag.id}, "till-7/0001").claim_code, reservation.claim_code);
}

}  // namespace
}  // namespace edge::test
