#include "edge/storage/reservations.hpp"

namespace edge::storage {
namespace {

std::optional<std::string_view> text_or_null(const std::string& text) {
    if (text.empty()) return std::nullopt;
    return text;
}

std::vector<ReservationInWindow> read_all(Query& row) {
    std::vector<ReservationInWindow> found;
    while (row.step()) {
        found.push_back({.reservation = reservation_in(row), .window = {.start = row.time(8), .end = row.time(9)}});
    }
    return found;
}

}  // namespace

Reservation reservation_in(const Query& row) {
    return {.id = ReservationId(row.integer(0)),
            .uuid = row.uuid(1),
            .bundle = BundleId(row.integer(2)),
            .consumer = row.text(3),
            .claim_code = row.text(4),
            .reserved_at = row.time(5),
            .collected_at = row.optional_time(6),
            .cancelled_at = row.optional_time(7)};
}

std::vector<ReservationInWindow> find_by_claim_key(Connection& db, std::string_view claim_key,
                                                   std::optional<BundleId> bundle) {
    if (bundle) {
        Query row = db.query(
            "SELECT r.reservation_id, r.uuid, r.bundle_id, r.consumer_id, r.claim_code, r.reserved_at, r.collected_at, "
            "r.cancelled_at, "
            "b.window_start, b.window_end FROM reservations r JOIN bundles b USING (bundle_id) WHERE r.claim_key = ? "
            "AND "
            "+r.bundle_id = ? ORDER BY r.reservation_id",
            claim_key, *bundle);
        return read_all(row);
    }
    Query row = db.query(
        "SELECT r.reservation_id, r.uuid, r.bundle_id, r.consumer_id, r.claim_code, r.reserved_at, r.collected_at, "
        "r.cancelled_at, "
        "b.window_start, b.window_end FROM reservations r JOIN bundles b USING (bundle_id) WHERE r.claim_key = ? "
        "ORDER BY r.reservation_id",
        claim_key);
    return read_all(row);
}

bool is_claim_key_taken(Connection& db, BundleId bundle, std::string_view claim_key) {
    return db.query("SELECT 1 FROM reservations WHERE claim_key = ? AND +bundle_id = ?", claim_key, bundle).step();
}

Reservation insert_reservation(WriteTransaction& write, Reservation reservation) {
    const std::optional<std::int64_t> id =
        reservation.id.value() == 0 ? std::nullopt : std::optional(reservation.id.value());
    write.connection()
        .query(
            "INSERT INTO reservations (reservation_id, uuid, bundle_id, consumer_id, claim_code, reserved_at, "
            "collected_at, "
            "cancelled_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            id, reservation.uuid, reservation.bundle, text_or_null(reservation.consumer), reservation.claim_code,
            reservation.reserved_at, reservation.collected_at, reservation.cancelled_at)
        .run();
    reservation.id = ReservationId(write.connection().last_insert_id());
    return reservation;
}

void mark_collected(WriteTransaction& write, ReservationId id, Timestamp at) {
    write.connection().query("UPDATE reservations SET collected_at = ? WHERE reservation_id = ?", at, id).run();
}

void mark_cancelled(WriteTransaction& write, ReservationId id, Timestamp at) {
    write.connection().query("UPDATE reservations SET cancelled_at = ? WHERE reservation_id = ?", at, id).run();
}

}  // namespace edge::storage
