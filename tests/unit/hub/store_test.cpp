#include "hub_fixture.hpp"

namespace edge::hub {
namespace {

using StoreTest = HubFixture;

TEST_F(StoreTest, KeepsItsEpochUntilARestoreIsDeclared) {
    const std::string epoch = store->settings().epoch;
    store.reset();
    store = stores.open("hub");
    const std::string reopened = store->settings().epoch;

    const std::string restored = store->declare_restored();

    EXPECT_EQ(epoch.size(), 32U);
    EXPECT_EQ(reopened, epoch);
    EXPECT_NE(restored, epoch);
    EXPECT_EQ(store->settings().epoch, restored);
}

TEST_F(StoreTest, GivesNoNumberOnceMoreAfterARestore) {
    device.seller_row(1);
    take(device, device.seal_bytes());
    const std::int64_t before = store->read("s-1")->head().seq;

    store->declare_restored();

    EXPECT_GT(store->read("s-1")->head().seq, before + 100'000);
}

TEST_F(StoreTest, GivesEachNewHubAnEpochOfItsOwn) {
    const std::unique_ptr<HubStore> another = stores.create("other");

    EXPECT_NE(another->settings().epoch, store->settings().epoch);
}

TEST_F(StoreTest, LetsOneWriterOfASellerInAtATime) {
    const std::unique_ptr<HubStore> second = stores.open("hub", std::chrono::milliseconds(10));
    const std::unique_ptr<SellerWriter> writer = store->write("s-1");
    static_cast<void>(writer->head());

    EXPECT_EQ(failure_of([&] { static_cast<void>(second->write("s-1")->head()); }), "busy");
}

TEST_F(StoreTest, CountsWhatItHolds) {
    device.seller_row(1);
    device.bundle(2, 1);
    device.reservation(3, 77, "A");
    take(device, device.seal_bytes());
    device.remove("bundles", 2);
    take(device, device.seal_bytes());

    const HubStatus status = store->status();

    EXPECT_EQ(status.sellers, 1);
    EXPECT_EQ(status.replicas, 1);
    EXPECT_EQ(status.rows, 1);
    EXPECT_EQ(status.tombstones, 1);
    EXPECT_EQ(status.applied_segments, 2);
    EXPECT_EQ(status.dead_letters, 1);
    EXPECT_EQ(status.last_applied_at, now);
}

TEST_F(StoreTest, PagesThroughDeadLetters) {
    for (int i = 0; i < 5; ++i) device.reservation(10 + i, 77, "A" + std::to_string(i));
    take(device, device.seal_bytes());
    test::SealingDevice other("s-2");
    other.reservation(10, 77, "B");
    take(other, other.seal_bytes());

    const auto first = store->dead_letters({.seller = "s-1", .after = {}, .at_most = 3});
    const auto second = store->dead_letters({.seller = "s-1", .after = first.back().letter.id, .at_most = 3});

    ASSERT_EQ(first.size(), 3U);
    ASSERT_EQ(second.size(), 2U);
    EXPECT_EQ(second[0].letter.id.index, 3);
    EXPECT_EQ(store->dead_letters({}).size(), 6U);
}

}  // namespace
}  // namespace edge::hub
