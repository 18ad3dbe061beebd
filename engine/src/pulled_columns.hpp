#pragma once

#include "edge/protocol/segment.hpp"
#include "edge/protocol/tables.hpp"
#include "edge/storage/captured_tables.hpp"
#include "edge/storage/connection.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace edge {

/// A column's value as it is stored; texts are views of the change's.
struct ColumnValue {
    std::string_view column;
    storage::SqlValue value;
};
using ColumnValues = std::vector<ColumnValue>;

/// A change's value is none that its column can hold.
struct UnreadableValue {
    std::string_view column;
};

/// The bit of each column in the journal's masks, in the order of the descriptor.
template <class Visit>
void each_column(const protocol::TableDescriptor& table, Visit visit) {
    int bit = 0;
    for (const protocol::Column& column : table.columns) {
        const bool list = column.kind == protocol::ColumnKind::reference_list;
        visit(column, list ? storage::bundle_categories_bit : bit);
        if (!list) ++bit;
    }
}

/// Turns what travels into what this file stores. Remembers the parents that it has looked up.
class PulledColumns {
public:
    explicit PulledColumns(storage::Connection& db) : db_(&db) {}

    /// Lists left out. Nothing if a row that a column names is not here; throws UnreadableValue.
    [[nodiscard]] std::optional<ColumnValues> of(const protocol::TableDescriptor& table,
                                                 const protocol::Fields& fields);
    /// A row may be gone, or have another number.
    void forget_parents();

private:
    [[nodiscard]] std::optional<std::int64_t> parent_row(storage::CapturedTable table, const std::string& key);
    [[nodiscard]] storage::SqlValue stored(const protocol::Column& column, const protocol::FieldValue& value);

    storage::Connection* db_;
    std::array<std::unordered_map<std::string, std::int64_t>, 12> parents_;  // by the table's number
};

}  // namespace edge
