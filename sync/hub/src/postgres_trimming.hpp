#pragma once

#include "postgres_connection.hpp"

#include "edge/hub/store.hpp"

#include <string>

namespace edge::hub {

/// HubStore::trim.
[[nodiscard]] Trimming trim_sellers(PostgresConnection& db, const std::string& after, Timestamp now,
                                    std::chrono::seconds keep);

}  // namespace edge::hub
