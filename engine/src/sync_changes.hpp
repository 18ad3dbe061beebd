#pragma once

#include "edge/protocol/row_digest.hpp"
#include "edge/protocol/seal.hpp"
#include "edge/storage/connection.hpp"
#include "edge/storage/journal.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace edge {

/// A change to be sealed, with what the file keeps of it until the hub has it.
struct PendingChange {
    protocol::JournalEntry entry;
    std::int64_t mask = 0;                 ///< columns that are sent, as the journal numbers them
    std::optional<protocol::Sum128> hash;  ///< of a shared row as it is; nothing for deletions and computed rows
    std::vector<std::int64_t> rows;        ///< of a shared row that was deleted: the local ids that it had
    /// Of a shared row that was made here under an id that no deleted row had: its local id. If the hub knows a row by
    /// it, that row was replaced unseen.
    std::optional<std::int64_t> made;
};

/// Takes rows in an order in which a hub can apply them: deletions of rows that nobody refers to, rows as they are now
/// with parents before children, deletions of parents. Comes in batches, so that any number of rows fits in memory.
using ChangeSink = std::function<void(std::vector<PendingChange>)>;

/// What changed since the last seal, with its current values. `clock` is every change's hybrid logical clock, in ms.
/// Returns the number of the last journal entry read.
std::int64_t collect_changes(storage::Connection& db, std::int64_t clock, const ChangeSink& sink);

/// Some rows, by table, then local id, as they are.
void collect_rows(storage::Connection& db, const std::vector<storage::ChangedRow>& wanted, std::int64_t clock,
                  const ChangeSink& sink);

/// Every row of a lane as a creation, besides the deletions given, of which those of rows that exist again are left
/// out.
void collect_everything(storage::Connection& db, protocol::Lane lane, std::int64_t clock,
                        std::vector<protocol::JournalEntry> deletions, const ChangeSink& sink);

}  // namespace edge
