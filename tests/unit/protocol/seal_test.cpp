#include "edge/protocol/seal.hpp"

#include "unit/protocol/builders.hpp"

#include "edge/protocol/hub_session.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace edge::protocol {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace): builders of this folder

/// "c bundles", "d reservations" … of a part, in its order.
std::vector<std::string> steps(const SealedPart& part) {
    const Decoded<Segment> segment = decode_segment(part.bytes);
    EXPECT_TRUE(segment);
    std::vector<std::string> all;
    for (const Change& change : segment->changes) all.push_back(std::string(name_of(change.op)) + ' ' + change.table);
    return all;
}

Change point(int number) {
    Change change;
    change.table = "analytics_points";
    change.key = bread_key + ':' + std::to_string(number);
    change.fields = {{"x", "2026-11-23"}, {"y", "3.0000"}};
    return change;
}

TEST(EffectiveOp, IsWhatRemainsOfARowsHistory) {
    const auto none = std::optional<Op>();

    EXPECT_EQ(effective_op(Op::create, Op::create), Op::create);
    EXPECT_EQ(effective_op(Op::create, Op::update), Op::create);
    EXPECT_EQ(effective_op(Op::create, Op::remove), none);
    EXPECT_EQ(effective_op(Op::update, Op::create), Op::create);
    EXPECT_EQ(effective_op(Op::update, Op::update), Op::update);
    EXPECT_EQ(effective_op(Op::update, Op::remove), Op::remove);
    EXPECT_EQ(effective_op(Op::remove, Op::create), Op::create);
    EXPECT_EQ(effective_op(Op::remove, Op::update), Op::create);
    EXPECT_EQ(effective_op(Op::remove, Op::remove), Op::remove);
}

TEST(Seal, MakesNothingOfNothing) {
    const Sealed sealed = seal({}, seal_settings());

    EXPECT_TRUE(sealed.parts.empty());
    EXPECT_EQ(sealed.ops, seal_settings().ops);
    EXPECT_EQ(sealed.bulk, seal_settings().bulk);
}

TEST(Seal, LetsARowThatCameAndWentVanish) {
    const Sealed sealed = seal({entry(reserve(), Op::create, Op::remove)}, seal_settings());

    EXPECT_TRUE(sealed.parts.empty());
    EXPECT_EQ(sealed.ops.next_seq, 1);
}

TEST(Seal, WritesParentsFirstAndDeletesThemLast) {
    const std::vector<JournalEntry> entries{entry(deletion("bundles", key(1))),
                                            entry(deletion("reservations", key(2))),
                                            entry(deletion("category", key(3))),
                                            entry(reserve()),
                                            entry(collect(key(4))),
                                            entry(post_bundle())};

    const Sealed sealed = seal(entries, seal_settings());

    ASSERT_EQ(sealed.parts.size(), 1U);
    EXPECT_EQ(steps(sealed.parts[0]), (std::vector<std::string>{"d reservations", "c bundles", "c reservations",
                                                                "u reservations", "d bundles", "d category"}));
}

TEST(Seal, SendsDeletionsWithoutColumns) {
    const Sealed sealed = seal({entry(post_bundle(), Op::update, Op::remove)}, seal_settings());

    EXPECT_TRUE(decode_segment(sealed.parts.at(0).bytes)->changes.at(0).fields.empty());
}

TEST(Seal, ParcelsEachLaneForItself) {
    const Sealed sealed = seal({entry(point(0)), entry(collect())}, seal_settings());

    ASSERT_EQ(sealed.parts.size(), 2U);
    EXPECT_EQ(sealed.parts[0].lane, Lane::ops);
    EXPECT_EQ(sealed.parts[1].lane, Lane::bulk);
    EXPECT_EQ(sealed.ops.next_seq, 2);
    EXPECT_EQ(sealed.bulk.next_seq, 2);
    EXPECT_EQ(sealed.ops.prev, part_hash(sealed.parts[0].bytes));
    EXPECT_EQ(sealed.bulk.prev, part_hash(sealed.parts[1].bytes));
}

TEST(Seal, NamesTheProgramWhereBytesDoNotMatter) {
    SealSettings later = seal_settings();
    later.ops.prev = part_hash("before");
    later.bulk.prev = part_hash("before");
    const auto app_of = [](const SealedPart& part) { return decode_segment(part.bytes)->app; };

    const Sealed first = seal({entry(collect()), entry(point(0))}, seal_settings());
    const Sealed second = seal({entry(collect()), entry(point(0))}, later);

    EXPECT_EQ(app_of(first.parts.at(0)), "edge-analytics/0.1.0");
    EXPECT_EQ(app_of(second.parts.at(0)), "");
    EXPECT_EQ(app_of(second.parts.at(1)), "edge-analytics/0.1.0");
}

TEST(Seal, CountsClocksFromTheEarliest) {
    Change late = collect(key(1));
    late.hlc = 500;
    Change early = collect(key(2));
    early.hlc = -20;

    const Sealed sealed = seal({entry(late), entry(early)}, seal_settings());

    const Decoded<Segment> segment = decode_segment(sealed.parts.at(0).bytes);
    EXPECT_EQ(segment->h0, monday - 20);
    EXPECT_EQ(segment->changes[0].hlc, 520);
    EXPECT_EQ(segment->changes[1].hlc, 0);
}

TEST(Seal, CutsPartsThatTheHubTakesInOrder) {
    std::vector<JournalEntry> entries;
    entries.reserve(9000);
    for (int i = 0; i < 9000; ++i) entries.push_back(entry(point(i)));
    SealSettings settings = seal_settings();
    settings.bulk.prev = part_hash("before");
    settings.bulk.next_seq = 7;

    const Sealed sealed = seal(entries, settings);

    ASSERT_GT(sealed.parts.size(), 2U);
    LaneCursor cursor{
        .next_seq = 7, .next_part = 1, .parts = 0, .head = settings.bulk.prev, .applied_head = settings.bulk.prev};
    std::size_t changes = 0;
    for (const SealedPart& part : sealed.parts) {
        const Decoded<Segment> segment = decode_segment(part.bytes);
        ASSERT_TRUE(segment) << segment.problem().detail;
        EXPECT_LE(part.bytes.size(), settings.part_bytes);
        EXPECT_EQ(part.changes, segment->changes.size());
        EXPECT_EQ(part.hash, segment_hash(part.bytes));
        changes += part.changes;
        const PartPlace place = place_of(*segment, part.bytes);
        const PartVerdict verdict = judge(cursor, place, std::nullopt);
        EXPECT_EQ(verdict, part.part == part.parts ? PartVerdict::apply : PartVerdict::stage);
        cursor = advance(cursor, place, verdict);
    }
    EXPECT_EQ(changes, 9000U);
    EXPECT_EQ(cursor.next_seq, 8);
    EXPECT_EQ(cursor.head, sealed.bulk.prev);
}

TEST(Seal, PutsNoMoreChangesInAPartThanAllowed) {
    SealSettings settings = seal_settings();
    settings.part_changes = 2;

    const Sealed sealed = seal({entry(point(0)), entry(point(1)), entry(point(2))}, settings);

    ASSERT_EQ(sealed.parts.size(), 2U);
    EXPECT_EQ(sealed.parts[0].changes, 2U);
    EXPECT_EQ(sealed.parts[1].changes, 1U);
}

TEST(Seal, SetsAsideWhatCannotTravel) {
    const std::vector<JournalEntry> entries{
        entry(edit_bundle({{"name", std::string(70'000, 'x')}})), entry(edit_bundle({{"name", "caf\xE9"}})),
        entry(edit_bundle({{"name", std::string("a\0b", 3)}})), entry(deletion("users", key(1))), entry(collect())};

    const Sealed sealed = seal(entries, seal_settings());

    ASSERT_EQ(sealed.unsendable.size(), 4U);
    EXPECT_EQ(sealed.unsendable[0].reason, "bad_text");
    EXPECT_EQ(sealed.unsendable[1].reason, "bad_text");
    EXPECT_EQ(sealed.unsendable[2].reason, "unknown_table");
    EXPECT_EQ(sealed.unsendable[3].reason, "row_too_big");
    EXPECT_EQ(steps(sealed.parts.at(0)), (std::vector<std::string>{"u reservations"}));
}

TEST(Seal, GivesTheSameBytesForTheSameRows) {
    const std::vector<JournalEntry> entries{entry(post_bundle()), entry(reserve()), entry(point(1))};

    EXPECT_EQ(seal(entries, seal_settings()).parts[0].bytes, seal(entries, seal_settings()).parts[0].bytes);
}

TEST(Seal, AgainKeepsTheClocksOfAHeldSegment) {
    Change change = collect();
    change.hlc = 77;
    change.base = 12;
    const Segment held = segment_of({change, deletion("reservations", key(9)), reserve()});
    SealSettings settings = seal_settings();
    settings.ops.epoch = 5;

    const Sealed sealed = seal(entries_of(held), settings);

    const Decoded<Segment> again = decode_segment(sealed.parts.at(0).bytes);
    EXPECT_EQ(again->epoch, 5);
    EXPECT_EQ(again->h0 + again->changes[1].hlc, monday + 77);
    EXPECT_EQ(again->changes[1].base, 12);
    EXPECT_EQ(again->changes.size(), 3U);
}

}  // namespace
}  // namespace edge::protocol
