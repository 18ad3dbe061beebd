#pragma once

#include "data_tables.hpp"

#include "edge/core/uuid.hpp"
#include "edge/storage/connection.hpp"

#include <cstdint>
#include <optional>
#include <set>
#include <string_view>

namespace edge {

/// Which row of this database a number in the imported files means. Numbers are the marketplace's unless a file said
/// otherwise; what it said is kept in a temporary table of the transaction, so that memory does not grow with the
/// files.
class SourceKeys {
public:
    /// `tables` are those that the import brings rows of: in references to them a number is never a local key.
    SourceKeys(storage::WriteTransaction& write, std::set<std::string_view> tables);

    /// The row that had `source` in the files is this one, though its identity is not made from that number.
    void remember(const DataTable& table, std::int64_t source, std::int64_t local);
    /// `may_be_local`: if nothing else is known of the number it may be a local key.
    [[nodiscard]] std::optional<std::int64_t> find(const DataTable& table, std::int64_t source, bool may_be_local);
    [[nodiscard]] std::optional<std::int64_t> find(const DataTable& table, const Uuid& uuid);

private:
    storage::Connection& db_;
    std::set<std::string_view> tables_;
    std::set<std::string_view> remembered_;  // tables that have rows in the temporary table
};

}  // namespace edge
