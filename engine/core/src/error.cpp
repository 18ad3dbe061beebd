#include "edge/core/error.hpp"

namespace edge {

std::string_view name_of(ErrorCode code) noexcept {
    switch (code) {
        case ErrorCode::invalid_argument: return "invalid_argument";
        case ErrorCode::not_found: return "not_found";
        case ErrorCode::already_exists: return "already_exists";
        case ErrorCode::conflict: return "conflict";
        case ErrorCode::busy: return "busy";
        case ErrorCode::read_only: return "read_only";
        case ErrorCode::disk_full: return "disk_full";
        case ErrorCode::not_a_database: return "not_a_database";
        case ErrorCode::corrupt_data: return "corrupt_data";
        case ErrorCode::schema_too_new: return "schema_too_new";
        case ErrorCode::io_failure: return "io_failure";
        case ErrorCode::offline: return "offline";
        case ErrorCode::refused: return "refused";
        case ErrorCode::cancelled: return "cancelled";
        case ErrorCode::internal: return "internal";
        case ErrorCode::sold_out: return "sold_out";
        case ErrorCode::window_over: return "window_over";
        case ErrorCode::bundle_closed: return "bundle_closed";
        case ErrorCode::unknown_bundle: return "unknown_bundle";
        case ErrorCode::unknown_code: return "unknown_code";
        case ErrorCode::already_collected: return "already_collected";
        case ErrorCode::reservation_cancelled: return "reservation_cancelled";
        case ErrorCode::ambiguous_code: return "ambiguous_code";
        case ErrorCode::unknown_category: return "unknown_category";
        case ErrorCode::bad_time_zone: return "bad_time_zone";
        case ErrorCode::negative_quantity: return "negative_quantity";
        case ErrorCode::claim_code_collision: return "claim_code_collision";
        case ErrorCode::idempotency_mismatch: return "idempotency_mismatch";
    }
    return "internal";
}

bool is_retryable(ErrorCode code) noexcept {
    return code == ErrorCode::busy || code == ErrorCode::offline || code == ErrorCode::disk_full;
}

}  // namespace edge
