#include "pull.hpp"

#include "hub_fixture.hpp"

#include "edge/protocol/tables.hpp"

#include <gmock/gmock.h>

namespace edge::hub {
namespace {

using protocol::Ack;
using protocol::Op;
using test::SealingDevice;
using test::wire_key;
using testing::ElementsAre;
using testing::IsEmpty;

class PullTest : public HubFixture {
protected:
    Ack send(SealingDevice& from) { return take(from, from.seal_bytes()); }
    Ack poll(SealingDevice& from) { return take(from, {}); }
    void seed() {
        device.seller_row(1);
        device.bundle(2, 1);
        device.seen = send(device).pull.to;
    }
    static std::vector<std::string> keys(const Ack& ack) {
        std::vector<std::string> found;
        for (const protocol::Change& row : ack.pull.rows) found.push_back(row.key);
        return found;
    }

    SealingDevice other{"s-1", "replica-b"};
};

TEST_F(PullTest, TellsAnotherReplicaWhatChangedAfterItsCursor) {
    seed();

    const Ack all = poll(other);
    other.seen = all.pull.to;
    device.rename(2, "Morning bag");
    send(device);
    const Ack news = poll(other);

    EXPECT_THAT(keys(all), ElementsAre(wire_key(1), wire_key(2)));
    EXPECT_EQ(all.pull.to, 2);
    EXPECT_FALSE(all.pull.more);
    ASSERT_THAT(keys(news), ElementsAre(wire_key(2)));
    EXPECT_EQ(news.pull.rows[0].base, 3);
    EXPECT_EQ(*protocol::as_text(*protocol::find_field(news.pull.rows[0].fields, "name")), "Morning bag");
    EXPECT_EQ(news.pull.h0 + news.pull.rows[0].hlc, store->read("s-1")->changes(2, 1)[0].row.hlc);
}

TEST_F(PullTest, DoesNotEchoWhatTheReplicaWroteItself) {
    device.seller_row(1);
    device.bundle(2, 1);
    const Ack first = send(device);
    device.seen = first.pull.to;
    device.rename(2, "Morning bag");
    const Ack second = send(device);

    EXPECT_THAT(first.pull.rows, IsEmpty());
    EXPECT_EQ(first.pull.to, 2);
    EXPECT_THAT(second.pull.rows, IsEmpty());
    EXPECT_EQ(second.pull.to, 3);
}

TEST_F(PullTest, SendsBackARowThatIsNotAsTheReplicaHasIt) {
    seed();
    other.seen = poll(other).pull.to;
    device.rename(2, "Morning bag");
    send(device);
    other.clock = device.clock;
    other.change({.table = "bundles", .key = wire_key(2), .hlc = other.clock, .fields = {{"price_minor", 250}}});

    const Ack ack = send(other);

    EXPECT_THAT(ack.outcomes, IsEmpty());
    ASSERT_THAT(keys(ack), ElementsAre(wire_key(2)));
    EXPECT_EQ(*protocol::as_text(*protocol::find_field(ack.pull.rows[0].fields, "name")), "Morning bag");
}

TEST_F(PullTest, SendsBackAnOldRowWhoseChangeDidNotStand) {
    seed();
    device.reservation(10, 2, "A");
    device.collect(10);
    device.seen = send(device).pull.to;
    device.change({.table = "reservations",
                   .key = wire_key(10),
                   .hlc = device.clock,
                   .fields = {{"collected_at", std::monostate{}}}});

    const Ack ack = send(device);

    ASSERT_EQ(ack.outcomes.size(), 1U);
    EXPECT_EQ(ack.outcomes[0].outcome, protocol::Outcome::superseded);
    EXPECT_THAT(keys(ack), ElementsAre(wire_key(10)));
    EXPECT_EQ(ack.pull.to, device.seen);
}

TEST_F(PullTest, TellsOfDeletions) {
    seed();
    other.seen = poll(other).pull.to;
    device.remove("bundles", 2);
    send(device);

    const Ack ack = poll(other);

    ASSERT_THAT(keys(ack), ElementsAre(wire_key(2)));
    EXPECT_EQ(ack.pull.rows[0].op, Op::remove);
    EXPECT_THAT(ack.pull.rows[0].fields, IsEmpty());
}

TEST_F(PullTest, GoesOnWhereAFullPageEnds) {
    seed();
    for (int i = 0; i < 40; ++i) device.reservation(100 + i, 2, "CODE" + std::to_string(i));
    send(device);
    std::vector<std::string> seen;
    int pages = 0;

    for (bool more = true; more; ++pages) {
        const std::unique_ptr<SellerReader> reader = store->read("s-1");
        const protocol::PullPage page =
            pull_page(*reader, {.seen = other.seen, .bytes = 2000, .known = {}, .wanted = {}});
        for (const protocol::Change& row : page.rows) seen.push_back(row.key);
        other.seen = page.to;
        more = page.more;
    }

    EXPECT_GT(pages, 3);
    EXPECT_EQ(seen.size(), 42U);
    EXPECT_EQ(std::set<std::string>(seen.begin(), seen.end()).size(), 42U);
}

TEST_F(PullTest, KeepsComputedRowsOfOneReplicaFromTheOthers) {
    device.seller_row(1);
    device.change({.table = "analytics_graphs",
                   .key = wire_key(7),
                   .first = Op::create,
                   .last = Op::create,
                   .hlc = device.clock,
                   .fields = {{"seller", wire_key(1)}, {"graph_type", 2}, {"created_at", "2026-11-23T16:00:00Z"}}});
    device.holiday(8, "Feast");
    send(device);

    const Ack ack = poll(other);

    EXPECT_THAT(keys(ack), ElementsAre(wire_key(1), wire_key(8)));
    EXPECT_EQ(ack.pull.to, 3);
    for (const protocol::TableDescriptor& table : protocol::synced_tables()) {
        EXPECT_EQ(protocol::is_shared(table), table.number < 5 || table.number > 9) << table.name;
    }
}

TEST_F(PullTest, AddsUpRowsOfBeforeThereWereDigestsWhenSomebodyPolls) {
    device.seller_row(1);
    device.bundle(2, 1);
    const Ack before = take(device, device.seal_bytes());
    const SellerHead head = store->read("s-1")->head();
    {
        const std::unique_ptr<SellerWriter> writer = store->write("s-1");
        writer->save({.head = head.seq, .applied_at = head.applied_at, .digest = std::nullopt});
        writer->commit();
    }
    ASSERT_FALSE(store->read("s-1")->head().digest);

    const Ack polled = take(device, {});

    EXPECT_EQ(polled.digest, before.digest) << "a new device can be filled from it";
    EXPECT_EQ(store->read("s-1")->head().digest, head.digest) << "added up once";
}

TEST_F(PullTest, AddsUpTheSharedRowsAsTheyAre) {
    seed();
    device.reservation(10, 2, "A");
    device.reservation(11, 2, "B");
    device.collect(10);
    device.remove("reservations", 11);

    const Ack ack = send(device);

    protocol::Sum128 sum;
    store->read("s-1")->each_row([&](const StoredRow& stored) {
        if (stored.row.deleted) return;
        sum += protocol::row_hash(*protocol::find_table(stored.at.table), stored.at.key, stored.row.fields);
    });
    ASSERT_TRUE(ack.digest);
    EXPECT_EQ(ack.digest->root, protocol::digest_text(sum));
    EXPECT_EQ(ack.digest->at, ack.pull.to);
    EXPECT_EQ(poll(other).digest, ack.digest);
}

}  // namespace
}  // namespace edge::hub
