#include "sqlite_writer.hpp"

#include "outcome_codec.hpp"

#include "edge/core/planted_bugs.hpp"

#include <array>
#include <cstdint>
#include <span>

namespace edge::hub {

using storage::Connection;
using storage::Query;

namespace {

/// NULL in place of an empty text.
std::optional<std::string_view> or_null(const std::string& text) {
    if (text.empty()) return std::nullopt;
    return text;
}

void save_rows(Connection& db, std::string_view seller, const std::vector<StoredRow>& rows) {
    Query query = db.query(
        "INSERT INTO hub_row (seller, tbl, key, version, hub_version, hlc, deleted, writer, fields, stamps, parent, "
        "claim) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (seller, tbl, key) DO UPDATE SET "
        "version = excluded.version, hub_version = excluded.hub_version, hlc = excluded.hlc, "
        "deleted = excluded.deleted, writer = excluded.writer, fields = excluded.fields, stamps = excluded.stamps, "
        "parent = excluded.parent, claim = excluded.claim");
    for (const StoredRow& stored : rows) {
        const protocol::HubRow& row = stored.row;
        const std::string fields = protocol::encode_fields(row.fields);
        const std::string stamps = protocol::encode_stamps(row);
        query
            .rebind(seller, stored.at.table, stored.at.key, row.version, row.hub_version, row.hlc, row.deleted,
                    row.writer, fields, stamps, or_null(stored.parent), or_null(stored.claim))
            .run();
    }
}

void save_cursors(Connection& db, std::string_view seller, const SyncEffect& effect) {
    Query query = db.query(
        "INSERT INTO lane_cursor (seller, replica, epoch, lane, next_seq, next_part, parts, head, applied_head) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (seller, replica, epoch, lane) DO UPDATE SET "
        "next_seq = excluded.next_seq, next_part = excluded.next_part, parts = excluded.parts, head = excluded.head, "
        "applied_head = excluded.applied_head");
    for (const LaneState& lane : effect.cursors) {
        if (EDGE_PLANTED(cursor_not_moved) && &lane != &effect.cursors.front()) continue;
        const protocol::LaneCursor& cursor = lane.cursor;
        query
            .rebind(seller, effect.replica, lane.id.epoch, protocol::name_of(lane.id.lane), cursor.next_seq,
                    cursor.next_part, cursor.parts, cursor.head, cursor.applied_head)
            .run();
    }
}

void save_parts(Connection& db, std::string_view seller, const SyncEffect& effect) {
    Query query = db.query(
        "INSERT INTO lane_part (seller, replica, epoch, lane, seq, part, hash, changes, outcomes, applied_at, bytes) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (seller, replica, epoch, lane, seq, part) DO UPDATE SET "
        "hash = excluded.hash, changes = excluded.changes, outcomes = excluded.outcomes, "
        "applied_at = excluded.applied_at, bytes = excluded.bytes");
    for (const TakenPart& part : effect.parts) {
        const std::string outcomes = encode_outcomes(part.outcomes);
        std::optional<Timestamp> applied_at;
        if (part.applied) applied_at = effect.applied_at;
        std::optional<std::span<const std::uint8_t>> bytes;
        if (!part.applied) bytes.emplace(reinterpret_cast<const std::uint8_t*>(part.bytes.data()), part.bytes.size());
        query
            .rebind(seller, effect.replica, part.id.lane.epoch, protocol::name_of(part.id.lane.lane), part.id.seq,
                    part.id.part, part.hash, part.changes, outcomes, applied_at, bytes)
            .run();
    }
}

void save_dead_letters(Connection& db, std::string_view seller, const SyncEffect& effect) {
    Query query = db.query(
        "INSERT INTO dead_letter (seller, replica, epoch, lane, seq, part, idx, tbl, key, outcome, reason, detail, "
        "change, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    for (const DeadLetter& letter : effect.dead_letters) {
        const PartId& part = letter.id.part;
        query
            .rebind(seller, letter.id.replica, part.lane.epoch, protocol::name_of(part.lane.lane), part.seq, part.part,
                    letter.id.index, letter.table, letter.key, protocol::name_of(letter.outcome), letter.reason,
                    letter.detail, letter.change, letter.at)
            .run();
    }
}

void save_reviews(Connection& db, std::string_view seller, const SyncEffect& effect) {
    Query query = db.query(
        "UPDATE dead_letter SET outcome = ?, reason = ?, detail = ?, state = ?, settled_at = ? WHERE seller = ? AND "
        "replica = ? AND epoch = ? AND lane = ? AND seq = ? AND part = ? AND idx = ?");
    for (const DeadLetter& letter : effect.reviewed_letters) {
        const PartId& part = letter.id.part;
        query
            .rebind(protocol::name_of(letter.outcome), letter.reason, letter.detail, name_of(letter.state),
                    letter.settled_at, seller, letter.id.replica, part.lane.epoch, protocol::name_of(part.lane.lane),
                    part.seq, part.part, letter.id.index)
            .run();
    }
}

void save_history(Connection& db, std::string_view seller, const SyncEffect& effect) {
    Query query = db.query(
        "INSERT INTO history (seller, replica, epoch, lane, seq, part, idx, tbl, key, reason, lost, at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    for (const LostWrite& lost : effect.lost) {
        const PartId& part = lost.id.part;
        const std::string values = protocol::encode_fields(lost.lost);
        query
            .rebind(seller, lost.id.replica, part.lane.epoch, protocol::name_of(part.lane.lane), part.seq, part.part,
                    lost.id.index, lost.row.table, lost.row.key, lost.reason, values, effect.applied_at)
            .run();
    }
}

}  // namespace

void save_effect(storage::WriteTransaction& write, std::string_view seller, const SyncEffect& effect) {
    Connection& db = write.connection();
    save_rows(db, seller, effect.rows);
    save_parts(db, seller, effect);
    if (!effect.dead_letters.empty()) save_dead_letters(db, seller, effect);
    if (!effect.reviewed_letters.empty()) save_reviews(db, seller, effect);
    if (!effect.lost.empty()) save_history(db, seller, effect);
    save_cursors(db, seller, effect);
    std::optional<std::array<std::uint8_t, 16>> digest;
    if (effect.digest) digest = protocol::digest_bytes(*effect.digest);
    std::optional<std::span<const std::uint8_t>> blob;
    if (digest) blob.emplace(*digest);
    db.query(
          "INSERT INTO seller_head (seller, seq, applied_at, digest) VALUES (?, ?, ?, ?) "
          "ON CONFLICT (seller) DO UPDATE SET seq = excluded.seq, applied_at = excluded.applied_at, digest = "
          "excluded.digest",
          seller, effect.head, effect.applied_at, blob)
        .run();
}

}  // namespace edge::hub
