#pragma once

#include "edge/storage/captured_tables.hpp"
#include "edge/storage/connection.hpp"
#include "edge/storage/journal.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace edge::storage {

using RowHash = std::array<std::uint8_t, 16>;

/// What the hub said last of a shared row.
struct BaseRow {
    std::int64_t version = 0;  ///< 0: taken from here, and no version named
    RowHash hash{};
    friend bool operator==(const BaseRow&, const BaseRow&) = default;
};

/// Of a row of this file, by its local id.
[[nodiscard]] std::optional<BaseRow> find_base(Connection& connection, CapturedTable table, std::int64_t row);
void set_base(WriteTransaction& write, CapturedTable table, std::int64_t row, const BaseRow& base);
/// The same where something is known already.
void update_base(WriteTransaction& write, CapturedTable table, std::int64_t row, const BaseRow& base);
/// Of rows with ids from `first` on. False, and nothing changes, if something is known of one of them.
[[nodiscard]] bool insert_bases(WriteTransaction& write, CapturedTable table, std::int64_t first,
                                std::span<const BaseRow> bases);
void delete_base(WriteTransaction& write, CapturedTable table, std::int64_t row);

/// Of a row that this file does not have, by its wire key.
[[nodiscard]] std::optional<BaseRow> find_absent(Connection& connection, CapturedTable table, std::string_view key);
void set_absent(WriteTransaction& write, CapturedTable table, std::string_view key, const BaseRow& base);
void delete_absent(WriteTransaction& write, CapturedTable table, std::string_view key);

/// Hashes of rows that are not here as the hub had them, though the journal knows of no change.
void insert_lost(WriteTransaction& write, const RowHash& hash);
[[nodiscard]] bool is_lost(Connection& connection, const RowHash& hash);
void delete_lost(WriteTransaction& write, const RowHash& hash);
void forget_lost(WriteTransaction& write);

/// Versions are counted anew: the hub was restored, or its order began again.
void forget_versions(WriteTransaction& write);

/// A shared row in a sealed segment.
struct SealedRow {
    CapturedTable table = CapturedTable::sellers;
    std::string key;
    std::int64_t seq = 1;
    JournalOp op = JournalOp::updated;
    std::int64_t mask = 0;        ///< columns that were sent
    std::optional<RowHash> hash;  ///< of the whole row as it was then; nothing for a deletion
};
void insert_sealed_row(WriteTransaction& write, std::string_view lane, const SealedRow& row);
/// In order of number.
[[nodiscard]] std::vector<SealedRow> sealed_rows_through(Connection& connection, std::string_view lane,
                                                         std::int64_t seq);
/// Whether any segment under way has a shared row.
[[nodiscard]] bool has_sealed_rows(Connection& connection);
/// The last segment under way that has the row.
[[nodiscard]] std::optional<SealedRow> last_sealed_row(Connection& connection, CapturedTable table,
                                                       std::string_view key);
/// In every segment under way that has the row, in order of number.
[[nodiscard]] std::vector<SealedRow> sealed_rows_of(Connection& connection, CapturedTable table, std::string_view key);
void set_sealed_hash(WriteTransaction& write, std::string_view lane, const SealedRow& row, const RowHash& hash);
void delete_sealed_rows_through(WriteTransaction& write, std::string_view lane, std::int64_t seq);
void delete_sealed_row(WriteTransaction& write, std::string_view lane, std::int64_t seq, CapturedTable table,
                       std::string_view key);
/// The segment got another number.
void renumber_sealed_rows(WriteTransaction& write, std::string_view lane, std::int64_t from, std::int64_t to);

/// What this file has sealed of a row, and the hub has not confirmed.
struct UnconfirmedRow {
    bool created = false;  ///< with all its columns
    bool deleted = false;  ///< that is the last that was sealed of it
    std::int64_t mask = 0;
    [[nodiscard]] bool any() const noexcept { return created || deleted || mask != 0; }
};
[[nodiscard]] UnconfirmedRow unconfirmed_row(Connection& connection, CapturedTable table, std::string_view key);

/// A change that waits, as JSON.
struct ParkedChange {
    CapturedTable table = CapturedTable::sellers;
    std::string key;
    std::string change;
};
void park_change(WriteTransaction& write, const ParkedChange& parked);
void unpark_change(WriteTransaction& write, CapturedTable table, std::string_view key);
[[nodiscard]] bool has_parked_changes(Connection& connection);
[[nodiscard]] bool is_parked(Connection& connection, CapturedTable table, std::string_view key);
[[nodiscard]] std::vector<ParkedChange> parked_changes(Connection& connection);

}  // namespace edge::storage
