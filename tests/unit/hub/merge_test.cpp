#include "hub_fixture.hpp"

#include <optional>
#include <utility>

// What the hub adds to the protocol's merges: parents, children and claim codes, looked up in the store or in the same
// request.

namespace edge::hub {
namespace {

using protocol::Ack;
using protocol::Outcome;
using test::SealingDevice;
using test::wire_key;
namespace reason = protocol::reason;

class HubMergeTest : public HubFixture {
protected:
    void SetUp() override {
        device.seller_row(1);
        device.bundle(2, 1);
        take(device, device.seal_bytes());
    }

    Ack send(SealingDevice& from) { return take(from, from.seal_bytes()); }
    protocol::HubRow row(int table, int key) {
        const std::vector<StoredRow> found = store->read("s-1")->rows({{.table = table, .key = wire_key(key)}});
        if (found.size() == 1) return found[0].row;
        ADD_FAILURE() << "no row " << key;
        return {};
    }
    bool is_closed(int bundle) {
        return !protocol::is_null(*protocol::find_field(row(bundles, bundle).fields, "closed_at"));
    }

    /// Says in the next segment that the reservation has another code, and perhaps another bundle.
    void give_code(int reservation, const std::string& code, std::optional<int> bundle = {}) {
        protocol::Fields fields{{"claim_code", code}};
        if (bundle) fields.push_back({"bundle", wire_key(*bundle)});
        device.change({.table = "reservations",
                       .key = wire_key(reservation),
                       .first = protocol::Op::update,
                       .last = protocol::Op::update,
                       .base = {},
                       .hlc = 0,
                       .fields = std::move(fields)});
    }
    std::string code_of(int reservation) {
        const protocol::HubRow found = row(reservations, reservation);
        return *protocol::as_text(*protocol::find_field(found.fields, "claim_code"));
    }
    std::vector<std::string> codes_of(std::initializer_list<int> keys) {
        std::vector<std::string> codes;
        for (const int key : keys) codes.push_back(code_of(key));
        return codes;
    }

    static constexpr int bundles = 3;
    static constexpr int reservations = 4;
    SealingDevice other{"s-1", "replica-b"};
};

TEST_F(HubMergeTest, BlocksARowWhoseParentIsUnknownAndSaysSo) {
    device.reservation(10, 99, "A");

    const Ack ack = send(device);

    ASSERT_EQ(ack.outcomes.size(), 1U);
    EXPECT_EQ(ack.outcomes[0].outcome, Outcome::blocked);
    EXPECT_EQ(ack.outcomes[0].reason, reason::missing_parent);
    EXPECT_EQ(dead_letters().size(), 1U);
}

TEST_F(HubMergeTest, FindsAParentThatComesInTheSameRequest) {
    device.bundle(3, 1);
    std::vector<std::string> parts = device.seal_bytes();
    device.reservation(10, 3, "A");
    for (std::string& part : device.seal_bytes()) parts.push_back(std::move(part));

    const Ack ack = take(device, parts);

    EXPECT_TRUE(ack.outcomes.empty());
    EXPECT_EQ(ops(ack).applied, 3);
}

TEST_F(HubMergeTest, RejectsAClaimCodeThatAnotherReservationOfTheBundleBears) {
    device.reservation(10, 2, "SAME");
    send(device);
    other.reservation(11, 2, "SAME");

    const Ack ack = send(other);

    ASSERT_EQ(ack.outcomes.size(), 1U);
    EXPECT_EQ(ack.outcomes[0].outcome, Outcome::rejected);
    EXPECT_EQ(ack.outcomes[0].reason, reason::claim_code_collision);
    EXPECT_TRUE(store->read("s-1")->rows({{.table = reservations, .key = wire_key(11)}}).empty());
}

TEST_F(HubMergeTest, RejectsTheSecondOfTwoEqualClaimCodesInOneRequest) {
    device.reservation(10, 2, "SAME");
    device.reservation(11, 2, "SAME");

    const Ack ack = send(device);

    ASSERT_EQ(ack.outcomes.size(), 1U);
    EXPECT_EQ(ack.outcomes[0].reason, reason::claim_code_collision);
}

TEST_F(HubMergeTest, GivesAClaimCodeFreeWithItsReservation) {
    device.reservation(10, 2, "SAME");
    send(device);
    device.remove("reservations", 10);
    send(device);
    device.reservation(11, 2, "SAME");

    const Ack ack = send(device);

    EXPECT_TRUE(ack.outcomes.empty());
}

TEST_F(HubMergeTest, LetsReservationsOfOneSegmentExchangeTheirCodes) {
    for (const auto& [key, code] : {std::pair(10, "A"), {11, "B"}, {12, "C"}}) device.reservation(key, 2, code);
    send(device);
    for (const auto& [key, code] : {std::pair(10, "B"), {11, "C"}, {12, "A"}}) give_code(key, code);

    const Ack ack = send(device);

    EXPECT_TRUE(ack.outcomes.empty());
    EXPECT_EQ(codes_of({10, 11, 12}), (std::vector<std::string>{"B", "C", "A"}));
    EXPECT_TRUE(dead_letters().empty());
}

TEST_F(HubMergeTest, LetsCodesMoveAlongARowOfReservationsWhicheverIsToldFirst) {
    for (const auto& [key, code] : {std::pair(10, "A"), {11, "B"}, {12, "C"}}) device.reservation(key, 2, code);
    send(device);
    device.reservation(9, 2, "A");
    for (const auto& [key, code] : {std::pair(10, "B"), {11, "C"}, {12, "D"}}) give_code(key, code);

    const Ack ack = send(device);

    EXPECT_TRUE(ack.outcomes.empty());
    EXPECT_EQ(codes_of({9, 10, 11, 12}), (std::vector<std::string>{"A", "B", "C", "D"}));
}

TEST_F(HubMergeTest, LetsCodesBeExchangedBetweenThePartsOfASegment) {
    device.reservation(10, 2, "A");
    device.reservation(11, 2, "B");
    send(device);
    device.part_changes = 1;
    give_code(10, "B");
    give_code(11, "A");
    const std::vector<std::string> parts = device.seal_bytes();
    ASSERT_EQ(parts.size(), 2U);

    const Ack ack = take(device, parts);

    EXPECT_TRUE(ack.outcomes.empty());
    EXPECT_EQ(codes_of({10, 11}), (std::vector<std::string>{"B", "A"}));
}

/// The segment's own last state is not a legal one here: somebody else has a code that it gives away.
TEST_F(HubMergeTest, RefusesAnExchangeOfWhichOneCannotHaveItsCode) {
    device.reservation(10, 2, "A");
    device.reservation(11, 2, "B");
    send(device);
    other.reservation(20, 2, "C");
    send(other);
    give_code(10, "B");
    give_code(11, "C");

    const Ack ack = send(device);

    ASSERT_EQ(ack.outcomes.size(), 2U);
    EXPECT_EQ(ack.outcomes[0].key, wire_key(10)) << "in order of the segment";
    for (const protocol::ChangeOutcome& outcome : ack.outcomes) EXPECT_EQ(outcome.reason, reason::claim_code_collision);
    EXPECT_EQ(codes_of({10, 11, 20}), (std::vector<std::string>{"A", "B", "C"}));
}

TEST_F(HubMergeTest, GivesACodeToTheFirstOfTwoThatWantIt) {
    device.reservation(10, 2, "A");
    device.reservation(11, 2, "B");
    device.reservation(12, 2, "C");
    send(device);
    give_code(10, "B");
    give_code(12, "B");
    give_code(11, "A");

    const Ack ack = send(device);

    ASSERT_EQ(ack.outcomes.size(), 1U);
    EXPECT_EQ(ack.outcomes[0].key, wire_key(12));
    EXPECT_EQ(codes_of({10, 11, 12}), (std::vector<std::string>{"B", "A", "C"}));
}

TEST_F(HubMergeTest, DeletesABundleThatItsReservationLeftForAnothersCode) {
    device.bundle(3, 1);
    device.reservation(10, 2, "A");
    device.reservation(11, 3, "A");
    send(device);
    give_code(10, "A", 3);
    give_code(11, "B");
    device.remove("bundles", 2);

    const Ack ack = send(device);

    EXPECT_TRUE(ack.outcomes.empty());
    EXPECT_TRUE(row(bundles, 2).deleted);
    EXPECT_EQ(codes_of({10, 11}), (std::vector<std::string>{"A", "B"}));
}

TEST_F(HubMergeTest, ClosesABundleInsteadOfDeletingItUnderALiveReservation) {
    device.reservation(10, 2, "A");
    send(device);
    other.clock = device.clock + 1000;
    other.remove("bundles", 2);

    const Ack ack = send(other);

    ASSERT_EQ(ack.outcomes.size(), 1U);
    EXPECT_EQ(ack.outcomes[0].reason, reason::closed_instead);
    EXPECT_FALSE(row(bundles, 2).deleted);
    EXPECT_TRUE(is_closed(2));
}

TEST_F(HubMergeTest, ClosesABundleInsteadOfDeletingItUnderASaleThatTheDeleterDidNotKnow) {
    device.reservation(10, 2, "A");
    device.collect(10);
    send(device);
    other.clock = device.clock + 1000;
    other.remove("bundles", 2);

    const Ack ack = send(other);

    ASSERT_EQ(ack.outcomes.size(), 1U);
    EXPECT_EQ(ack.outcomes[0].reason, reason::closed_instead);
    EXPECT_FALSE(row(bundles, 2).deleted) << "a sale must not be left without its bundle";
}

/// Two lives of one replica: neither knows what the other wrote.
TEST_F(HubMergeTest, ACopyOfTheWriterDoesNotKnowWhatItCollected) {
    device.reservation(10, 2, "A");
    device.collect(10);
    send(device);
    SealingDevice copy("s-1", "replica-a", 2);
    copy.clock = device.clock + 1000;
    copy.remove("reservations", 10);

    const Ack ack = send(copy);

    ASSERT_EQ(ack.outcomes.size(), 1U);
    EXPECT_EQ(ack.outcomes[0].reason, reason::collected_is_final);
    EXPECT_FALSE(row(reservations, 10).deleted);
}

TEST_F(HubMergeTest, DeletesABundleTogetherWithItsReservations) {
    device.reservation(10, 2, "A");
    device.reservation(11, 2, "B");
    send(device);
    device.collect(10);
    device.cancel(11);
    send(device);
    device.remove("reservations", 10);
    device.remove("reservations", 11);
    device.remove("bundles", 2);

    const Ack ack = send(device);

    EXPECT_TRUE(ack.outcomes.empty());
    EXPECT_TRUE(row(bundles, 2).deleted);
}

TEST_F(HubMergeTest, BringsADeletedBundleBackClosedForAReservationMadeMeanwhile) {
    device.remove("bundles", 2);
    send(device);
    other.reservation(10, 2, "A");

    const Ack ack = send(other);

    EXPECT_EQ(ops(ack).applied, 1);
    EXPECT_FALSE(row(bundles, 2).deleted);
    EXPECT_TRUE(is_closed(2));
    EXPECT_FALSE(row(reservations, 10).deleted);
}

TEST_F(HubMergeTest, GivesEachChangedRowItsOwnPlaceInTheFeed) {
    device.rename(2, "Morning bag");
    device.bundle(3, 1);
    send(device);

    const std::vector<StoredRow> feed = store->read("s-1")->changes(0, 10);

    ASSERT_EQ(feed.size(), 3U);  // the renamed bundle moved on: one entry a row
    EXPECT_EQ(feed[0].at.table, 1);
    EXPECT_LT(feed[0].row.version, feed[1].row.version);
    EXPECT_LT(feed[1].row.version, feed[2].row.version);
    EXPECT_EQ(store->read("s-1")->changes(feed[1].row.version, 10).size(), 1U);
    EXPECT_EQ(store->read("s-1")->changes(0, 2).size(), 2U);
}

TEST_F(HubMergeTest, LetsTheLaterClockStandWhateverTheOrderOfArrival) {
    device.clock += 10'000;
    device.rename(2, "later");
    send(device);
    other.rename(2, "earlier");

    const Ack ack = send(other);

    ASSERT_EQ(ack.outcomes.size(), 1U);
    EXPECT_EQ(ack.outcomes[0].outcome, Outcome::superseded);
    EXPECT_EQ(*protocol::as_text(*protocol::find_field(row(bundles, 2).fields, "name")), "later");
    EXPECT_TRUE(dead_letters().empty());
}

TEST_F(HubMergeTest, ClampsAClockThatRunsYearsAhead) {
    device.clock += std::int64_t{1000} * 86'400 * 365 * 20;
    device.rename(2, "from the future");

    send(device);

    const std::int64_t now_ms = std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count();
    EXPECT_EQ(row(bundles, 2).hlc, now_ms + protocol::clock_allowance_ms);
}

}  // namespace
}  // namespace edge::hub
