#pragma once

#include "postgres_connection.hpp"

#include "edge/hub/store.hpp"

#include <string>

namespace edge::hub {

/// Queues the writing of all of it. `seller` as it is stored.
void queue_effect(PostgresConnection& db, const std::string& seller, const SyncEffect& effect);

}  // namespace edge::hub
