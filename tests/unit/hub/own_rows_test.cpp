#include "hub_fixture.hpp"

#include <gmock/gmock.h>

namespace edge::hub {
namespace {

using protocol::Ack;
using protocol::Change;
using protocol::Op;
using test::SealingDevice;
using test::wire_key;
using testing::IsEmpty;
namespace reason = protocol::reason;

class OwnRowsTest : public HubFixture {
protected:
    void SetUp() override {
        device.seller_row(1);
        device.bundle(2, 1);
        device.seen = take(device, device.seal_bytes()).pull.to;
    }
    std::vector<protocol::ChangeOutcome> write(Change change) {
        return write_own_rows(*store, "s-1", {std::move(change)}, now);
    }
    protocol::HubRow row(int table, int key) {
        return store->read("s-1")->rows({{.table = table, .key = wire_key(key)}}).at(0).row;
    }
    static std::string text(const protocol::HubRow& row, std::string_view column) {
        return *protocol::as_text(*protocol::find_field(row.fields, column));
    }
    static Change online_reservation(int key) {
        return {.table = "reservations",
                .key = wire_key(key),
                .op = Op::create,
                .fields = {{"bundle", wire_key(2)},
                           {"consumer", "consumer-7"},
                           {"claim_code", "WEB1"},
                           {"reserved_at", "2026-11-23T16:10:00Z"},
                           {"collected_at", std::monostate{}},
                           {"cancelled_at", std::monostate{}}}};
    }
};

TEST_F(OwnRowsTest, ReachTheDevices) {
    EXPECT_THAT(write(online_reservation(50)), IsEmpty());

    const Ack ack = take(device, {});

    ASSERT_EQ(ack.pull.rows.size(), 1U);
    EXPECT_EQ(ack.pull.rows[0].key, wire_key(50));
    EXPECT_EQ(ack.pull.rows[0].base, 3);
    EXPECT_EQ(row(4, 50).writer, "");
    EXPECT_EQ(row(4, 50).hub_version, 3);
}

TEST_F(OwnRowsTest, StandAgainstADeviceThatHasNotSeenThem) {
    write({.table = "sellers", .key = wire_key(1), .fields = {{"name", "Marketplace's name"}}});
    device.change({.table = "sellers", .key = wire_key(1), .hlc = 2'000'000'000'000, .fields = {{"name", "Own name"}}});

    const Ack stale = take(device, device.seal_bytes());
    device.seen = stale.pull.to;
    device.change({.table = "sellers", .key = wire_key(1), .hlc = device.clock, .fields = {{"name", "Newer name"}}});
    const Ack informed = take(device, device.seal_bytes());

    ASSERT_EQ(stale.outcomes.size(), 1U);
    EXPECT_EQ(stale.outcomes[0].reason, reason::hub_owns);
    ASSERT_EQ(stale.pull.rows.size(), 1U);
    EXPECT_THAT(informed.outcomes, IsEmpty());
    EXPECT_EQ(text(row(1, 1), "name"), "Newer name");
}

TEST_F(OwnRowsTest, KeepWhatADeviceWroteInOtherColumns) {
    device.rename(2, "Morning bag");
    take(device, device.seal_bytes());

    write({.table = "bundles", .key = wire_key(2), .fields = {{"price_minor", 150}}});

    EXPECT_EQ(text(row(3, 2), "name"), "Morning bag");
    EXPECT_EQ(protocol::as_integer(*protocol::find_field(row(3, 2).fields, "price_minor")), 150);
}

TEST_F(OwnRowsTest, SayWhatCannotBe) {
    Change orphan = online_reservation(51);
    orphan.fields[0].value = wire_key(99);

    const std::vector<protocol::ChangeOutcome> outcomes = write(orphan);

    ASSERT_EQ(outcomes.size(), 1U);
    EXPECT_EQ(outcomes[0].reason, reason::missing_parent);
    EXPECT_EQ(store->read("s-1")->head().seq, 2) << "nothing was written";
    EXPECT_TRUE(dead_letters().empty());
}

TEST_F(OwnRowsTest, WriteNothingWhenNothingIsNew) {
    write({.table = "bundles", .key = wire_key(2), .fields = {{"name", "Evening bag"}}});

    EXPECT_EQ(store->read("s-1")->head().seq, 2);
}

}  // namespace
}  // namespace edge::hub
