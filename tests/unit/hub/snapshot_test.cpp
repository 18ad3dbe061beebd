#include "edge/hub/snapshot.hpp"

#include "hub_fixture.hpp"

#include <gmock/gmock.h>

namespace edge::hub {
namespace {

using protocol::Decoded;
using protocol::SnapshotChunk;
using protocol::SnapshotPlace;
using test::wire_key;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class SnapshotTest : public HubFixture {
protected:
    /// A seller, a bundle with three reservations, a holiday: versions 1 to 6, in two lanes.
    void SetUp() override {
        device.seller_row(1);
        device.bundle(2, 1);
        for (int i = 0; i < 3; ++i) device.reservation(10 + i, 2, "CODE" + std::to_string(i));
        device.holiday(20, "Christmas");
        device.seen = take(device, device.seal_bytes()).pull.to;
    }
    Decoded<SnapshotChunk> ask(const SnapshotRequest& request, std::size_t bytes = snapshot_chunk_bytes) {
        return snapshot_chunk(*store, request, bytes);
    }
    SnapshotChunk first(std::size_t bytes = snapshot_chunk_bytes) { return *ask({.seller = "s-1"}, bytes); }
    static SnapshotRequest behind(const SnapshotChunk& chunk) {
        return {.seller = "s-1", .hub_epoch = chunk.hub_epoch, .at = chunk.at, .after = chunk.to};
    }
    std::vector<std::string> pulled_since(std::int64_t version) {
        std::vector<std::string> keys;
        for (const StoredRow& row : store->read("s-1")->changes(version, 100)) keys.push_back(row.at.key);
        return keys;
    }
    /// All rows of a snapshot, one to a chunk.
    std::vector<std::string> keys() {
        std::vector<std::string> keys;
        SnapshotChunk chunk = first(1);
        while (true) {
            for (const protocol::Change& row : chunk.rows) keys.push_back(row.key);
            if (!chunk.more) return keys;
            chunk = *ask(behind(chunk), 1);
        }
    }
};

TEST_F(SnapshotTest, HasEveryRowInOrderParentsFirst) {
    const SnapshotChunk chunk = first();

    EXPECT_EQ(chunk.at, 6);
    EXPECT_EQ(chunk.of, 6);
    EXPECT_FALSE(chunk.more);
    ASSERT_THAT(chunk.rows, SizeIs(6));
    EXPECT_EQ(chunk.rows.front().table, "sellers");
    EXPECT_EQ(chunk.rows.back().table, "holidays");
    EXPECT_EQ(chunk.to, (SnapshotPlace{.table = "holidays", .key = wire_key(20)}));
    EXPECT_EQ(chunk.rows[1].base, 2);
    EXPECT_EQ(chunk.h0 + chunk.rows[1].hlc, device.clock - 5);
}

TEST_F(SnapshotTest, IsTheSameByChunksOfAnySize) {
    EXPECT_THAT(keys(), ElementsAre(wire_key(1), wire_key(2), wire_key(10), wire_key(11), wire_key(12), wire_key(20)));
    EXPECT_EQ(first(1).rows.size(), 1U);
    EXPECT_FALSE(ask(behind(first(1)))->of);
}

TEST_F(SnapshotTest, OfOneSequenceLeavesOutWhatWasChangedSince) {
    const SnapshotChunk chunk = first(1);
    device.rename(2, "Morning bag");
    device.remove("reservations", 11);
    device.reservation(13, 2, "LATER");
    take(device, device.seal_bytes());

    const SnapshotChunk rest = *ask(behind(chunk));

    std::vector<std::string> keys;
    for (const protocol::Change& row : rest.rows) keys.push_back(row.key);
    EXPECT_THAT(keys, ElementsAre(wire_key(10), wire_key(12), wire_key(20)));
    EXPECT_EQ(rest.at, 6);
    EXPECT_THAT(pulled_since(rest.at), testing::UnorderedElementsAre(wire_key(2), wire_key(11), wire_key(13)));
}

TEST_F(SnapshotTest, HasNoTombstonesAndNothingOfOthers) {
    device.remove("reservations", 11);
    take(device, device.seal_bytes());
    test::SealingDevice other("s-2", "replica-z");
    other.seller_row(5);
    take(other, other.seal_bytes());

    EXPECT_THAT(keys(), ElementsAre(wire_key(1), wire_key(2), wire_key(10), wire_key(12), wire_key(20)));
    EXPECT_EQ(first().of, 5);
    EXPECT_THAT(ask({.seller = "s-3"})->rows, IsEmpty());
}

TEST_F(SnapshotTest, IsExpiredOnceTheHubWasRestored) {
    const SnapshotRequest next = behind(first(1));
    store->declare_restored();

    const Decoded<SnapshotChunk> answer = ask(next);

    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.problem().reason, "snapshot_expired");
    EXPECT_EQ(answer.problem().status, 410);
    EXPECT_EQ(answer.problem().problem_class, protocol::ProblemClass::resync);
}

TEST_F(SnapshotTest, IsExpiredIfItsSequenceLiesAhead) {
    SnapshotRequest next = behind(first(1));
    next.at = 7;
    EXPECT_EQ(ask(next).problem().reason, "snapshot_expired");
}

TEST(SnapshotRequest, IsReadFromAQuery) {
    const std::optional<SnapshotRequest> request =
        read_snapshot_request("seller=s%2D1&replica=r&hub_epoch=e&at=7&after=bundles%2Fx");
    ASSERT_TRUE(request);
    EXPECT_EQ(request->seller, "s-1");
    EXPECT_EQ(request->at, 7);
    EXPECT_EQ(request->after, (SnapshotPlace{.table = "bundles", .key = "x"}));
    for (const std::string_view query : {"", "seller=", "seller=%FF", "seller=s&at=x", "seller=s&at=-1",
                                         "seller=s&after=bundles%2Fx", "seller=s&at=1&after=x"}) {
        EXPECT_FALSE(read_snapshot_request(query)) << query;
    }
}

}  // namespace
}  // namespace edge::hub
