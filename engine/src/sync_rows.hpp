#pragma once

#include "edge/protocol/tables.hpp"
#include "edge/storage/captured_tables.hpp"
#include "edge/storage/connection.hpp"

#include <cstdint>
#include <limits>
#include <optional>
#include <string>

namespace edge {

/// Rows of one table as they are now, in the form in which they travel. Read in order of their local id (as the journal
/// numbers rows); one prepared statement a table.
class TableRows {
public:
    TableRows(storage::Connection& db, storage::CapturedTable table);

    /// Goes to the rows with ids from `first` to `last`, both included. Points: of one series only.
    void seek(std::int64_t first, std::int64_t last);
    /// False behind the last.
    bool next();
    [[nodiscard]] std::int64_t id() const;
    /// Empty for a point whose series is gone.
    [[nodiscard]] std::string key() const;
    /// The columns whose bits are set.
    [[nodiscard]] protocol::Fields fields(std::int64_t mask) const;

    [[nodiscard]] const protocol::TableDescriptor& descriptor() const noexcept { return *descriptor_; }

    static constexpr std::int64_t all_columns = std::numeric_limits<std::int64_t>::max();

private:
    [[nodiscard]] std::vector<std::string> categories() const;

    storage::Connection* db_;
    const protocol::TableDescriptor* descriptor_;
    storage::Query rows_;
};

/// The wire key of a table's deleted or existing row.
[[nodiscard]] std::string point_key(const Uuid& series, std::int64_t sort_index);

/// Whether the table has a row of that identity; not for points.
[[nodiscard]] bool row_exists(storage::Connection& db, storage::CapturedTable table, const Uuid& uuid);
[[nodiscard]] bool point_exists(storage::Connection& db, std::int64_t row);
/// The local id of a series; nothing if there is none of that identity.
[[nodiscard]] std::optional<std::int64_t> find_series(storage::Connection& db, const Uuid& uuid);
[[nodiscard]] std::optional<Uuid> find_series_uuid(storage::Connection& db, std::int64_t series);

/// The bits of the columns that the fields name.
[[nodiscard]] std::int64_t mask_of(const protocol::TableDescriptor& table, const protocol::Fields& fields);

/// Whether rows of other tables refer to this table's.
[[nodiscard]] bool has_children(const protocol::TableDescriptor& table);

}  // namespace edge
