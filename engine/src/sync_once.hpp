#pragma once

#include "engine_state.hpp"
#include "sync_seal.hpp"

namespace edge {

/// What became of a sync.
struct SyncOutcome {
    bool expired = false;     ///< the file has to be filled anew before it can take anything
    bool may_refill = false;  ///< that may be done at once
};

/// Sends what the hub has not confirmed and applies what others changed, as often as it takes; adds to the report.
/// Throws as Engine::sync does.
SyncOutcome sync_once(Engine::State& state, const SyncIdentity& identity, const SyncOptions& options,
                      const HubExchange& exchange, SyncReport& report);

}  // namespace edge
