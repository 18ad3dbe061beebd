#include "hub_fixture.hpp"

namespace edge::hub {
namespace {

using protocol::Ack;
using protocol::Lane;
using test::SealingDevice;
using test::wire_key;
namespace reason = protocol::reason;

class IntakeTest : public HubFixture {
protected:
    /// A segment with a seller and a bundle, then one reservation each.
    std::vector<std::string> segments(int count) {
        std::vector<std::string> parts;
        device.seller_row(1);
        device.bundle(2, 1);
        for (int i = 1; i < count; ++i) {
            for (std::string& part : device.seal_bytes()) parts.push_back(std::move(part));
            device.reservation(100 + i, 2, "CODE" + std::to_string(i));
        }
        for (std::string& part : device.seal_bytes()) parts.push_back(std::move(part));
        return parts;
    }

    /// One segment of several parts.
    std::vector<std::string> long_segment() {
        device.part_changes = 3;
        device.seller_row(1);
        device.bundle(2, 1);
        for (int i = 0; i < 7; ++i) device.reservation(100 + i, 2, "CODE" + std::to_string(i));
        return device.seal_bytes();
    }
};

TEST_F(IntakeTest, AppliesASegmentAndMovesTheCursor) {
    const std::vector<std::string> parts = segments(1);

    const Ack ack = take(device, parts);

    EXPECT_EQ(ops(ack).applied, 1);
    EXPECT_EQ(ops(ack).durable, 1);
    EXPECT_EQ(ops(ack).head, protocol::part_hash(parts[0]));
    EXPECT_FALSE(ops(ack).problem);
    EXPECT_TRUE(ack.outcomes.empty());
    EXPECT_EQ(rows().size(), 2U);
    EXPECT_EQ(counts.applied_changes, 2);
}

TEST_F(IntakeTest, AnswersARetryFromWhatIsStoredWithoutAnyEffect) {
    device.seller_row(1);
    device.reservation(9, 8, "NOBUNDLE");
    const std::vector<std::string> parts = device.seal_bytes();
    const Ack first = take(device, parts);
    const std::vector<StoredRow> before = store->read("s-1")->changes(0, 100);

    const Ack again = take(device, parts);

    EXPECT_EQ(again.lanes, first.lanes);
    EXPECT_EQ(again.outcomes, first.outcomes);
    ASSERT_EQ(again.outcomes.size(), 1U);
    EXPECT_EQ(store->read("s-1")->changes(0, 100), before);
    EXPECT_EQ(dead_letters().size(), 1U);
    EXPECT_EQ(counts.applied_segments, 0);
    EXPECT_EQ(counts.repeated_parts, 1);
}

TEST_F(IntakeTest, SaysWhichSegmentIsMissing) {
    const std::vector<std::string> parts = segments(3);
    take(device, {parts[0]});

    const Ack ack = take(device, {parts[2]});

    ASSERT_TRUE(ops(ack).problem);
    EXPECT_EQ(ops(ack).problem->reason, reason::gap);
    EXPECT_EQ(ops(ack).problem->position->seq, 2);
    EXPECT_EQ(ops(ack).applied, 1);
    EXPECT_EQ(rows().size(), 2U);
}

TEST_F(IntakeTest, CallsOtherBytesUnderAKnownNumberAFork) {
    take(device, segments(1));
    SealingDevice clone;
    clone.seller_row(7);

    const Ack ack = take(clone, clone.seal_bytes());

    ASSERT_TRUE(ops(ack).problem);
    EXPECT_EQ(ops(ack).problem->reason, reason::fork);
    EXPECT_EQ(ops(ack).problem->next_epoch, 2);
    EXPECT_EQ(rows().size(), 2U);
}

TEST_F(IntakeTest, CallsAnotherPastAFork) {
    take(device, segments(1));
    SealingDevice clone;
    clone.seller_row(7);
    clone.seal();
    clone.seller_row(8);

    const Ack ack = take(clone, clone.seal_bytes());

    ASSERT_TRUE(ops(ack).problem);
    EXPECT_EQ(ops(ack).problem->reason, reason::fork);
}

TEST_F(IntakeTest, TakesTheSameRowsAgainInANewEpochAsDuplicates) {
    take(device, segments(1));
    SealingDevice restored("s-1", "replica-a", 2);
    restored.seller_row(1);
    restored.bundle(2, 1);

    const Ack ack = take(restored, restored.seal_bytes());

    EXPECT_EQ(lane(ack, Lane::ops, 2).applied, 1);
    ASSERT_EQ(ack.outcomes.size(), 2U);
    for (const auto& outcome : ack.outcomes) EXPECT_EQ(outcome.outcome, protocol::Outcome::duplicate);
    EXPECT_EQ(rows().size(), 2U);
    EXPECT_TRUE(dead_letters().empty());
}

TEST_F(IntakeTest, HoldsPartsBackUntilTheSegmentIsComplete) {
    const std::vector<std::string> parts = long_segment();
    ASSERT_EQ(parts.size(), 3U);

    const Ack first = take(device, {parts[0], parts[1]});
    const std::size_t rows_before = rows().size();
    const Ack second = take(device, {parts[2]});

    EXPECT_EQ(ops(first).applied, 0);
    EXPECT_EQ(rows_before, 0U);
    EXPECT_EQ(ops(second).applied, 1);
    EXPECT_EQ(rows().size(), 9U);
    EXPECT_EQ(store->status().staged_parts, 0);
}

TEST_F(IntakeTest, SaysHowManyPartsOfASegmentItKeeps) {
    const std::vector<std::string> parts = long_segment();
    ASSERT_GT(parts.size(), 2U);

    EXPECT_EQ(ops(take(device, {parts[0], parts[1]})).staged, 2);
    EXPECT_EQ(ops(take(device, {})).staged, 2);
    EXPECT_EQ(ops(take(device, parts)).staged, 0) << "all of it took effect";
}

TEST_F(IntakeTest, SaysWhichSegmentWasCompletedBefore) {
    const std::vector<std::string> parts = long_segment();
    static_cast<void>(take(device, {parts[0], parts[1]}));

    EXPECT_EQ(ops(take(device, {parts[2]})).repeated, 0) << "what was kept takes effect, and is told of, now";
    EXPECT_EQ(ops(take(device, {parts[2]})).repeated, 1);
    EXPECT_EQ(ops(take(device, {parts[1]})).repeated, 0);
}

TEST_F(IntakeTest, TakesPartsInAnyOrderWithinARequest) {
    const std::vector<std::string> parts = long_segment();

    const Ack ack = take(device, {parts[2], parts[0], parts[1], parts[0]});

    EXPECT_EQ(ops(ack).applied, 1);
    EXPECT_FALSE(ops(ack).problem);
    EXPECT_EQ(rows().size(), 9U);
}

TEST_F(IntakeTest, SaysWhichPartIsMissing) {
    const std::vector<std::string> parts = long_segment();

    const Ack ack = take(device, {parts[0], parts[2]});

    ASSERT_TRUE(ops(ack).problem);
    EXPECT_EQ(ops(ack).problem->reason, reason::out_of_order_part);
    EXPECT_EQ(ops(ack).problem->position->seq, 1);
    EXPECT_EQ(ops(ack).problem->position->part, 2);
    EXPECT_EQ(store->status().staged_parts, 1);
}

TEST_F(IntakeTest, ReportsOutcomesOfPartsThatCameInEarlierRequests) {
    device.part_changes = 1;
    device.reservation(100, 8, "A");
    device.reservation(101, 8, "B");
    const std::vector<std::string> parts = device.seal_bytes();
    ASSERT_EQ(parts.size(), 2U);

    const Ack first = take(device, {parts[0]});
    const Ack second = take(device, {parts[1]});

    EXPECT_TRUE(first.outcomes.empty());
    ASSERT_EQ(second.outcomes.size(), 2U);
    EXPECT_EQ(second.outcomes[0].part, 1);
    EXPECT_EQ(second.outcomes[1].part, 2);
}

TEST_F(IntakeTest, KeepsTheLanesApart) {
    device.seller_row(1);
    device.holiday(50, "Christmas");
    const std::vector<std::string> first = device.seal_bytes();
    device.bundle(2, 1);
    device.holiday(51, "Boxing Day");
    const std::vector<std::string> second = device.seal_bytes();
    ASSERT_EQ(first.size(), 2U);
    ASSERT_EQ(second.size(), 2U);
    take(device, {first[0]});

    const Ack ack = take(device, {second[0], second[1]});

    EXPECT_EQ(lane(ack, Lane::ops).applied, 2);
    EXPECT_FALSE(lane(ack, Lane::ops).problem);
    EXPECT_EQ(lane(ack, Lane::bulk).applied, 0);
    ASSERT_TRUE(lane(ack, Lane::bulk).problem);
    EXPECT_EQ(lane(ack, Lane::bulk).problem->reason, reason::gap);
}

TEST_F(IntakeTest, SetsABadRowAsideAndTakesTheOthers) {
    device.seller_row(1);
    device.bundle(2, 1);
    protocol::JournalEntry bad;
    bad.table = "bundles";
    bad.key = wire_key(3);
    bad.first = protocol::Op::create;
    bad.last = protocol::Op::create;
    bad.fields = {{"name", "without the rest"}};
    device.change(bad);
    device.bundle(4, 1);

    const Ack ack = take(device, device.seal_bytes());

    EXPECT_EQ(ops(ack).applied, 1);
    EXPECT_EQ(rows().size(), 3U);
    ASSERT_EQ(ack.outcomes.size(), 1U);
    EXPECT_EQ(ack.outcomes[0].outcome, protocol::Outcome::rejected);
    EXPECT_EQ(ack.outcomes[0].key, wire_key(3));
    const std::vector<SellerDeadLetter> letters = dead_letters();
    ASSERT_EQ(letters.size(), 1U);
    EXPECT_EQ(letters[0].seller, "s-1");
    EXPECT_EQ(letters[0].letter.reason, ack.outcomes[0].reason);
    EXPECT_NE(letters[0].letter.change.find("without the rest"), std::string::npos);
}

TEST_F(IntakeTest, DoesNotTakeAPartOfAnotherSeller) {
    SealingDevice other("s-2");
    other.seller_row(1);
    const std::vector<std::string> parts = other.seal_bytes();
    const std::vector<std::string_view> views(parts.begin(), parts.end());

    const auto result = take_parts(*store, device.header(), views, now);

    ASSERT_FALSE(result);
    EXPECT_EQ(result.problem().reason, reason::wrong_seller);
    EXPECT_TRUE(store->sellers().empty());
}

TEST_F(IntakeTest, NamesThePartThatCannotBeReadAndTakesNothing) {
    const std::vector<std::string> parts = segments(2);
    const std::vector<std::string_view> views{parts[0], "{\"v\":1,", parts[1]};

    const auto result = take_parts(*store, device.header(), views, now);

    ASSERT_FALSE(result);
    EXPECT_EQ(result.problem().problem_class, protocol::ProblemClass::bug);
    EXPECT_EQ(result.problem().detail.find("part 2 of the request"), 0U);
    EXPECT_TRUE(rows().empty());
}

TEST_F(IntakeTest, AnswersAPollWhileAWriterHoldsTheFile) {
    take(device, segments(2));
    const std::unique_ptr<SellerWriter> writer = store->write("s-1");

    const Ack ack = take(device, {});

    EXPECT_EQ(ops(ack).applied, 2);
    EXPECT_EQ(counts.parts, 0);
}

TEST_F(IntakeTest, TellsAnUnknownReplicaNothingAndKeepsNothingOfIt) {
    const Ack ack = take(device, {});

    EXPECT_FALSE(ack.hub_epoch.empty());
    EXPECT_TRUE(ack.lanes.empty());
    EXPECT_TRUE(store->sellers().empty());
}

TEST_F(IntakeTest, RefusesNamesThatAreNoIds) {
    const SealingDevice nameless(std::string(65, 's'));

    const auto result = take_request(*store, nameless.request({}), now);

    ASSERT_FALSE(result);
    EXPECT_EQ(result.problem().reason, reason::wrong_shape);
}

TEST_F(IntakeTest, LeavesEverythingAsItWasWhenTheTransactionIsNotCommitted) {
    const std::vector<std::string> parts = segments(1);
    {
        const std::unique_ptr<SellerWriter> writer = store->write("s-1");
        SyncEffect effect;
        effect.replica = "replica-a";
        effect.head = 5;
        LaneState moved;
        moved.cursor.next_seq = 9;
        effect.cursors.push_back(moved);
        writer->save(effect);
    }

    const Ack ack = take(device, parts);

    EXPECT_EQ(ops(ack).applied, 1);
    EXPECT_EQ(store->read("s-1")->changes(0, 10).back().row.version, 2);
}

/// A copy of a device's file seals anew what the other life had sent. Both clocks run ahead by years.
class SealedAnewTest : public IntakeTest {
protected:
    void SetUp() override {
        for (SealingDevice* one : {&device, &copy}) one->clock += years;
        device.seller_row(1);
        device.bundle(2, 1, "Before");
        device.reservation(3, 9, "NOBUNDLE");
        first = device.seal_bytes().front();
        take(device, {first});
        now += std::chrono::minutes(1);
    }
    std::vector<std::string> anew() {
        copy.origins = {{.epoch = 1, .seq = 1, .parts = 1, .hash = protocol::part_hash(first)}};
        copy.seller_row(1);
        copy.bundle(2, 1, "Before");
        copy.reservation(3, 9, "NOBUNDLE");
        return copy.seal_bytes();
    }
    [[nodiscard]] bool is_shown(const std::string& text) {
        const std::vector<std::string> all = rows();
        return std::any_of(all.begin(), all.end(),
                           [&](const std::string& row) { return row.find(text) != std::string::npos; });
    }

    /// What was sealed anew comes to a hub that has not seen what it was sealed from, and the copy writes on.
    void copy_goes_on_at_another_hub() {
        store = stores.create("another hub");
        take(copy, anew());
        copy.origins.clear();
        copy.rename(2, "After");
        take(copy, copy.seal_bytes());
        now += std::chrono::minutes(1);
    }

    static constexpr std::int64_t years = 100'000'000'000;
    SealingDevice copy{"s-1", "replica-a", 2};
    std::string first;
};

/// Its answers were cut, so the device sealed it anew in smaller parts: nobody will ever settle the first letter.
TEST_F(SealedAnewTest, WhatIsRefusedAnewIsOneOpenLetter) {
    ASSERT_EQ(dead_letters().size(), 1U);

    take(copy, anew());

    const std::vector<SellerDeadLetter> open = dead_letters();
    ASSERT_EQ(open.size(), 1U);
    EXPECT_EQ(open[0].letter.id.part.lane.epoch, 2);
    const std::vector<SellerDeadLetter> all = store->dead_letters({.seller = "s-1", .settled = true});
    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(all[0].letter.id.part.lane.epoch, 1);
    EXPECT_EQ(all[0].letter.state, LetterState::retried);
    EXPECT_EQ(all[0].letter.settled_at, now);
}

/// The device was told that it was refused, and so does not take it for the hub's.
TEST_F(SealedAnewTest, WhatWasRefusedAndIsTakenAnewIsTold) {
    SealingDevice other{"s-1", "replica-b", 1};
    other.clock += years;
    other.bundle(9, 1);
    take(other, other.seal_bytes());
    copy.seen = store->read("s-1")->head().seq;

    const Ack ack = take(copy, anew());

    EXPECT_TRUE(is_shown("NOBUNDLE"));
    ASSERT_EQ(ack.pull.rows.size(), 1U);
    EXPECT_EQ(ack.pull.rows[0].key, wire_key(3));
}

TEST_F(SealedAnewTest, DoesNotOverwriteWhatCameAfterIt) {
    device.rename(2, "After");
    take(device, device.seal_bytes());
    now += std::chrono::minutes(1);

    const Ack ack = take(copy, anew());

    EXPECT_EQ(lane(ack, Lane::ops, 2).applied, 1);
    EXPECT_TRUE(is_shown("After"));
    ASSERT_EQ(ack.outcomes.size(), 3U);
    EXPECT_EQ(ack.outcomes[1].outcome, protocol::Outcome::superseded);
    EXPECT_EQ(ack.outcomes[2].outcome, protocol::Outcome::blocked) << "it never took effect";
}

TEST_F(SealedAnewTest, DoesNotBringBackWhatWasDeletedSince) {
    device.remove("bundles", 2);
    take(device, device.seal_bytes());
    now += std::chrono::minutes(1);

    take(copy, anew());

    EXPECT_FALSE(is_shown("Before"));
}

/// The request that brought it is late, or another copy of the file still has it.
TEST_F(SealedAnewTest, IsTheSameWhenWhatItWasSealedFromComesAfterIt) {
    copy_goes_on_at_another_hub();

    const Ack late = take(device, {first});

    EXPECT_EQ(ops(late).applied, 1);
    EXPECT_TRUE(is_shown("After"));
    EXPECT_EQ(dead_letters().size(), 1U) << "one letter, of what was sealed anew";
    EXPECT_EQ(ops(take(device, {first})).applied, 1) << "and once more";
}

TEST_F(SealedAnewTest, IsTheSameWhenAnotherCopySealsItAnewToo) {
    copy_goes_on_at_another_hub();
    copy = SealingDevice("s-1", "replica-a", 3);
    copy.clock += years;

    const Ack ack = take(copy, anew());

    EXPECT_EQ(lane(ack, Lane::ops, 3).applied, 1);
    EXPECT_TRUE(is_shown("After"));
}

/// Another life of the replica may have another segment under the number.
TEST_F(SealedAnewTest, LeavesItsNumberToWhoeverTakesIt) {
    store = stores.create("another hub");
    take(copy, anew());
    SealingDevice other{"s-1", "replica-a", 1};
    other.rename(2, "By the other");

    const Ack ack = take(other, other.seal_bytes());

    EXPECT_EQ(ops(ack).applied, 1);
    EXPECT_FALSE(ops(ack).problem);
    EXPECT_EQ(ops(take(device, {first})).problem->reason, reason::fork);
}

TEST_F(SealedAnewTest, TakesEffectIfTheHubHasNeverHeardOfIt) {
    store = stores.create("another hub");

    take(copy, anew());

    EXPECT_TRUE(is_shown("Before"));
}

/// Another device deleted bundle and reservation, and was heard first.
TEST_F(IntakeTest, AReservationThatWasCollectedComesBackWithItsBundle) {
    take(device, segments(2));
    SealingDevice other("s-1", "replica-b");
    other.seen = store->read("s-1")->head().seq;
    other.remove("reservations", 101);
    other.remove("bundles", 2);
    take(other, other.seal_bytes());
    ASSERT_EQ(rows().size(), 1U);
    device.seen = other.seen;
    device.collect(101);

    const Ack ack = take(device, device.seal_bytes());

    EXPECT_TRUE(ack.outcomes.empty());
    EXPECT_EQ(rows().size(), 3U);
    EXPECT_EQ(ack.pull.rows.size(), 2U) << "the bundle is closed by now";
}

}  // namespace
}  // namespace edge::hub
