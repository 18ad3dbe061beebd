#pragma once

#include "marketplace_sql.hpp"
#include "postgres_connection.hpp"

#include "edge/protocol/value.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace edge::hub {

/// What the marketplace's tables in one database are like.
struct MarketplaceLayout {
    marketplace_sql::Words words;  ///< for the statements: names of sequences and of types
    /// Longest text of a column, in characters; a column without a limit is not here.
    std::map<std::pair<std::string, std::string>, std::int64_t> longest;
    /// Those that the hub keeps; one that is made later is a rule that it does not know.
    std::set<std::string, std::less<>> unique_indexes;
};

/// Reads the layout. Throws `not_a_database`, naming every table and column that the hub needs and cannot find or use.
[[nodiscard]] MarketplaceLayout read_marketplace_layout(PostgresConnection& db);

/// True if one of the marketplace's tables is there.
[[nodiscard]] bool has_marketplace(PostgresConnection& db);

/// Adds the graph types that are missing, and moves the sequences past the numbers that are taken.
void prepare_marketplace(PostgresConnection& db, const MarketplaceLayout& layout);

/// Why the marketplace cannot hold such a row: `too_long`, `out_of_range`; empty if it can.
[[nodiscard]] std::string_view marketplace_refusal(const MarketplaceLayout& layout, int table,
                                                   const protocol::Fields& fields);

}  // namespace edge::hub
