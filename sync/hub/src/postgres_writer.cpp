#include "postgres_writer.hpp"

#include "outcome_codec.hpp"

#include <array>

namespace edge::hub {
namespace {

constexpr std::string_view upsert_rows =
    "INSERT INTO edge.hub_row (seller, tbl, key, version, hub_version, hlc, deleted, writer, fields, stamps, parent, "
    "claim) SELECT $1, w.tbl, w.key, w.version, w.hub_version, w.hlc, w.deleted <> 0, w.writer, w.fields, w.stamps, "
    "w.parent, w.claim FROM unnest($2::bigint[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], "
    "$8::text[], $9::text[], $10::text[], $11::text[], $12::text[]) AS w(tbl, key, version, hub_version, hlc, deleted, "
    "writer, fields, stamps, parent, claim) ON CONFLICT (seller, tbl, key) DO UPDATE SET version = excluded.version, "
    "hub_version = excluded.hub_version, hlc = excluded.hlc, deleted = excluded.deleted, writer = excluded.writer, "
    "fields = excluded.fields, stamps = excluded.stamps, parent = excluded.parent, claim = excluded.claim";
constexpr std::string_view upsert_cursors =
    "INSERT INTO edge.lane_cursor (seller, replica, epoch, lane, next_seq, next_part, parts, head, applied_head) "
    "SELECT $1, $2, w.* FROM unnest($3::bigint[], $4::text[], $5::bigint[], $6::bigint[], $7::bigint[], $8::text[], "
    "$9::text[]) AS w(epoch, lane, next_seq, next_part, parts, head, applied_head) "
    "ON CONFLICT (seller, replica, epoch, lane) DO UPDATE SET next_seq = excluded.next_seq, "
    "next_part = excluded.next_part, parts = excluded.parts, head = excluded.head, "
    "applied_head = excluded.applied_head";
constexpr std::string_view upsert_parts =
    "INSERT INTO edge.lane_part (seller, replica, epoch, lane, seq, part, hash, changes, outcomes, applied_at, bytes) "
    "SELECT $1, $2, w.* FROM unnest($3::bigint[], $4::text[], $5::bigint[], $6::bigint[], $7::text[], $8::bigint[], "
    "$9::text[], $10::bigint[], $11::bytea[]) AS w(epoch, lane, seq, part, hash, changes, outcomes, applied_at, bytes) "
    "ON CONFLICT (seller, replica, epoch, lane, seq, part) DO UPDATE SET hash = excluded.hash, "
    "changes = excluded.changes, outcomes = excluded.outcomes, applied_at = excluded.applied_at, "
    "bytes = excluded.bytes";
constexpr std::string_view insert_dead_letters =
    "INSERT INTO edge.dead_letter (seller, replica, epoch, lane, seq, part, idx, tbl, key, outcome, reason, detail, "
    "change, at) SELECT $1, w.* FROM unnest($2::text[], $3::bigint[], $4::text[], $5::bigint[], $6::bigint[], "
    "$7::bigint[], $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::bigint[]) "
    "AS w(replica, epoch, lane, seq, part, idx, tbl, key, outcome, reason, detail, change, at)";
constexpr std::string_view update_letters =
    "UPDATE edge.dead_letter AS d SET outcome = w.outcome, reason = w.reason, detail = w.detail, state = w.state, "
    "settled_at = w.settled_at FROM unnest($2::text[], $3::bigint[], $4::text[], $5::bigint[], $6::bigint[], "
    "$7::bigint[], $8::text[], $9::text[], $10::text[], $11::text[], $12::bigint[]) "
    "AS w(replica, epoch, lane, seq, part, idx, outcome, reason, detail, state, settled_at) "
    "WHERE d.seller = $1 AND d.replica = w.replica AND d.epoch = w.epoch AND d.lane = w.lane AND d.seq = w.seq "
    "AND d.part = w.part AND d.idx = w.idx";
constexpr std::string_view insert_history =
    "INSERT INTO edge.history (seller, replica, epoch, lane, seq, part, idx, tbl, key, reason, lost, at) "
    "SELECT $1, w.*, $12::bigint FROM unnest($2::text[], $3::bigint[], $4::text[], $5::bigint[], $6::bigint[], "
    "$7::bigint[], $8::bigint[], $9::text[], $10::text[], $11::text[]) "
    "AS w(replica, epoch, lane, seq, part, idx, tbl, key, reason, lost)";
constexpr std::string_view update_head =
    "UPDATE edge.seller_head SET seq = $2::bigint, applied_at = $3::bigint, digest = $4::bytea WHERE seller = $1";

using Integers = std::vector<std::int64_t>;
using Texts = std::vector<std::string>;
using NullableTexts = std::vector<std::optional<std::string>>;

/// NULL in place of an empty text.
std::optional<std::string> name_or_null(const std::string& text) {
    if (text.empty()) return std::nullopt;
    return storable_name(text);
}

/// The columns that name changes.
struct ChangeIds {
    Texts replicas;
    Integers epochs;
    Texts lanes;
    Integers seqs;
    Integers parts;
    Integers indexes;

    void add(const ChangeId& id) {
        replicas.push_back(storable_name(id.replica));
        epochs.push_back(id.part.lane.epoch);
        lanes.emplace_back(protocol::name_of(id.part.lane.lane));
        seqs.push_back(id.part.seq);
        parts.push_back(id.part.part);
        indexes.push_back(id.index);
    }
    void give(PostgresValues& values) const {
        values.texts(replicas).integers(epochs).texts(lanes).integers(seqs).integers(parts).integers(indexes);
    }
};

void queue_rows(PostgresConnection& db, const std::string& seller, const std::vector<StoredRow>& rows) {
    Integers tables;
    Integers versions;
    Integers hub_versions;
    Integers clocks;
    Integers deleted;
    Texts keys;
    Texts writers;
    Texts fields;
    Texts stamps;
    NullableTexts parents;
    NullableTexts claims;
    for (const StoredRow& stored : rows) {
        tables.push_back(stored.at.table);
        keys.push_back(storable_name(stored.at.key));
        versions.push_back(stored.row.version);
        hub_versions.push_back(stored.row.hub_version);
        clocks.push_back(stored.row.hlc);
        deleted.push_back(stored.row.deleted ? 1 : 0);
        writers.push_back(storable_name(stored.row.writer));
        fields.push_back(protocol::encode_fields(stored.row.fields));
        stamps.push_back(protocol::encode_stamps(stored.row));
        parents.push_back(name_or_null(stored.parent));
        claims.push_back(name_or_null(stored.claim));
    }
    PostgresValues values;
    values.text(seller).integers(tables).texts(keys).integers(versions).integers(hub_versions).integers(clocks);
    values.integers(deleted).texts(writers).texts(fields).texts(stamps).nullable_texts(parents).nullable_texts(claims);
    db.queue(upsert_rows, values);
}

void queue_cursors(PostgresConnection& db, const std::string& seller, const SyncEffect& effect) {
    Integers epochs;
    Integers seqs;
    Integers numbers;
    Integers parts;
    Texts lanes;
    Texts heads;
    Texts applied_heads;
    for (const LaneState& lane : effect.cursors) {
        epochs.push_back(lane.id.epoch);
        lanes.emplace_back(protocol::name_of(lane.id.lane));
        seqs.push_back(lane.cursor.next_seq);
        numbers.push_back(lane.cursor.next_part);
        parts.push_back(lane.cursor.parts);
        heads.push_back(lane.cursor.head);
        applied_heads.push_back(lane.cursor.applied_head);
    }
    PostgresValues values;
    values.text(seller).name(effect.replica).integers(epochs).texts(lanes).integers(seqs).integers(numbers);
    values.integers(parts).texts(heads).texts(applied_heads);
    db.queue(upsert_cursors, values);
}

void queue_parts(PostgresConnection& db, const std::string& seller, const SyncEffect& effect) {
    Integers epochs;
    Integers seqs;
    Integers numbers;
    Integers changes;
    Texts lanes;
    Texts hashes;
    Texts outcomes;
    std::vector<std::optional<std::int64_t>> applied_at;
    NullableTexts bytes;
    for (const TakenPart& part : effect.parts) {
        epochs.push_back(part.id.lane.epoch);
        lanes.emplace_back(protocol::name_of(part.id.lane.lane));
        seqs.push_back(part.id.seq);
        numbers.push_back(part.id.part);
        hashes.push_back(part.hash);
        changes.push_back(part.changes);
        outcomes.push_back(encode_outcomes(part.outcomes));
        applied_at.emplace_back();
        bytes.emplace_back();
        if (part.applied) {
            applied_at.back() = effect.applied_at.time_since_epoch().count();
        } else {
            bytes.back() = part.bytes;
        }
    }
    PostgresValues values;
    values.text(seller).name(effect.replica).integers(epochs).texts(lanes).integers(seqs).integers(numbers);
    values.texts(hashes).integers(changes).texts(outcomes).nullable_integers(applied_at).nullable_blobs(bytes);
    db.queue(upsert_parts, values);
}

void queue_dead_letters(PostgresConnection& db, const std::string& seller, const SyncEffect& effect) {
    ChangeIds ids;
    Texts tables;
    Texts keys;
    Texts outcomes;
    Texts reasons;
    Texts details;
    Texts changes;
    Integers instants;
    for (const DeadLetter& letter : effect.dead_letters) {
        ids.add(letter.id);
        tables.push_back(storable_name(letter.table));
        keys.push_back(storable_name(letter.key));
        outcomes.emplace_back(protocol::name_of(letter.outcome));
        reasons.push_back(storable_name(letter.reason));
        details.push_back(storable_name(letter.detail));
        changes.push_back(letter.change);
        instants.push_back(letter.at.time_since_epoch().count());
    }
    PostgresValues values;
    values.text(seller);
    ids.give(values);
    values.texts(tables).texts(keys).texts(outcomes).texts(reasons).texts(details).texts(changes).integers(instants);
    db.queue(insert_dead_letters, values);
}

void queue_reviews(PostgresConnection& db, const std::string& seller, const SyncEffect& effect) {
    ChangeIds ids;
    Texts outcomes;
    Texts reasons;
    Texts details;
    Texts states;
    std::vector<std::optional<std::int64_t>> settled_at;
    for (const DeadLetter& letter : effect.reviewed_letters) {
        ids.add(letter.id);
        outcomes.emplace_back(protocol::name_of(letter.outcome));
        reasons.push_back(storable_name(letter.reason));
        details.push_back(storable_name(letter.detail));
        states.emplace_back(name_of(letter.state));
        settled_at.emplace_back();
        if (letter.settled_at) settled_at.back() = letter.settled_at->time_since_epoch().count();
    }
    PostgresValues values;
    values.text(seller);
    ids.give(values);
    values.texts(outcomes).texts(reasons).texts(details).texts(states).nullable_integers(settled_at);
    db.queue(update_letters, values);
}

void queue_history(PostgresConnection& db, const std::string& seller, const SyncEffect& effect) {
    ChangeIds ids;
    Integers tables;
    Texts keys;
    Texts reasons;
    Texts lost_values;
    for (const LostWrite& lost : effect.lost) {
        ids.add(lost.id);
        tables.push_back(lost.row.table);
        keys.push_back(storable_name(lost.row.key));
        reasons.push_back(storable_name(lost.reason));
        lost_values.push_back(protocol::encode_fields(lost.lost));
    }
    PostgresValues values;
    values.text(seller);
    ids.give(values);
    values.integers(tables).texts(keys).texts(reasons).texts(lost_values).instant(effect.applied_at);
    db.queue(insert_history, values);
}

}  // namespace

void queue_effect(PostgresConnection& db, const std::string& seller, const SyncEffect& effect) {
    if (!effect.rows.empty()) queue_rows(db, seller, effect.rows);
    if (!effect.parts.empty()) queue_parts(db, seller, effect);
    if (!effect.dead_letters.empty()) queue_dead_letters(db, seller, effect);
    if (!effect.reviewed_letters.empty()) queue_reviews(db, seller, effect);
    if (!effect.lost.empty()) queue_history(db, seller, effect);
    if (!effect.cursors.empty()) queue_cursors(db, seller, effect);
    std::optional<std::string> digest;
    if (effect.digest) {
        const std::array<std::uint8_t, 16> bytes = protocol::digest_bytes(*effect.digest);
        digest.emplace(bytes.begin(), bytes.end());
    }
    PostgresValues head;
    head.text(seller).integer(effect.head).instant(effect.applied_at).blob(digest);
    db.queue(update_head, head);
}

}  // namespace edge::hub
