#include "sync_seal.hpp"

#include "sync_base.hpp"
#include "sync_changes.hpp"

#include "edge/core/planted_bugs.hpp"
#include "edge/protocol/tables.hpp"
#include "edge/storage/journal.hpp"
#include "edge/storage/schema.hpp"
#include "edge/storage/segments.hpp"
#include "edge/storage/sellers.hpp"
#include "edge/storage/sync_state.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <set>
#include <utility>

namespace edge {

using protocol::JournalEntry;
using protocol::Lane;
using protocol::LaneHead;
using protocol::Op;
using protocol::SealedPart;
using protocol::SealSettings;
using storage::Connection;
using storage::JournalReader;
using storage::SyncLane;
using storage::WriteTransaction;

namespace {

/// Names in sync_state.
constexpr std::string_view state_part_bytes = "part_bytes";  ///< a smaller part that the way to the hub asked for

LaneHead head_of(const SyncLane& lane) {
    return {.epoch = lane.epoch,
            .next_seq = lane.next_seq,
            .prev = lane.head.empty() ? std::string() : protocol::hash_text(to_hash(lane.head))};
}

SealSettings settings_of(Connection& db, const SyncIdentity& identity) {
    SealSettings settings;
    settings.seller = identity.seller;
    settings.replica = identity.replica;
    settings.schema = storage::device_schema().newest_version();
    settings.app = identity.app;
    settings.seen = storage::find_sync_number(db, state_seen);
    settings.ops = head_of(storage::get_sync_lane(db, protocol::name_of(Lane::ops)));
    settings.bulk = head_of(storage::get_sync_lane(db, protocol::name_of(Lane::bulk)));
    const std::int64_t part_bytes = storage::find_sync_number(db, state_part_bytes);
    if (part_bytes > 0) settings.part_bytes = static_cast<std::size_t>(part_bytes);
    return settings;
}

std::int64_t next_clock(Connection& db, Timestamp now) {
    if (EDGE_PLANTED(clock_set_back)) return to_milliseconds(now);
    return std::max(to_milliseconds(now), storage::find_sync_number(db, state_clock) + 1);
}

storage::JournalOp op_of(Op op) {
    switch (op) {
        case Op::create: return storage::JournalOp::created;
        case Op::remove: return storage::JournalOp::deleted;
        case Op::update:
        case Op::unknown: break;
    }
    return storage::JournalOp::updated;
}

std::string change_json(const JournalEntry& entry) {
    protocol::Change change;
    change.table = entry.table;
    change.key = entry.key;
    change.op = protocol::effective_op(entry.first, entry.last).value_or(Op::update);
    for (const protocol::Field& field : entry.fields) {
        const std::string* text = protocol::as_text(field.value);
        if (text == nullptr || protocol::is_utf8(*text)) change.fields.push_back(field);
    }
    return protocol::encode(change);
}

/// Stores what was sealed, and moves the lanes' heads.
class SealStore {
public:
    SealStore(WriteTransaction& write, SealSettings& settings, Timestamp now)
        : write_(&write), settings_(&settings), now_(now) {}

    /// Keeps besides what a pull has to know of the shared rows until the hub has them.
    void seal(const std::vector<PendingChange>& changes, SyncBase& base) {
        std::vector<JournalEntry> entries;
        entries.reserve(changes.size());
        for (const PendingChange& change : changes) entries.push_back(change.entry);
        const std::map<Lane, std::int64_t> numbers = {{Lane::ops, settings_->ops.next_seq},
                                                      {Lane::bulk, settings_->bulk.next_seq}};
        const std::set<std::pair<std::string, std::string>> left_out = seal(std::move(entries));
        for (const PendingChange& change : changes) {
            const protocol::TableDescriptor& table = *protocol::find_table(change.entry.table);
            if (!protocol::is_shared(table)) continue;
            if (!left_out.contains({change.entry.table, change.entry.key})) keep(table, change, numbers.at(table.lane));
            const auto captured = static_cast<storage::CapturedTable>(table.number);
            for (const std::int64_t row : change.rows) base.detach(captured, change.entry.key, row);
            if (change.made) base.lose(captured, *change.made);
        }
    }

    /// Returns the rows that could not be sealed.
    std::set<std::pair<std::string, std::string>> seal(std::vector<JournalEntry> entries) {
        const protocol::Sealed sealed = protocol::seal(std::move(entries), *settings_);
        for (const SealedPart& part : sealed.parts) {
            const std::string lane(protocol::name_of(part.lane));
            storage::insert_part(*write_,
                                 {.lane = lane,
                                  .epoch = part.epoch,
                                  .seq = part.seq,
                                  .part = part.part,
                                  .parts = part.parts,
                                  .changes = static_cast<std::int64_t>(part.changes),
                                  .hash = {part.hash.begin(), part.hash.end()},
                                  .size = static_cast<std::int64_t>(part.bytes.size()),
                                  .sealed_at = now_},
                                 part.bytes);
            heads_[part.lane] = {part.hash.begin(), part.hash.end()};
        }
        std::set<std::pair<std::string, std::string>> left_out;
        for (const protocol::Unsendable& row : sealed.unsendable) {
            set_aside(row);
            left_out.emplace(row.entry.table, row.entry.key);
        }
        settings_->ops = sealed.ops;
        settings_->bulk = sealed.bulk;
        return left_out;
    }

    /// Keeps the watermarks of a lane that stays in its epoch.
    void finish(Lane lane) {
        const auto sealed = heads_.find(lane);
        const LaneHead& head = head_after(lane);
        SyncLane stored = storage::get_sync_lane(write_->connection(), protocol::name_of(lane));
        const bool new_epoch = stored.epoch != head.epoch;
        if (sealed == heads_.end() && !new_epoch) return;
        if (new_epoch) stored = SyncLane{.epoch = head.epoch, .head = {}};
        stored.next_seq = head.next_seq;
        if (sealed != heads_.end()) stored.head = sealed->second;
        storage::set_lane_head(*write_, protocol::name_of(lane), stored);
    }

private:
    [[nodiscard]] const LaneHead& head_after(Lane lane) const {
        return lane == Lane::ops ? settings_->ops : settings_->bulk;
    }

    void keep(const protocol::TableDescriptor& table, const PendingChange& change, std::int64_t seq) {
        storage::SealedRow row{.table = static_cast<storage::CapturedTable>(table.number),
                               .key = change.entry.key,
                               .seq = seq,
                               .op = op_of(change.entry.last),
                               .mask = change.mask,
                               .hash = {}};
        if (change.hash) row.hash = protocol::digest_bytes(*change.hash);
        storage::insert_sealed_row(*write_, protocol::name_of(table.lane), row);
    }

    void set_aside(const protocol::Unsendable& row) {
        const protocol::TableDescriptor* table = protocol::find_table(row.entry.table);
        const Lane lane = table == nullptr ? Lane::ops : table->lane;
        const LaneHead& head = head_after(lane);
        const std::string_view name = protocol::name_of(lane);
        storage::insert_reject(
            *write_, {.lane = std::string(name),
                      .epoch = head.epoch,
                      .seq = head.next_seq,
                      .part = 0,
                      .position = storage::next_reject_position(write_->connection(), name, head.epoch, head.next_seq),
                      .table = row.entry.table,
                      .key = row.entry.key,
                      .outcome = "unsendable",
                      .reason = row.reason,
                      .change = change_json(row.entry),
                      .received_at = now_});
    }

    WriteTransaction* write_;
    SealSettings* settings_;
    Timestamp now_;
    std::map<Lane, std::vector<std::uint8_t>> heads_;
};

/// A kept segment as it went into the seal.
struct KeptSegment {
    std::int64_t seq = 0;
    std::int64_t seen = 0;  ///< what this file knew of the hub's rows
    std::vector<JournalEntry> entries;
    std::vector<protocol::Origin> origins;  ///< itself the last
};

void add_part(KeptSegment& kept, const std::string& bytes, const std::string& path) {
    const protocol::Decoded<protocol::Segment> segment = protocol::decode_segment(bytes);
    if (!segment) {
        throw Error(ErrorCode::corrupt_data,
                    fmt::format("cannot seal again what {} keeps: {}", path, segment.problem().detail));
    }
    kept.seen = segment->seen;
    kept.origins = segment->origins;
    for (const protocol::Change& change : segment->changes) {
        kept.entries.push_back({.table = change.table,
                                .key = change.key,
                                .first = change.op,
                                .last = change.op,
                                .base = change.base,
                                .hlc = segment->h0 + change.hlc,
                                .fields = change.fields});
    }
}

/// Calls `use` with each kept segment of the lane, in order.
void each_kept_segment(Connection& db, std::string_view lane, std::int64_t epoch,
                       const std::function<void(KeptSegment)>& use) {
    KeptSegment segment;
    for (const storage::StoredPart& part : storage::list_parts(db)) {
        if (part.lane != lane || part.epoch != epoch) continue;
        const std::optional<std::string> bytes = storage::find_part_bytes(db, lane, epoch, part.seq, part.part);
        add_part(segment, bytes.value_or(std::string()), db.path());
        segment.seq = part.seq;
        if (part.part < part.parts) continue;
        segment.origins.push_back(
            {.epoch = epoch, .seq = part.seq, .parts = part.parts, .hash = protocol::hash_text(to_hash(part.hash))});
        if (segment.origins.size() > protocol::most_origins) segment.origins.erase(segment.origins.begin());
        use(std::exchange(segment, {}));
    }
}

/// Deletions that may still have to be told, each once.
std::vector<JournalEntry> kept_deletions(Connection& db, std::string_view lane, std::int64_t epoch) {
    std::map<std::pair<std::string, std::string>, JournalEntry> deletions;
    each_kept_segment(db, lane, epoch, [&](KeptSegment segment) {
        for (JournalEntry& entry : segment.entries) {
            if (entry.last == Op::remove) deletions.insert_or_assign({entry.table, entry.key}, std::move(entry));
        }
    });
    std::vector<JournalEntry> all;
    all.reserve(deletions.size());
    for (auto& [place, entry] : deletions) all.push_back(std::move(entry));
    return all;
}

}  // namespace

std::int64_t to_milliseconds(Timestamp instant) {
    return std::chrono::floor<std::chrono::milliseconds>(instant).time_since_epoch().count();
}

protocol::SegmentHash to_hash(const std::vector<std::uint8_t>& bytes) {
    protocol::SegmentHash hash{};
    std::copy_n(bytes.begin(), std::min(bytes.size(), hash.size()), hash.begin());
    return hash;
}

SyncIdentity sync_identity(Engine::State& state, std::string app) {
    const std::string home = find_meta(state.db, meta_home_seller);
    const std::optional<Uuid> replica = Uuid::parse(find_meta(state.db, meta_replica));
    std::int64_t seller = 0;
    std::from_chars(home.data(), home.data() + home.size(), seller);
    if (!replica || seller == 0) {
        throw Error(ErrorCode::corrupt_data,
                    fmt::format("cannot sync {}: it does not say whose file it is", state.db.path()));
    }
    if (app.empty()) app = storage::find_sync_state(state.db, state_app);
    return {.seller = storage::get_seller(state.db, SellerId(seller)).uuid.wire(),
            .replica = replica->wire(),
            .app = app.empty() ? "edge-analytics" : std::move(app)};
}

void seal_pending(Engine::State& state, const SyncIdentity& identity) {
    Connection& db = state.db;
    if (storage::journal_head(db, JournalReader::sync) == storage::journal_cursor(db, JournalReader::sync)) return;
    WriteTransaction write(db, storage::Writing::background);
    seal_pending(state, write, identity);
    write.commit();
}

void seal_pending(Engine::State& state, WriteTransaction& write, const SyncIdentity& identity) {
    Connection& db = write.connection();
    if (storage::journal_head(db, JournalReader::sync) == storage::journal_cursor(db, JournalReader::sync)) return;
    const Timestamp now = state.now();
    const std::int64_t clock = next_clock(db, now);
    SealSettings settings = settings_of(db, identity);
    SealStore store(write, settings, now);
    SyncBase base(write);
    const std::int64_t head =
        collect_changes(db, clock, [&](const std::vector<PendingChange>& changes) { store.seal(changes, base); });
    base.store();
    store.finish(Lane::ops);
    store.finish(Lane::bulk);
    storage::advance_journal_cursor(write, JournalReader::sync, head);
    storage::trim_journal(write);
    storage::set_sync_state(write, state_clock, clock);
    storage::set_sync_state(write, state_app, identity.app);
    storage::set_sync_state(write, state_sealed_at, to_milliseconds(now));
}

void preview_seal(Engine::State& state, const SyncIdentity& identity,
                  const std::function<void(const SealedPart&)>& part) {
    SealSettings settings = settings_of(state.db, identity);
    collect_changes(state.db, next_clock(state.db, state.now()), [&](std::vector<PendingChange> changes) {
        std::vector<JournalEntry> entries;
        entries.reserve(changes.size());
        for (PendingChange& change : changes) entries.push_back(std::move(change.entry));
        const protocol::Sealed sealed = protocol::seal(std::move(entries), settings);
        for (const SealedPart& one : sealed.parts) part(one);
        settings.ops = sealed.ops;
        settings.bulk = sealed.bulk;
    });
}

void seal_rows_late(Engine::State& state, WriteTransaction& write, const SyncIdentity& identity,
                    const std::vector<storage::ChangedRow>& rows,
                    const std::function<std::int64_t(const JournalEntry&)>& clock_of) {
    if (rows.empty()) return;
    SealSettings settings = settings_of(write.connection(), identity);
    settings.seen = 0;
    SealStore store(write, settings, state.now());
    SyncBase base(write);
    collect_rows(write.connection(), rows, 0, [&](std::vector<PendingChange> changes) {
        for (PendingChange& change : changes) change.entry.hlc = clock_of(change.entry);
        store.seal(changes, base);
    });
    base.store();
    store.finish(Lane::ops);
    store.finish(Lane::bulk);
}

void seal_lost_rows(Engine::State& state, WriteTransaction& write, const SyncIdentity& identity,
                    const std::vector<storage::ChangedRow>& rows) {
    constexpr std::int64_t before_all_others = 0;
    seal_rows_late(state, write, identity, rows, [](const JournalEntry&) { return before_all_others; });
}

void seal_again(Engine::State& state, WriteTransaction& write, const SyncIdentity& identity,
                const protocol::SealAgain& order) {
    Connection& db = write.connection();
    const std::string_view lane = protocol::name_of(order.lane);
    const std::int64_t old_epoch = storage::get_sync_lane(db, lane).epoch;
    if (old_epoch >= order.epoch) return;
    if (order.part_bytes > 0)
        storage::set_sync_state(write, state_part_bytes, static_cast<std::int64_t>(order.part_bytes));
    SealSettings settings = settings_of(db, identity);
    (order.lane == Lane::ops ? settings.ops : settings.bulk) = LaneHead{.epoch = order.epoch, .prev = {}};
    SealStore store(write, settings, state.now());
    if (order.whole) {
        // Every column seems changed at the time of the last seal: what others wrote since then still wins.
        SyncBase base(write);
        storage::delete_sealed_rows_through(write, lane, std::numeric_limits<std::int64_t>::max());
        collect_everything(db, order.lane, storage::find_sync_number(db, state_clock),
                           kept_deletions(db, lane, old_epoch),
                           [&](const std::vector<PendingChange>& changes) { store.seal(changes, base); });
        base.store();
    } else {
        std::vector<std::int64_t> numbers;
        each_kept_segment(db, lane, old_epoch, [&](KeptSegment segment) {
            // the answer that asks for it may have brought rows that these changes do not know
            settings.seen = segment.seen;
            settings.origins = segment.origins;
            store.seal(std::move(segment.entries));
            numbers.push_back(segment.seq);
        });
        for (std::size_t at = 0; at < numbers.size(); ++at) {
            storage::renumber_sealed_rows(write, lane, numbers[at], static_cast<std::int64_t>(at) + 1);
        }
    }
    store.finish(order.lane);
    storage::delete_parts_through(write, lane, old_epoch, std::numeric_limits<std::int64_t>::max());
}

}  // namespace edge
