#pragma once

#include "edge/core/entities.hpp"
#include "edge/storage/connection.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace edge::storage {

/// A reservation and the window it belongs to.
struct ReservationInWindow {
    Reservation reservation;
    PickupWindow window;
};

/// Of a row that begins with reservation_id, uuid, bundle_id, consumer_id, claim_code, reserved_at, collected_at and
/// cancelled_at.
[[nodiscard]] Reservation reservation_in(const Query& row);

/// Every reservation that a typed code fits, of one bundle if that is given, in order of id. `claim_key` is normalised.
[[nodiscard]] std::vector<ReservationInWindow> find_by_claim_key(Connection& db, std::string_view claim_key,
                                                                 std::optional<BundleId> bundle);
[[nodiscard]] bool is_claim_key_taken(Connection& db, BundleId bundle, std::string_view claim_key);
/// Takes the id given, or the next free one if that is 0. Returns the reservation with its id.
Reservation insert_reservation(WriteTransaction& write, Reservation reservation);
void mark_collected(WriteTransaction& write, ReservationId id, Timestamp at);
void mark_cancelled(WriteTransaction& write, ReservationId id, Timestamp at);

}  // namespace edge::storage
