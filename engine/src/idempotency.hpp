#pragma once

#include "edge/engine.hpp"
#include "edge/storage/connection.hpp"

#include <optional>
#include <string>

namespace edge {

/// The answer kept under a key; nothing if it is new, or older than 30 days. Throws `idempotency_mismatch` if it stands
/// for another request.
[[nodiscard]] std::optional<Bundle> find_bundle_answer(storage::Connection& db, const IdempotencyKey& key,
                                                       const std::string& request, Timestamp now);
[[nodiscard]] std::optional<Reservation> find_reservation_answer(storage::Connection& db, const IdempotencyKey& key,
                                                                 const std::string& request, Timestamp now);
/// Keeps an answer, and forgets some that are older than 30 days.
void keep_answer(storage::WriteTransaction& write, const IdempotencyKey& key, const std::string& request,
                 const Bundle& answer, Timestamp now);
void keep_answer(storage::WriteTransaction& write, const IdempotencyKey& key, const std::string& request,
                 const Reservation& answer, Timestamp now);

}  // namespace edge
