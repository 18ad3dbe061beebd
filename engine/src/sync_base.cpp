#include "sync_base.hpp"

#include "edge/core/planted_bugs.hpp"
#include "edge/protocol/tables.hpp"
#include "edge/storage/sync_state.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace edge {

using protocol::Sum128;
using storage::BaseRow;
using storage::CapturedTable;
using storage::Connection;
using storage::JournalOp;
using storage::SealedRow;

namespace {

constexpr std::string_view state_base_sum = "base_digest";

/// The local id of a shared row, by its identity.
constexpr std::array<std::string_view, 11> row_statements = {
    "SELECT user_id FROM sellers WHERE uuid = ?",
    "SELECT category_id FROM category WHERE uuid = ?",
    "SELECT bundle_id FROM bundles WHERE uuid = ?",
    "SELECT reservation_id FROM reservations WHERE uuid = ?",
    {},
    {},
    {},
    {},
    {},
    "SELECT weather_id FROM weather WHERE uuid = ?",
    "SELECT holiday_id FROM holidays WHERE uuid = ?",
};

/// The same with what is known of it.
constexpr std::array<std::string_view, 11> known_statements = {
    "SELECT t.user_id, b.version, b.hash FROM sellers t LEFT JOIN sync_base b ON b.place = t.user_id * 16 + 1 WHERE "
    "t.uuid = ?",
    "SELECT t.category_id, b.version, b.hash FROM category t LEFT JOIN sync_base b ON b.place = t.category_id * 16 + 2 "
    "WHERE t.uuid = ?",
    "SELECT t.bundle_id, b.version, b.hash FROM bundles t LEFT JOIN sync_base b ON b.place = t.bundle_id * 16 + 3 "
    "WHERE t.uuid = ?",
    "SELECT t.reservation_id, b.version, b.hash FROM reservations t LEFT JOIN sync_base b ON b.place = "
    "t.reservation_id * 16 + 4 WHERE t.uuid = ?",
    {},
    {},
    {},
    {},
    {},
    "SELECT t.weather_id, b.version, b.hash FROM weather t LEFT JOIN sync_base b ON b.place = t.weather_id * 16 + 10 "
    "WHERE t.uuid = ?",
    "SELECT t.holiday_id, b.version, b.hash FROM holidays t LEFT JOIN sync_base b ON b.place = t.holiday_id * 16 + 11 "
    "WHERE t.uuid = ?",
};

std::size_t place_of(CapturedTable table) { return static_cast<std::size_t>(table) - 1; }

Sum128 sum_of(const BaseRow& base) { return protocol::digest_of_bytes(base.hash); }

}  // namespace

SyncBase::SyncBase(storage::WriteTransaction& write)
    : write_(&write),
      db_(&write.connection()),
      sum_(stored_base_sum(write.connection())),
      any_absent_(db_->query("SELECT 1 FROM sync_absent LIMIT 1").step()) {}

SyncBase::Known SyncBase::look_up(CapturedTable table, const Uuid& uuid, std::string_view key) const {
    Known known;
    {
        storage::Query row = db_->query(known_statements.at(place_of(table)), uuid);
        if (row.step()) known.row = row.integer(0);
        if (known.row && !row.is_null(1)) {
            known.base = BaseRow{.version = row.integer(1)};
            std::ranges::copy(row.blob(2).first<16>(), known.base->hash.begin());
        }
    }
    if (!known.base) known.base = find_absent(table, key);
    return known;
}

std::optional<BaseRow> SyncBase::find_absent(CapturedTable table, std::string_view key) const {
    if (!any_absent_) return std::nullopt;
    return storage::find_absent(*db_, table, key);
}

void SyncBase::set_absent(CapturedTable table, std::string_view key, const BaseRow& base) {
    storage::set_absent(*write_, table, key, base);
    any_absent_ = true;
}

std::optional<BaseRow> SyncBase::find(CapturedTable table, std::string_view key,
                                      std::optional<std::int64_t> row) const {
    if (row) {
        if (std::optional<BaseRow> base = storage::find_base(*db_, table, *row)) return base;
    }
    return find_absent(table, key);
}

void SyncBase::put(CapturedTable table, std::string_view key, std::optional<std::int64_t> row, std::int64_t version,
                   const Sum128& hash) {
    const BaseRow base{.version = version, .hash = protocol::digest_bytes(hash)};
    if (row) {
        if (const std::optional<BaseRow> before = storage::find_base(*db_, table, *row)) sum_ -= sum_of(*before);
        storage::set_base(*write_, table, *row, base);
        remove(table, key, std::nullopt);
    } else {
        remove(table, key, row);
        set_absent(table, key, base);
    }
    if (!EDGE_PLANTED(base_not_updated)) sum_ += hash;
}

void SyncBase::put(CapturedTable table, std::string_view key, const Known& known, std::int64_t version,
                   const Sum128& hash) {
    if (!known.row || any_absent_) return put(table, key, known.row, version, hash);
    const BaseRow base{.version = version, .hash = protocol::digest_bytes(hash)};
    if (known.base) {
        sum_ -= sum_of(*known.base);
        storage::update_base(*write_, table, *known.row, base);
    } else {
        storage::set_base(*write_, table, *known.row, base);
    }
    if (!EDGE_PLANTED(base_not_updated)) sum_ += hash;
}

void SyncBase::put_new(CapturedTable table, std::int64_t first, std::span<const BaseRow> bases) {
    const bool done = storage::insert_bases(*write_, table, first, bases);
    for (const BaseRow& base : bases) {
        const std::int64_t row = first++;
        // of a row that went without a trace, and bore the number
        if (!done) put(table, {}, row, base.version, sum_of(base));
        if (done && !EDGE_PLANTED(base_not_updated)) sum_ += sum_of(base);
    }
}

void SyncBase::remove(CapturedTable table, std::string_view key, std::optional<std::int64_t> row) {
    if (row) {
        if (const std::optional<BaseRow> base = storage::find_base(*db_, table, *row)) {
            storage::delete_base(*write_, table, *row);
            sum_ -= sum_of(*base);
        }
    }
    if (const std::optional<BaseRow> base = find_absent(table, key)) {
        storage::delete_absent(*write_, table, key);
        sum_ -= sum_of(*base);
    }
}

void SyncBase::detach(CapturedTable table, std::string_view key, std::int64_t row) {
    const std::optional<BaseRow> base = storage::find_base(*db_, table, row);
    if (!base) return;
    if (const std::optional<BaseRow> before = find_absent(table, key)) sum_ -= sum_of(*before);
    storage::delete_base(*write_, table, row);
    set_absent(table, key, *base);
}

void SyncBase::lose(CapturedTable table, std::int64_t row) {
    const std::optional<BaseRow> base = storage::find_base(*db_, table, row);
    if (!base) return;
    storage::delete_base(*write_, table, row);
    storage::insert_lost(*write_, base->hash);
    sum_ -= sum_of(*base);
}

void SyncBase::confirm(std::string_view lane, std::int64_t seq) {
    for (const SealedRow& sealed : storage::sealed_rows_through(*db_, lane, seq)) {
        const std::optional<Uuid> uuid = Uuid::parse(sealed.key);
        if (!uuid) continue;
        const Known known = look_up(sealed.table, *uuid, sealed.key);
        if (sealed.op == JournalOp::deleted) {
            remove(sealed.table, sealed.key, known.row);
            continue;
        }
        put(sealed.table, sealed.key, known, known.base ? known.base->version : 0,
            protocol::digest_of_bytes(*sealed.hash));
    }
    storage::delete_sealed_rows_through(*write_, lane, seq);
}

void SyncBase::store() { storage::set_sync_state(*write_, state_base_sum, protocol::digest_text(sum_)); }

bool SyncBase::recount() {
    Sum128 sum;
    storage::Query row = db_->query("SELECT hash FROM sync_base UNION ALL SELECT hash FROM sync_absent");
    while (row.step()) sum += protocol::digest_of_bytes(row.blob(0).first<16>());
    return std::exchange(sum_, sum) != sum;
}

void tell_deletion(storage::WriteTransaction& write, CapturedTable table, std::string_view key) {
    constexpr std::int64_t no_row = -1;
    const Uuid uuid = *Uuid::parse(key);
    write.connection()
        .query("INSERT INTO journal (tbl, row, op, mask, uuid) VALUES (?, ?, ?, 0, ?)",
               static_cast<std::int64_t>(table), no_row, static_cast<std::int64_t>(JournalOp::deleted), uuid)
        .run();
}

void each_base_row(Connection& db, const std::function<void(const protocol::TableDescriptor& table,
                                                            const std::string& key, const Sum128& hash)>& visit) {
    for (const protocol::TableDescriptor& table : protocol::synced_tables()) {
        if (!protocol::is_shared(table)) continue;
        const storage::CapturedTableInfo& info = storage::captured_table(static_cast<CapturedTable>(table.number));
        storage::Query here =
            db.query(fmt::format("SELECT t.uuid, b.hash FROM {0} t JOIN sync_base b ON b.place = t.{1} * 16 + {2}",
                                 info.name, info.key.substr(2), table.number));
        while (here.step()) visit(table, here.uuid(0).wire(), protocol::digest_of_bytes(here.blob(1).first<16>()));
        storage::Query absent = db.query("SELECT row_key, hash FROM sync_absent WHERE tbl = ?", table.number);
        while (absent.step()) visit(table, absent.text(0), protocol::digest_of_bytes(absent.blob(1).first<16>()));
    }
}

Sum128 stored_base_sum(Connection& db) {
    return protocol::parse_digest(storage::find_sync_state(db, state_base_sum)).value_or(Sum128{});
}

std::optional<std::int64_t> find_shared_row(Connection& db, CapturedTable table, std::string_view key) {
    const std::optional<Uuid> uuid = Uuid::parse(key);
    if (!uuid) return std::nullopt;
    storage::Query row = db.query(row_statements.at(place_of(table)), *uuid);
    if (!row.step()) return std::nullopt;
    return row.integer(0);
}

}  // namespace edge
