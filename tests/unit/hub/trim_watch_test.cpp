#include "edge/hub/trim_watch.hpp"

#include "hub_fixture.hpp"

#include "edge/hub/snapshot.hpp"

#include <gmock/gmock.h>

namespace edge::hub {
namespace {

using test::wire_key;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::chrono::hours day{24};
constexpr std::chrono::seconds keep = 90 * day;

class TrimTest : public HubFixture {
protected:
    /// Versions 1 to 4, and a deletion, 5.
    void SetUp() override {
        device.seller_row(1);
        device.bundle(2, 1);
        device.holiday(20, "Feast");
        device.holiday(21, "Fair");
        device.seen = take(device, device.seal_bytes()).pull.to;
        trim();
        device.remove("holidays", 21);
        take(device, device.seal_bytes());
    }
    Trimming trim() { return trim_all(*store, now, keep); }
    Trimming trim_after(std::chrono::hours time) {
        now += time;
        return trim();
    }
    std::size_t tombstones() { return static_cast<std::size_t>(store->status().tombstones); }
    protocol::Decoded<IntakeResult> poll(std::int64_t seen) {
        device.seen = seen;
        return take_parts(*store, device.header(), {}, now);
    }
};

TEST_F(TrimTest, ATombstoneIsKeptForAsLongAsWasSaidAndForgottenAfterTwice) {
    EXPECT_EQ(tombstones(), 1U);
    trim_after(90 * day);
    EXPECT_EQ(tombstones(), 1U);
    EXPECT_EQ(trim_after(89 * day).sellers, 0);
    EXPECT_EQ(tombstones(), 1U);

    const Trimming done = trim_after(day);

    EXPECT_EQ(done.sellers, 1);
    EXPECT_EQ(done.tombstones, 1);
    EXPECT_EQ(tombstones(), 0U);
    EXPECT_THAT(rows(), SizeIs(3));
    EXPECT_EQ(store->read("s-1")->head().trimmed, 5);
    EXPECT_EQ(trim().sellers, 0);
}

TEST_F(TrimTest, ACursorBeforeWhatIsForgottenHasExpired) {
    trim_after(90 * day);
    trim_after(90 * day);

    const protocol::Decoded<IntakeResult> late = poll(4);
    const protocol::Decoded<IntakeResult> current = poll(5);

    ASSERT_FALSE(late);
    EXPECT_EQ(late.problem().reason, "cursor_expired");
    EXPECT_EQ(late.problem().status, 410);
    EXPECT_EQ(late.problem().problem_class, protocol::ProblemClass::resync);
    EXPECT_TRUE(current);
}

TEST_F(TrimTest, AnExpiredDeviceCanStillSend) {
    trim_after(90 * day);
    trim_after(90 * day);
    device.seen = 4;
    device.holiday(22, "New");
    device.change({.table = "holidays",
                   .key = wire_key(21),
                   .first = protocol::Op::update,
                   .last = protocol::Op::update,
                   .base = {},
                   .hlc = device.clock,
                   .fields = {{"name", std::string("Market")}}});

    const protocol::Ack ack = take(device, device.seal_bytes());

    EXPECT_EQ(lane(ack, protocol::Lane::bulk).applied, 3);
    ASSERT_TRUE(ack.pull.problem);
    EXPECT_EQ(ack.pull.problem->reason, "cursor_expired");
    EXPECT_THAT(ack.pull.rows, IsEmpty());
    ASSERT_THAT(ack.outcomes, SizeIs(1));
    EXPECT_EQ(ack.outcomes[0].outcome, protocol::Outcome::superseded) << "the row was deleted, and that is forgotten";
    EXPECT_THAT(dead_letters(), IsEmpty());
    EXPECT_THAT(rows(), SizeIs(4));
}

TEST_F(TrimTest, ASnapshotBeforeWhatIsForgottenHasExpired) {
    const SnapshotRequest request{
        .seller = "s-1", .hub_epoch = store->settings().epoch, .at = 4, .after = {.table = "bundles", .key = "x"}};
    EXPECT_TRUE(snapshot_chunk(*store, request));
    trim_after(90 * day);
    trim_after(90 * day);

    const protocol::Decoded<protocol::SnapshotChunk> chunk = snapshot_chunk(*store, request);

    ASSERT_FALSE(chunk);
    EXPECT_EQ(chunk.problem().reason, "snapshot_expired");
}

TEST_F(TrimTest, WhereNothingWasDeletedNoCursorExpires) {
    test::SealingDevice other("s-2", "replica-z");
    other.seller_row(5);
    take(other, other.seal_bytes());
    for (int turn = 0; turn < 3; ++turn) trim_after(100 * day);

    EXPECT_EQ(store->read("s-2")->head().trimmed, 0);
    EXPECT_TRUE(take_parts(*store, other.header(), {}, now));
}

TEST_F(TrimTest, ValuesThatLostAreForgottenToo) {
    test::SealingDevice second("s-1", "replica-b");
    second.clock = device.clock - 1000;
    second.rename(2, "Older name");
    device.rename(2, "Newer name");
    take(device, device.seal_bytes());
    take(second, second.seal_bytes());

    EXPECT_EQ(trim_after(80 * day).lost, 0);
    EXPECT_EQ(trim_after(20 * day).lost, 1);
}

TEST_F(TrimTest, TheWatchDoesSoByItself) {
    trim_after(90 * day);
    now += 90 * day;
    std::mutex mutex;
    std::condition_variable changed;
    std::string said;
    const LogSink log = [&](const LogEvent& event) {
        const std::scoped_lock lock(mutex);
        said = event.name;
        changed.notify_all();
    };

    const TrimWatch watch(
        *store, keep, [this] { return now; }, log);

    std::unique_lock lock(mutex);
    ASSERT_TRUE(changed.wait_for(lock, std::chrono::seconds(30), [&] { return !said.empty(); }));
    EXPECT_EQ(said, "trimmed");
}

}  // namespace
}  // namespace edge::hub
