#pragma once

#include "edge/protocol/lane.hpp"
#include "edge/protocol/segment.hpp"
#include "edge/protocol/value.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace edge::protocol {

enum class ColumnKind {
    text,
    integer,
    boolean,
    decimal,         ///< text with `places` digits behind the point
    instant,         ///< ISO 8601 with Z
    day,             ///< YYYY-MM-DD
    reference,       ///< wire key of a row of `parent`
    reference_list,  ///< wire keys of rows of `parent`
};

struct Column {
    std::string_view name;
    ColumnKind kind;
    int places = 0;                ///< of a decimal
    std::string_view parent = {};  ///< table that a reference names
    bool nullable = false;
};

/// Who wins when two sides wrote.
enum class MergeRule {
    fields,       ///< column by column, the later clock
    reservation,  ///< the state only grows: reserved < cancelled < collected; the other columns as `fields`
    hub,          ///< the hub's own edit, if there is one that the device had not seen; else as `fields`
    revision,     ///< written by one replica alone: the whole row of the later clock
};

struct TableDescriptor {
    int number;             ///< as in the journal's `tbl`; never reused
    std::string_view name;  ///< on the wire and in the database
    Lane lane;
    MergeRule rule;
    std::span<const Column> columns;
    std::string_view key_parent = {};  ///< the table whose uuid the key begins with
};

/// Every synced table, parents before children. The one place that says what travels.
[[nodiscard]] std::span<const TableDescriptor> synced_tables() noexcept;
[[nodiscard]] const TableDescriptor* find_table(std::string_view name) noexcept;
[[nodiscard]] const TableDescriptor* find_table(int number) noexcept;
[[nodiscard]] const Column* find_column(const TableDescriptor& table, std::string_view name) noexcept;
/// True for rows that every device of the seller holds. The others belong to the replica that computed them: they go up
/// and never come down.
[[nodiscard]] bool is_shared(const TableDescriptor& table) noexcept;
/// Place in synced_tables(); the number of tables for an unknown one.
[[nodiscard]] std::size_t table_order(std::string_view name) noexcept;

/// A row that this one refers to.
struct ParentReference {
    std::string_view table;
    std::string_view key;
};
/// Calls `found` for each non-null reference of the change, the one in its key included. The views live as long as
/// the change.
template <class Found>
void each_parent(const TableDescriptor& table, const Change& change, Found found);

/// Why the row cannot be taken: `unknown_table`, `bad_key`, `bad_value`, `missing_column`, or the fault that reading
/// found. Nothing if it can. Columns that are not in the descriptor are let through: a newer device may have them.
struct RowFault {
    std::string_view reason;
    std::string detail;
};
[[nodiscard]] std::optional<RowFault> check_change(const Change& change);

template <class Found>
void each_parent(const TableDescriptor& table, const Change& change, Found found) {
    if (!table.key_parent.empty()) {
        const std::string_view key = change.key;
        found(ParentReference{table.key_parent, key.substr(0, key.find(':'))});
    }
    for (const Field& field : change.fields) {
        const Column* column = find_column(table, field.name);
        if (column == nullptr || column->parent.empty()) continue;
        if (const auto* key = std::get_if<std::string>(&field.value)) {
            found(ParentReference{column->parent, *key});
        } else if (const auto* keys = std::get_if<std::vector<std::string>>(&field.value)) {
            for (const std::string& one : *keys) found(ParentReference{column->parent, one});
        }
    }
}

}  // namespace edge::protocol
