#include "edge/storage/sync_base.hpp"

#include <algorithm>
#include <span>
#include <string>
#include <vector>

namespace edge::storage {
namespace {

constexpr std::int64_t tables_per_place = 16;

std::int64_t place_of(CapturedTable table, std::int64_t row) {
    return row * tables_per_place + static_cast<std::int64_t>(table);
}

RowHash hash_of(std::span<const std::uint8_t> blob) {
    RowHash hash{};
    std::copy_n(blob.begin(), std::min(blob.size(), hash.size()), hash.begin());
    return hash;
}

std::int64_t number_of(CapturedTable table) { return static_cast<std::int64_t>(table); }

std::optional<BaseRow> read_base(Query& row) {
    if (!row.step()) return std::nullopt;
    return BaseRow{.version = row.integer(0), .hash = hash_of(row.blob(1))};
}

SealedRow read_sealed(const Query& row) {
    return {.table = static_cast<CapturedTable>(row.integer(0)),
            .key = row.text(1),
            .seq = row.integer(2),
            .op = static_cast<JournalOp>(row.integer(3)),
            .mask = row.integer(4),
            .hash = row.is_null(5) ? std::nullopt : std::optional(hash_of(row.blob(5)))};
}

}  // namespace

std::optional<BaseRow> find_base(Connection& connection, CapturedTable table, std::int64_t row) {
    Query found = connection.query("SELECT version, hash FROM sync_base WHERE place = ?", place_of(table, row));
    return read_base(found);
}

void set_base(WriteTransaction& write, CapturedTable table, std::int64_t row, const BaseRow& base) {
    write.connection()
        .query("INSERT OR REPLACE INTO sync_base (place, version, hash) VALUES (?, ?, ?)", place_of(table, row),
               base.version, std::span<const std::uint8_t>(base.hash))
        .run();
}

void update_base(WriteTransaction& write, CapturedTable table, std::int64_t row, const BaseRow& base) {
    write.connection()
        .query("UPDATE sync_base SET version = ?, hash = ? WHERE place = ?", base.version,
               std::span<const std::uint8_t>(base.hash), place_of(table, row))
        .run();
}

bool insert_bases(WriteTransaction& write, CapturedTable table, std::int64_t first, std::span<const BaseRow> bases) {
    if (bases.empty()) return true;
    const auto count = static_cast<std::int64_t>(bases.size());
    // places of other tables lie between
    if (write.connection()
            .query("SELECT 1 FROM sync_base WHERE place BETWEEN ?1 AND ?2 AND place % ?3 = ?1 % ?3",
                   place_of(table, first), place_of(table, first + count - 1), tables_per_place)
            .step())
        return false;
    std::string sql = "INSERT INTO sync_base (place, version, hash) VALUES (?, ?, ?)";
    std::vector<SqlValue> values;
    values.reserve(bases.size() * 3);
    for (std::size_t at = 0; at < bases.size(); ++at) {
        if (at > 0) sql += ", (?, ?, ?)";
        values.emplace_back(place_of(table, first + static_cast<std::int64_t>(at)));
        values.emplace_back(bases[at].version);
        values.emplace_back(std::span<const std::uint8_t>(bases[at].hash));
    }
    write.connection().query_with(sql, values).run();
    return true;
}

void delete_base(WriteTransaction& write, CapturedTable table, std::int64_t row) {
    write.connection().query("DELETE FROM sync_base WHERE place = ?", place_of(table, row)).run();
}

std::optional<BaseRow> find_absent(Connection& connection, CapturedTable table, std::string_view key) {
    Query found =
        connection.query("SELECT version, hash FROM sync_absent WHERE tbl = ? AND row_key = ?", number_of(table), key);
    return read_base(found);
}

void set_absent(WriteTransaction& write, CapturedTable table, std::string_view key, const BaseRow& base) {
    write.connection()
        .query("INSERT OR REPLACE INTO sync_absent (tbl, row_key, version, hash) VALUES (?, ?, ?, ?)", number_of(table),
               key, base.version, std::span<const std::uint8_t>(base.hash))
        .run();
}

void delete_absent(WriteTransaction& write, CapturedTable table, std::string_view key) {
    write.connection().query("DELETE FROM sync_absent WHERE tbl = ? AND row_key = ?", number_of(table), key).run();
}

void insert_lost(WriteTransaction& write, const RowHash& hash) {
    write.connection()
        .query("INSERT OR IGNORE INTO sync_lost (hash) VALUES (?)", std::span<const std::uint8_t>(hash))
        .run();
}

bool is_lost(Connection& connection, const RowHash& hash) {
    return connection.query("SELECT 1 FROM sync_lost WHERE hash = ?", std::span<const std::uint8_t>(hash)).step();
}

void delete_lost(WriteTransaction& write, const RowHash& hash) {
    write.connection().query("DELETE FROM sync_lost WHERE hash = ?", std::span<const std::uint8_t>(hash)).run();
}

void forget_lost(WriteTransaction& write) {
    // SQLite writes the page of an emptied table, even if it was empty
    if (!write.connection().query("SELECT 1 FROM sync_lost LIMIT 1").step()) return;
    write.connection().query("DELETE FROM sync_lost").run();
}

void forget_versions(WriteTransaction& write) {
    write.connection().query("UPDATE sync_base SET version = 0 WHERE version <> 0").run();
    write.connection().query("UPDATE sync_absent SET version = 0 WHERE version <> 0").run();
}

void insert_sealed_row(WriteTransaction& write, std::string_view lane, const SealedRow& row) {
    std::optional<std::span<const std::uint8_t>> hash;
    if (row.hash) hash.emplace(*row.hash);
    write.connection()
        .query(
            "INSERT OR REPLACE INTO sync_sealed (tbl, row_key, lane, seq, op, mask, hash) VALUES (?, ?, ?, ?, ?, ?, ?)",
            number_of(row.table), row.key, lane, row.seq, static_cast<std::int64_t>(row.op), row.mask, hash)
        .run();
}

std::vector<SealedRow> sealed_rows_through(Connection& connection, std::string_view lane, std::int64_t seq) {
    std::vector<SealedRow> rows;
    Query row = connection.query(
        "SELECT tbl, row_key, seq, op, mask, hash FROM sync_sealed WHERE lane = ? AND seq <= ? ORDER BY seq, tbl, "
        "row_key",
        lane, seq);
    while (row.step()) rows.push_back(read_sealed(row));
    return rows;
}

bool has_sealed_rows(Connection& connection) { return connection.query("SELECT 1 FROM sync_sealed LIMIT 1").step(); }

std::optional<SealedRow> last_sealed_row(Connection& connection, CapturedTable table, std::string_view key) {
    Query row = connection.query(
        "SELECT tbl, row_key, seq, op, mask, hash FROM sync_sealed WHERE tbl = ? AND row_key = ? ORDER BY seq DESC "
        "LIMIT 1",
        number_of(table), key);
    if (!row.step()) return std::nullopt;
    return read_sealed(row);
}

std::vector<SealedRow> sealed_rows_of(Connection& connection, CapturedTable table, std::string_view key) {
    std::vector<SealedRow> rows;
    Query row = connection.query(
        "SELECT tbl, row_key, seq, op, mask, hash FROM sync_sealed WHERE tbl = ? AND row_key = ? ORDER BY seq",
        number_of(table), key);
    while (row.step()) rows.push_back(read_sealed(row));
    return rows;
}

void set_sealed_hash(WriteTransaction& write, std::string_view lane, const SealedRow& row, const RowHash& hash) {
    write.connection()
        .query("UPDATE sync_sealed SET hash = ? WHERE tbl = ? AND row_key = ? AND lane = ? AND seq = ?",
               std::span<const std::uint8_t>(hash), number_of(row.table), row.key, lane, row.seq)
        .run();
}

void delete_sealed_rows_through(WriteTransaction& write, std::string_view lane, std::int64_t seq) {
    write.connection().query("DELETE FROM sync_sealed WHERE lane = ? AND seq <= ?", lane, seq).run();
}

void delete_sealed_row(WriteTransaction& write, std::string_view lane, std::int64_t seq, CapturedTable table,
                       std::string_view key) {
    write.connection()
        .query("DELETE FROM sync_sealed WHERE tbl = ? AND row_key = ? AND lane = ? AND seq = ?", number_of(table), key,
               lane, seq)
        .run();
}

void renumber_sealed_rows(WriteTransaction& write, std::string_view lane, std::int64_t from, std::int64_t to) {
    write.connection().query("UPDATE sync_sealed SET seq = ? WHERE lane = ? AND seq = ?", to, lane, from).run();
}

UnconfirmedRow unconfirmed_row(Connection& connection, CapturedTable table, std::string_view key) {
    UnconfirmedRow unconfirmed;
    Query row = connection.query("SELECT op, mask FROM sync_sealed WHERE tbl = ? AND row_key = ? ORDER BY seq",
                                 number_of(table), key);
    while (row.step()) {
        const auto op = static_cast<JournalOp>(row.integer(0));
        unconfirmed.deleted = op == JournalOp::deleted;
        unconfirmed.created = op == JournalOp::created || (unconfirmed.created && !unconfirmed.deleted);
        unconfirmed.mask = unconfirmed.deleted ? 0 : unconfirmed.mask | row.integer(1);
    }
    return unconfirmed;
}

void park_change(WriteTransaction& write, const ParkedChange& parked) {
    write.connection()
        .query("INSERT OR REPLACE INTO sync_parked (tbl, row_key, change) VALUES (?, ?, ?)", number_of(parked.table),
               parked.key, parked.change)
        .run();
}

void unpark_change(WriteTransaction& write, CapturedTable table, std::string_view key) {
    write.connection().query("DELETE FROM sync_parked WHERE tbl = ? AND row_key = ?", number_of(table), key).run();
}

bool has_parked_changes(Connection& connection) { return connection.query("SELECT 1 FROM sync_parked LIMIT 1").step(); }

bool is_parked(Connection& connection, CapturedTable table, std::string_view key) {
    return connection.query("SELECT 1 FROM sync_parked WHERE tbl = ? AND row_key = ?", number_of(table), key).step();
}

std::vector<ParkedChange> parked_changes(Connection& connection) {
    std::vector<ParkedChange> parked;
    Query row = connection.query("SELECT tbl, row_key, change FROM sync_parked ORDER BY tbl, row_key");
    while (row.step()) {
        parked.push_back(
            {.table = static_cast<CapturedTable>(row.integer(0)), .key = row.text(1), .change = row.text(2)});
    }
    return parked;
}

}  // namespace edge::storage
