#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>

namespace edge {

/// The marketplace's integers are of 32 bits; totals of more rows than a shop has still fit 64.
inline constexpr std::int64_t most_whole = std::numeric_limits<std::int32_t>::max();
/// In minor units: decimal(10,2) and room for currencies without them.
inline constexpr std::int64_t most_price = 1'000'000'000'000;

/// How a column's value is written in files.
enum class ColumnKind {
    text,
    whole,      ///< a whole number
    decimal,    ///< with at most `places`; a number with more is rounded, since databases print doubles in full
    price,      ///< an amount of the seller's currency, 3.99; minor units in SQLite
    instant,    ///< ISO 8601, UTC if without offset; microseconds in SQLite
    day,        ///< YYYY-MM-DD; days since 1970 in SQLite
    yes_no,     ///< true or false; 1 or 0 in SQLite
    reference,  ///< the parent's number, or in the column `<parent>_uuid` its identity; its local key in SQLite
};

/// What a new row gets for a column that the file leaves empty.
enum class IfMissing { refuse, null, zero, empty, now, time_zone, currency, holiday_region, file_name };

/// A column as files have it.
struct DataColumn {
    std::string_view name;
    ColumnKind kind = ColumnKind::text;
    IfMissing if_missing = IfMissing::null;
    std::int64_t least = 0;    ///< of whole numbers and prices; of decimals in units of their last place
    std::int64_t most = 0;     ///< the same
    int places = 0;            ///< of decimals
    std::size_t longest = 0;   ///< characters of a text
    bool may_be_empty = true;  ///< a text of no characters is a value
    std::span<const std::string_view> choices;  ///< texts that may stand here; none: any
    std::string_view parent;                    ///< of references: the table

    /// The column in SQLite.
    [[nodiscard]] std::string_view stored_name() const noexcept {
        return kind == ColumnKind::price ? "price_minor" : name;
    }
    /// Of references: the column that holds the parent's identity in files.
    [[nodiscard]] std::string uuid_name() const { return std::string(name.substr(0, name.size() - 3)) + "_uuid"; }
};

/// Which rows are found by what they say.
enum class NaturalKey {
    fallback,  ///< those that have no number and no uuid
    adopts,    ///< those, and a row of the marketplace finds one that was made here
    unique,    ///< every row: SQLite has the key but once
};

/// A table as files have it. Its identity, where it has one, stands in the column `uuid`.
struct DataTable {
    std::string_view name;
    std::string_view
        key;  ///< its local key, and in dumps the marketplace's number; empty: it has neither that nor a uuid
    std::span<const DataColumn> columns;
    std::span<const std::size_t> natural_key;  ///< the columns that tell rows apart that have no number
    NaturalKey natural_key_finds = NaturalKey::fallback;
    std::span<const std::string_view> ignored;  ///< columns of the marketplace's that have no place here
    bool importable = true;
};

/// Whether its rows have a uuid. Points of graphs and memberships of categories have none.
[[nodiscard]] inline bool has_identity(const DataTable& table) noexcept { return !table.key.empty(); }
/// Parents before children.
[[nodiscard]] std::span<const DataTable> data_tables() noexcept;
/// Null if there is none of that name.
[[nodiscard]] const DataTable* find_data_table(std::string_view name) noexcept;
/// The names, for messages.
[[nodiscard]] std::string list_table_names(bool only_importable);
/// The place of a column in the table; as many as there are columns if it has none of that name.
[[nodiscard]] std::size_t column_index(const DataTable& table, std::string_view name) noexcept;

}  // namespace edge
