#include "unit/protocol/builders.hpp"

#include "edge/protocol/hub_session.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace edge::protocol {
namespace {

const std::string hash_4 = part_hash("4");
const std::string hash_5_1 = part_hash("5.1");
const std::string hash_other = part_hash("other");
const auto unknown = std::optional<std::string>();

/// Segment 4 is applied, of segment 5 the first of three parts is staged.
LaneCursor mid_segment() {
    return {.next_seq = 5, .next_part = 2, .parts = 3, .head = hash_5_1, .applied_head = hash_4};
}
/// Segment 4 is applied, nothing is staged.
LaneCursor at_rest() { return {.next_seq = 5, .next_part = 1, .parts = 0, .head = hash_4, .applied_head = hash_4}; }

PartPlace place(std::int64_t seq, int part, int parts, std::string prev, std::string hash = part_hash("new")) {
    return {.seq = seq, .part = part, .parts = parts, .prev = std::move(prev), .hash = std::move(hash)};
}

TEST(Judge, AppliesTheNextSegmentOfTheChain) {
    EXPECT_EQ(judge(LaneCursor(), place(1, 1, 1, ""), unknown), PartVerdict::apply);
    EXPECT_EQ(judge(at_rest(), place(5, 1, 1, hash_4), unknown), PartVerdict::apply);
}

TEST(Judge, StagesAPartThatIsNotTheLast) {
    EXPECT_EQ(judge(at_rest(), place(5, 1, 3, hash_4), unknown), PartVerdict::stage);
    EXPECT_EQ(judge(mid_segment(), place(5, 2, 3, hash_5_1), unknown), PartVerdict::stage);
}

TEST(Judge, AppliesWithTheLastPart) {
    LaneCursor cursor = mid_segment();
    cursor.next_part = 3;

    EXPECT_EQ(judge(cursor, place(5, 3, 3, hash_5_1), unknown), PartVerdict::apply);
}

TEST(Judge, KnowsWhatItHasTaken) {
    EXPECT_EQ(judge(at_rest(), place(4, 1, 1, "", hash_4), hash_4), PartVerdict::already_applied);
    EXPECT_EQ(judge(mid_segment(), place(5, 1, 3, hash_4, hash_5_1), hash_5_1), PartVerdict::already_staged);
}

TEST(Judge, SeesAForkInOtherBytesUnderAKnownNumber) {
    EXPECT_EQ(judge(at_rest(), place(4, 1, 1, "", hash_other), hash_4), PartVerdict::fork);
    EXPECT_EQ(judge(mid_segment(), place(5, 1, 3, hash_4, hash_other), hash_5_1), PartVerdict::fork);
}

TEST(Judge, SeesAForkWhenAPastPartIsNotOnRecord) {
    EXPECT_EQ(judge(at_rest(), place(3, 1, 1, "", hash_other), unknown), PartVerdict::fork);
}

TEST(Judge, SeesAForkInAnotherPast) {
    EXPECT_EQ(judge(at_rest(), place(5, 1, 1, hash_other), unknown), PartVerdict::fork);
    EXPECT_EQ(judge(LaneCursor(), place(1, 1, 1, hash_other), unknown), PartVerdict::fork);
    EXPECT_EQ(judge(mid_segment(), place(5, 2, 3, hash_4), unknown), PartVerdict::fork);
}

TEST(Judge, SeesAForkInAnotherNumberOfParts) {
    EXPECT_EQ(judge(mid_segment(), place(5, 2, 2, hash_5_1), unknown), PartVerdict::fork);
}

TEST(Judge, SeesAGap) {
    EXPECT_EQ(judge(at_rest(), place(6, 1, 1, hash_4), unknown), PartVerdict::gap);
    EXPECT_EQ(judge(LaneCursor(), place(2, 1, 1, hash_4), unknown), PartVerdict::gap);
    EXPECT_EQ(judge(mid_segment(), place(6, 1, 1, hash_5_1), unknown), PartVerdict::gap);
}

TEST(Judge, SeesAMissingPart) {
    EXPECT_EQ(judge(at_rest(), place(5, 2, 3, hash_4), unknown), PartVerdict::out_of_order_part);
    EXPECT_EQ(judge(mid_segment(), place(5, 3, 3, hash_5_1), unknown), PartVerdict::out_of_order_part);
}

TEST(Advance, MovesByWhatWasTakenOnly) {
    const PartPlace first = place(5, 1, 2, hash_4, hash_5_1);
    const PartPlace second = place(5, 2, 2, hash_5_1, hash_other);

    const LaneCursor staged = advance(at_rest(), first, PartVerdict::stage);
    const LaneCursor applied = advance(staged, second, PartVerdict::apply);

    EXPECT_EQ(staged,
              (LaneCursor{.next_seq = 5, .next_part = 2, .parts = 2, .head = hash_5_1, .applied_head = hash_4}));
    EXPECT_EQ(applied,
              (LaneCursor{.next_seq = 6, .next_part = 1, .parts = 0, .head = hash_other, .applied_head = hash_other}));
    for (const PartVerdict verdict : {PartVerdict::already_applied, PartVerdict::already_staged, PartVerdict::gap,
                                      PartVerdict::out_of_order_part, PartVerdict::fork}) {
        EXPECT_EQ(advance(at_rest(), first, verdict), at_rest()) << name_of(verdict);
    }
}

TEST(ProblemOf, SaysWhatIsExpected) {
    Segment segment = test::segment_of({});
    segment.seq = 9;

    const Problem gap = problem_of(PartVerdict::gap, mid_segment(), segment, 3);
    const Problem fork = problem_of(PartVerdict::fork, mid_segment(), segment, 3);

    EXPECT_EQ(gap.reason, reason::gap);
    EXPECT_EQ(gap.position, (LanePosition{.lane = Lane::ops, .epoch = 2, .seq = 5, .part = 2}));
    EXPECT_FALSE(gap.next_epoch);
    EXPECT_EQ(fork.reason, reason::fork);
    EXPECT_EQ(fork.position->seq, 9);
    EXPECT_EQ(fork.next_epoch, 3);
}

}  // namespace
}  // namespace edge::protocol
