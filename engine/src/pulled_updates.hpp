#pragma once

#include "pulled_columns.hpp"
#include "sync_base.hpp"

#include "edge/protocol/row_digest.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace edge {

/// Known rows of one table of which the same columns change, to be written several in one statement: a statement that a
/// trigger follows first copies each page that it changes, once.
class PulledUpdates {
public:
    PulledUpdates(storage::WriteTransaction& write, SyncBase& base) : write_(&write), base_(&base) {}

    /// As many as one statement takes.
    static constexpr std::size_t most_rows = 16;

    struct Row {
        const protocol::Change* change;  ///< must live until the row is written
        SyncBase::Known known;           ///< where it is
        protocol::Fields fields;         ///< what changes; the texts of `columns` are views of it
        ColumnValues columns;
        protocol::Sum128 hash;  ///< of the whole row
    };
    /// Whether such a row may join those that wait.
    [[nodiscard]] bool takes(const protocol::TableDescriptor& table, const ColumnValues& columns) const;
    void add(const protocol::TableDescriptor& table, Row row);
    [[nodiscard]] bool empty() const noexcept { return rows_.empty(); }
    [[nodiscard]] bool full() const noexcept { return rows_.size() >= most_rows; }
    [[nodiscard]] bool contains(std::string_view key) const;

    /// Writes them, with what is known of them, and forgets them. Returns those that could not be written as they are,
    /// since a value breaks a rule.
    [[nodiscard]] std::vector<const protocol::Change*> write();

private:
    [[nodiscard]] std::string statement(std::size_t rows) const;
    [[nodiscard]] bool update(std::size_t first, std::size_t count);

    storage::WriteTransaction* write_;
    SyncBase* base_;
    const protocol::TableDescriptor* table_ = nullptr;
    std::vector<Row> rows_;
    std::string most_;  ///< the statement for `most_rows` of those that wait
};

}  // namespace edge
