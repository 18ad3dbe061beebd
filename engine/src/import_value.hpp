#pragma once

#include "data_tables.hpp"

#include "edge/storage/connection.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace edge {

/// A value as SQLite keeps it.
using Cell = std::variant<std::nullptr_t, std::int64_t, std::string>;

/// The text in quotes for a message, cut if it is long.
[[nodiscard]] std::string quoted_start(std::string_view text);

[[nodiscard]] storage::SqlValue bound(const Cell& cell);

/// A value, or why the text is none.
struct ParsedValue {
    Cell cell;
    std::string reason;  ///< empty: there is a value. "is not a whole number"
};

/// For columns that are no references. `currency` is used by prices alone.
[[nodiscard]] ParsedValue parse_value(const DataColumn& column, std::string_view text, std::string_view currency);

}  // namespace edge
