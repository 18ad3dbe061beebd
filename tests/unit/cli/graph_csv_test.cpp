#include "output/graph_csv.hpp"

#include "unit/cli/sample_graphs.hpp"

#include <gtest/gtest.h>

namespace edge::cli {
namespace {

TEST(GraphCsv, HasALineAPoint) {
    const std::string csv = graph_csv(graph_of("bar", {series("s", {{"Bread, dark", 7.5}, {"Say \"cheese\"", 3}})}));

    EXPECT_EQ(csv,
              "series,sort_index,x,y\n"
              "s,0,\"Bread, dark\",7.5000\n"
              "s,1,\"Say \"\"cheese\"\"\",3.0000\n");
}

}  // namespace
}  // namespace edge::cli
