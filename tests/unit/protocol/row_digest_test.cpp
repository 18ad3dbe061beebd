#include "edge/protocol/row_digest.hpp"

#include <gtest/gtest.h>

#include <set>

namespace edge::protocol {
namespace {

const TableDescriptor& category() { return *find_table("category"); }

Fields bread() { return {{"name", std::string("Bread")}, {"coefficient", std::string("0.900000000")}}; }

TEST(RowDigest, DoesNotDependOnTheOrderOfRows) {
    RowDigest forwards;
    forwards.add(category(), "A", bread());
    forwards.add(category(), "B", bread());

    RowDigest backwards;
    backwards.add(category(), "B", bread());
    backwards.add(category(), "A", bread());

    EXPECT_EQ(forwards.root(), backwards.root());
}

TEST(RowDigest, DoesNotDependOnTheOrderOfColumnsNorOnNulls) {
    RowDigest digest;
    digest.add(category(), "A", bread());

    RowDigest shuffled;
    shuffled.add(
        category(), "A",
        {{"coefficient", std::string("0.900000000")}, {"name", std::string("Bread")}, {"extra", std::monostate()}});

    EXPECT_EQ(digest.root(), shuffled.root());
}

TEST(RowDigest, SeesEveryChange) {
    std::set<std::string> roots;
    const std::vector<std::pair<std::string, Fields>> variants = {
        {"A", bread()},
        {"B", bread()},
        {"A", {{"name", std::string("bread")}, {"coefficient", std::string("0.900000000")}}},
        {"A", {{"name", std::string("Bread")}}},
        {"A", {{"name", std::string("Bread")}, {"coefficient", std::string("0.900000001")}}}};

    for (const auto& [key, fields] : variants) {
        RowDigest digest;
        digest.add(category(), key, fields);
        roots.insert(digest.root());
    }

    EXPECT_EQ(roots.size(), variants.size());
}

TEST(RowDigest, IsEmptyAgainWhenEveryRowIsTakenAway) {
    RowDigest digest;
    for (int i = 0; i < 1000; ++i) digest.add(category(), "key" + std::to_string(i), bread());

    for (int i = 999; i >= 0; --i) digest.remove(category(), "key" + std::to_string(i), bread());

    EXPECT_EQ(digest.root(), RowDigest().root());
    EXPECT_TRUE(digest.tables().empty());
}

TEST(RowDigest, SpreadsKeysOverAllBuckets) {
    std::array<int, buckets_per_table> counts{};

    for (int i = 0; i < 6400; ++i) ++counts.at(bucket_of("01JDQ4S0N9000000000000" + std::to_string(i)));

    for (const int count : counts) EXPECT_GT(count, 50);
}

TEST(RowDigest, TheBucketOfARowHoldsItsHash) {
    RowDigest digest;

    digest.add(category(), "A", bread());

    EXPECT_EQ(digest.bucket(category().number, bucket_of("A")), row_hash(category(), "A", bread()));
}

}  // namespace
}  // namespace edge::protocol
