#pragma once

#include "pulled_columns.hpp"
#include "sync_base.hpp"

#include "edge/core/uuid.hpp"
#include "edge/protocol/row_digest.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace edge {

/// Rows of one table that this file does not have, to be written several in one statement: a statement that a trigger
/// follows first copies each page that it changes, once.
class PulledRows {
public:
    PulledRows(storage::WriteTransaction& write, SyncBase& base) : write_(&write), base_(&base) {}

    /// As many as one statement takes.
    static constexpr std::size_t most_rows = 16;

    /// The change must live until the rows are written; `columns` are all that the table has.
    void add(const protocol::TableDescriptor& table, const protocol::Change& change, const Uuid& uuid,
             ColumnValues columns, const protocol::Sum128& hash);
    [[nodiscard]] bool empty() const noexcept { return rows_.empty(); }
    [[nodiscard]] bool full() const noexcept { return rows_.size() >= most_rows; }
    [[nodiscard]] bool contains(std::string_view key) const;

    /// Writes them, with what is known of them, and forgets them. Returns those that could not be written as they are,
    /// since a value or another row is in the way.
    [[nodiscard]] std::vector<const protocol::Change*> write();

private:
    struct Row {
        const protocol::Change* change;
        Uuid uuid;
        ColumnValues columns;
        protocol::Sum128 hash;
    };
    [[nodiscard]] const std::string& statement(std::size_t rows);
    [[nodiscard]] bool insert(const Row* first, std::size_t count, std::int64_t id);

    storage::WriteTransaction* write_;
    SyncBase* base_;
    const protocol::TableDescriptor* table_ = nullptr;
    std::vector<Row> rows_;
    std::array<std::array<std::string, 2>, 12> statements_;  // by the table's number: for one row and for most_rows
};

}  // namespace edge
