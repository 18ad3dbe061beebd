#pragma once

#include "edge/protocol/seal.hpp"
#include "edge/storage/connection.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace edge {

/// Takes rows in an order in which a hub can apply them: deletions of rows that nobody refers to, rows as they are now
/// with parents before children, deletions of parents. Comes in batches, so that any number of rows fits in memory.
using ChangeSink = std::function<void(std::vector<protocol::JournalEntry>)>;

/// What changed since the last seal, with its current values. `clock` is every change's hybrid logical clock, in ms.
/// Returns the number of the last journal entry read.
std::int64_t collect_changes(storage::Connection& db, std::int64_t clock, const ChangeSink& sink);

/// Every row of a lane as a creation, besides the deletions given, of which those of rows that exist again are left
/// out.
void collect_everything(storage::Connection& db, protocol::Lane lane, std::int64_t clock,
                        std::vector<protocol::JournalEntry> deletions, const ChangeSink& sink);

}  // namespace edge
