#pragma once

#include "postgres_connection.hpp"

#include "edge/hub/postgres_store.hpp"

#include <string_view>
#include <vector>

namespace edge::hub {

/// The server must be this new: pipelined statements, and what the tests run on.
inline constexpr int oldest_server = 150000;

/// Throws `invalid_argument` if the server is older than that.
void check_server(const PostgresConnection& db);
/// Throws `not_a_database` if the hub's tables are missing or older than this program, `schema_too_new` if newer.
void check_schema(PostgresConnection& db);
/// Lays the tables or brings them up to date.
PostgresLayout lay_schema(PostgresConnection& db);

/// Makes the marketplace's tables in the schema `public`. Throws `already_exists` if one of them is there.
void lay_marketplace(PostgresConnection& db);

/// 128 random bits in hexadecimal digits.
[[nodiscard]] std::string new_epoch();

}  // namespace edge::hub
