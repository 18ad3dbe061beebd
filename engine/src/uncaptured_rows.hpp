#pragma once

#include "engine_state.hpp"

#include <cstdint>

namespace edge {

/// Rows that were changed without a line in the journal.
struct UncapturedRows {
    std::int64_t changed = 0;  ///< are otherwise than the hub knows them and than they were sealed; journaled now
    std::int64_t gone = 0;     ///< the hub has them and this file has not; the next repair tells them
    [[nodiscard]] bool any() const noexcept { return changed + gone > 0; }
};

/// Compares every shared row with the hash that it had when it was sealed last, or when it came.
[[nodiscard]] UncapturedRows journal_uncaptured_rows(storage::WriteTransaction& write);
/// Has everything counted again at the next refresh; the hub is not concerned.
void count_anew(storage::WriteTransaction& write);
/// The part of it that finds rows that are gone.
[[nodiscard]] std::int64_t find_gone_rows(storage::WriteTransaction& write);

/// The same, at most once a day: for rows that went in a way that no trigger sees.
void find_gone_rows_daily(Engine::State& state, storage::WriteTransaction& write);

/// If somebody changed the file's schema since this was last called: makes the journal's triggers again where they are
/// missing or altered, finds what was written meanwhile, and has the totals counted anew. Costs two small reads if
/// nobody did. Throws `busy` if there is something to do and another process keeps the lock.
void check_capture(Engine::State& state);

}  // namespace edge
