#include "edge/hub/repair.hpp"

#include "hub_fixture.hpp"

#include "edge/protocol/tables.hpp"

#include <gmock/gmock.h>

namespace edge::hub {
namespace {

using protocol::RepairAnswer;
using protocol::RepairRequest;
using protocol::RowName;
using test::wire_key;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class RepairTest : public HubFixture {
protected:
    void SetUp() override {
        device.seller_row(1);
        device.bundle(2, 1);
        device.bundle(3, 1);
        device.seen = take(device, device.seal_bytes()).pull.to;
    }
    static RepairRequest asking(std::vector<RowName> rows) {
        return {.seller = "s-1", .replica = "replica-a", .tables = std::nullopt, .rows = std::move(rows)};
    }
    RepairAnswer compare(std::vector<protocol::TableBuckets> known, std::size_t bytes = repair_answer_bytes) {
        return answer_repair(*store, {.seller = "s-1", .replica = "replica-a", .tables = std::move(known), .rows = {}},
                             bytes);
    }
    /// What a device knows that has everything.
    std::vector<protocol::TableBuckets> everything() {
        std::vector<protocol::TableBuckets> tables;
        for (const protocol::BucketRows& bucket : compare({}).buckets) {
            if (tables.empty() || tables.back().table != bucket.table) tables.push_back({.table = bucket.table});
            for (const protocol::HashedRow& row : bucket.rows) tables.back().sums.at(bucket.bucket) += row.hash;
        }
        return tables;
    }
    static std::vector<std::string> keys(const RepairAnswer& answer) {
        std::vector<std::string> keys;
        for (const protocol::BucketRows& bucket : answer.buckets) {
            for (const protocol::HashedRow& row : bucket.rows) keys.push_back(row.key);
        }
        std::sort(keys.begin(), keys.end());
        return keys;
    }
};

TEST_F(RepairTest, FindsNothingWhereAllIsKnown) {
    const RepairAnswer answer = compare(everything());

    EXPECT_EQ(answer.at, 3);
    EXPECT_THAT(answer.buckets, IsEmpty());
}

TEST_F(RepairTest, ListsWhatIsInABucketThatDiffers) {
    const std::vector<protocol::TableBuckets> known = everything();
    device.rename(2, "Morning bag");
    take(device, device.seal_bytes());

    const RepairAnswer answer = compare(known);

    ASSERT_THAT(answer.buckets, SizeIs(1));
    EXPECT_EQ(answer.buckets[0].table, "bundles");
    EXPECT_EQ(answer.buckets[0].bucket, protocol::bucket_of(wire_key(2)));
    EXPECT_THAT(keys(answer), testing::Contains(wire_key(2)));
}

TEST_F(RepairTest, ListsABucketOfWhichItHasNothing) {
    std::vector<protocol::TableBuckets> known = everything();
    known.push_back({.table = "holidays"});
    known.back().sums.at(9) = {.high = 0, .low = 1};

    const RepairAnswer answer = compare(known);

    ASSERT_THAT(answer.buckets, SizeIs(1));
    EXPECT_EQ(answer.buckets[0].table, "holidays");
    EXPECT_THAT(answer.buckets[0].rows, IsEmpty());
}

TEST_F(RepairTest, ListsAsMuchAsFitsAndSaysThatThereIsMore) {
    const RepairAnswer part = compare({}, 1);
    const RepairAnswer all = compare({});

    EXPECT_TRUE(part.more);
    EXPECT_THAT(part.buckets, SizeIs(1));
    EXPECT_FALSE(all.more);
    EXPECT_THAT(keys(all), ElementsAre(wire_key(1), wire_key(2), wire_key(3)));
}

TEST_F(RepairTest, TellsRowsAndTombstonesAndLeavesOutWhatItNeverHad) {
    device.remove("bundles", 3);
    take(device, device.seal_bytes());

    const RepairAnswer answer = answer_repair(*store, asking({{.table = "bundles", .key = wire_key(2)},
                                                              {.table = "bundles", .key = wire_key(9)},
                                                              {.table = "bundles", .key = wire_key(3)},
                                                              {.table = "no_such", .key = wire_key(3)}}));

    EXPECT_EQ(answer.told, 4U);
    ASSERT_THAT(answer.rows, SizeIs(2));
    EXPECT_EQ(answer.rows[0].key, wire_key(2));
    EXPECT_EQ(answer.rows[0].base, 2);
    EXPECT_EQ(answer.rows[1].op, protocol::Op::remove);
}

TEST_F(RepairTest, TellsAsManyRowsAsFit) {
    const RepairAnswer answer = answer_repair(
        *store, asking({{.table = "bundles", .key = wire_key(2)}, {.table = "bundles", .key = wire_key(3)}}), 1);

    EXPECT_EQ(answer.told, 1U);
    EXPECT_THAT(answer.rows, SizeIs(1));
}

TEST_F(RepairTest, KnowsNothingOfComputedRows) {
    EXPECT_THAT(answer_repair(*store, asking({{.table = "analytics_graphs", .key = wire_key(2)}})).rows, IsEmpty());
}

TEST_F(RepairTest, RefusesABodyThatIsNoRequest) {
    EXPECT_FALSE(answer_repair(*store, "{}", protocol::Limits()));
    EXPECT_TRUE(answer_repair(*store, protocol::encode(asking({})), protocol::Limits()));
}

}  // namespace
}  // namespace edge::hub
