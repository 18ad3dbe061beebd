#include "edge/protocol/diff.hpp"

#include "unit/protocol/builders.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace edge::protocol {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace): builders of this folder

TEST(MergePatch, IsOneFlatObjectARow) {
    Change reopen = edit_bundle({{"price_minor", std::int64_t{399}}, {"closed_at", FieldValue()}});
    reopen.base = 12;
    reopen.hlc = 77;

    EXPECT_EQ(merge_patch(reopen),
              R"({"t":"bundles","k":"01JDQ4S0N9A1B2C3D4E5F6G7H8","op":"u","p":{"price_minor":399,"closed_at":null}})");
    EXPECT_EQ(merge_patch(deletion("bundles", bread_key)),
              R"({"t":"bundles","k":"01JDQ4S0N9A1B2C3D4E5F6G7H8","op":"d"})");
}

TEST(JsonPatch, NamesEveryColumnByItsPath) {
    Change point;
    point.table = "a/b~c";
    point.key = "k";
    point.op = Op::create;
    point.fields = {{"x", "Mon"}};

    EXPECT_EQ(json_patch({edit_bundle({{"price_minor", std::int64_t{399}}, {"closed_at", FieldValue()}})}),
              R"([{"op":"replace","path":"/bundles/01JDQ4S0N9A1B2C3D4E5F6G7H8/price_minor","value":399},)"
              R"({"op":"replace","path":"/bundles/01JDQ4S0N9A1B2C3D4E5F6G7H8/closed_at","value":null}])");
    EXPECT_EQ(json_patch({point, deletion("bundles", "k")}),
              R"([{"op":"add","path":"/a~1b~0c/k","value":{"x":"Mon"}},{"op":"remove","path":"/bundles/k"}])");
    EXPECT_EQ(json_patch({}), "[]");
}

TEST(DiffStat, CountsRowsAndColumnsATable) {
    const std::vector<TableStat> stats =
        diff_stat({collect(), reserve(key(1)), deletion("reservations", key(2)), post_bundle()});

    ASSERT_EQ(stats.size(), 2U);
    EXPECT_EQ(stats[0].table, "bundles");
    EXPECT_EQ(stats[0].bytes, merge_patch(post_bundle()).size());
    EXPECT_EQ(stats[1].table, "reservations");
    EXPECT_EQ(stats[1].created, 1);
    EXPECT_EQ(stats[1].updated, 1);
    EXPECT_EQ(stats[1].deleted, 1);
    EXPECT_EQ(stats[1].columns, 7);
}

}  // namespace
}  // namespace edge::protocol
