#include "sync_held.hpp"

#include "sync_seal.hpp"

#include "edge/storage/journal.hpp"
#include "edge/storage/sync_rejects.hpp"
#include "edge/storage/sync_state.hpp"

#include <fmt/format.h>

namespace edge {

using protocol::DeviceMemory;
using protocol::Lane;
using protocol::LaneMark;
using storage::Connection;
using storage::StoredPart;
using storage::SyncLane;

namespace {

constexpr std::string_view state_memory = "memory";

LaneMark mark_of(Connection& db, Lane lane, const LaneMark& remembered) {
    const SyncLane stored = storage::get_sync_lane(db, protocol::name_of(lane));
    const bool same = remembered.epoch == stored.epoch;
    const bool behind = same && remembered.applied == stored.applied;
    return {.epoch = stored.epoch,
            .applied = stored.applied,
            .durable = stored.durable,
            .held = remembered.held && same,
            .staged = behind ? remembered.staged : 0,
            .heard = behind ? remembered.heard : 0};
}

}  // namespace

DeviceMemory load_memory(Connection& db) {
    DeviceMemory memory = protocol::decode_device_memory(storage::find_sync_state(db, state_memory));
    memory.ops = mark_of(db, Lane::ops, memory.ops);
    memory.bulk = mark_of(db, Lane::bulk, memory.bulk);
    return memory;
}

void store_memory(storage::WriteTransaction& write, const DeviceMemory& memory) {
    storage::set_sync_state(write, state_memory, protocol::encode(memory));
}

Lane lane_of(const StoredPart& part) {
    const std::optional<Lane> lane = protocol::parse_lane(part.lane);
    if (!lane) throw Error(ErrorCode::corrupt_data, fmt::format("cannot sync: there is no lane '{}'", part.lane));
    return *lane;
}

protocol::HeldPart to_held(const StoredPart& part) {
    return {.lane = lane_of(part),
            .epoch = part.epoch,
            .seq = part.seq,
            .part = part.part,
            .parts = part.parts,
            .bytes = static_cast<std::size_t>(part.size),
            .changes = part.changes,
            .hash = protocol::hash_text(to_hash(part.hash))};
}

std::vector<StoredPart> unapplied(Connection& db) {
    std::vector<StoredPart> parts = storage::list_parts(db);
    std::erase_if(parts, [&](const StoredPart& part) {
        const SyncLane lane = storage::get_sync_lane(db, part.lane);
        return part.epoch != lane.epoch || part.seq <= lane.applied;
    });
    return parts;
}

std::int64_t pending_changes(Connection& db) {
    return storage::unapplied_parts(db).changes + storage::unread_rows(db, storage::JournalReader::sync);
}

std::vector<protocol::LetterMark> letters_to_tell(storage::Connection& db) {
    std::vector<protocol::LetterMark> letters;
    for (const storage::StoredReject& one : storage::untold_rejects(db)) {
        const storage::SyncReject& reject = one.reject;
        const std::optional<protocol::Lane> lane = protocol::parse_lane(reject.lane);
        const std::optional<protocol::LetterState> state = protocol::parse_letter_state(one.state);
        if (!lane || !state) continue;
        letters.push_back({.lane = *lane,
                           .epoch = reject.epoch,
                           .seq = reject.seq,
                           .part = reject.part,
                           .index = reject.position,
                           .state = *state});
    }
    return letters;
}

}  // namespace edge
