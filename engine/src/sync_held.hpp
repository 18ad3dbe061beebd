#pragma once

#include "edge/protocol/device_session.hpp"
#include "edge/storage/connection.hpp"
#include "edge/storage/segments.hpp"

#include <vector>

namespace edge {

/// What this file knows of the hub. Epochs and watermarks are those of its lanes, which another process may have moved.
[[nodiscard]] protocol::DeviceMemory load_memory(storage::Connection& db);
void store_memory(storage::WriteTransaction& write, const protocol::DeviceMemory& memory);

/// A kept part as the session wants to see it.
[[nodiscard]] protocol::HeldPart to_held(const storage::StoredPart& part);
[[nodiscard]] protocol::Lane lane_of(const storage::StoredPart& part);

/// Those that the hub is not known to have applied, in chain order.
[[nodiscard]] std::vector<storage::StoredPart> unapplied(storage::Connection& db);

/// Changes that the hub is not known to have applied: sealed ones, and rows that the journal names.
[[nodiscard]] std::int64_t pending_changes(storage::Connection& db);

/// What the hub refused earlier and what became of it here, as the hub is to hear it.
[[nodiscard]] std::vector<protocol::LetterMark> letters_to_tell(storage::Connection& db);

}  // namespace edge
