#include "edge/core/planted_bugs.hpp"
#include "edge/protocol/hub_session.hpp"

#include <array>

namespace edge::protocol {
namespace {

constexpr std::array<std::string_view, 7> verdict_names{
    "apply", "stage", "already_applied", "already_staged", "gap", "out_of_order_part", "fork"};

std::string describe(const LaneCursor& cursor) {
    return std::to_string(cursor.next_seq) + " part " + std::to_string(cursor.next_part);
}

}  // namespace

std::string_view name_of(PartVerdict verdict) noexcept { return verdict_names[static_cast<std::size_t>(verdict)]; }

PartPlace place_of(const Segment& segment, std::string_view bytes) {
    return {.seq = segment.seq,
            .part = segment.part,
            .parts = segment.parts,
            .prev = segment.prev,
            .hash = part_hash(bytes)};
}

bool is_behind(const LaneCursor& cursor, const PartPlace& place) noexcept {
    return place.seq < cursor.next_seq || (place.seq == cursor.next_seq && place.part < cursor.next_part);
}

PartVerdict judge(const LaneCursor& cursor, const PartPlace& place, const std::optional<std::string>& stored_hash) {
    if (is_behind(cursor, place)) {
        if (stored_hash != place.hash && !EDGE_PLANTED(chain_unchecked)) return PartVerdict::fork;
        return place.seq < cursor.next_seq ? PartVerdict::already_applied : PartVerdict::already_staged;
    }
    if (place.seq > cursor.next_seq) return PartVerdict::gap;
    if (cursor.parts != 0 && place.parts != cursor.parts) return PartVerdict::fork;
    if (place.part > cursor.next_part) return PartVerdict::out_of_order_part;
    if (place.prev != cursor.head && !EDGE_PLANTED(chain_unchecked)) return PartVerdict::fork;
    return place.part == place.parts ? PartVerdict::apply : PartVerdict::stage;
}

LaneCursor advance(const LaneCursor& cursor, const PartPlace& place, PartVerdict verdict) {
    if (verdict == PartVerdict::apply) {
        return {.next_seq = place.seq + 1, .next_part = 1, .parts = 0, .head = place.hash, .applied_head = place.hash};
    }
    if (verdict != PartVerdict::stage) return cursor;
    LaneCursor moved = cursor;
    moved.next_part = place.part + 1;
    moved.parts = place.parts;
    moved.head = place.hash;
    return moved;
}

Problem problem_of(PartVerdict verdict, const LaneCursor& cursor, const Segment& segment,
                   std::int64_t next_free_epoch) {
    const std::string here = "segment " + std::to_string(segment.seq) + " part " + std::to_string(segment.part);
    Problem problem =
        make_problem(ProblemClass::resync, name_of(verdict), here + " came, expected is " + describe(cursor));
    problem.position =
        LanePosition{.lane = segment.lane, .epoch = segment.epoch, .seq = cursor.next_seq, .part = cursor.next_part};
    if (verdict == PartVerdict::fork) {
        problem.detail = here + " does not continue what the hub knows; expected is " + describe(cursor);
        problem.position->seq = segment.seq;
        problem.position->part = segment.part;
        problem.next_epoch = next_free_epoch;
    }
    return problem;
}

}  // namespace edge::protocol
