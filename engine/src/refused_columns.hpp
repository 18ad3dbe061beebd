#pragma once

#include "engine_state.hpp"
#include "sync_seal.hpp"

#include "edge/protocol/repair.hpp"
#include "edge/storage/connection.hpp"

#include <vector>

namespace edge {

/// Of these rows what was written here and refused because the hub had no such row, and nobody has settled: it can be
/// taken once the hub has the row. It is sealed once more with the clock that it had then, so that it replaces nothing
/// that was written since; columns that are otherwise here by now are left out. To be done before such rows are
/// applied.
void seal_refused(Engine::State& state, storage::WriteTransaction& write, const SyncIdentity& identity,
                  const std::vector<protocol::RowName>& rows);

/// Those that the changes leave in place.
[[nodiscard]] std::vector<protocol::RowName> names_of(const std::vector<protocol::Change>& rows);

}  // namespace edge
