#include "program/exit_status.hpp"

#include <algorithm>

namespace edge::cli {
namespace {

ExitStatus exit_status_of_code(ErrorCode code) noexcept {
    switch (code) {
        case ErrorCode::invalid_argument:
        case ErrorCode::negative_quantity:
        case ErrorCode::bad_time_zone: return ExitStatus::usage;
        case ErrorCode::not_found: return ExitStatus::no_input;
        case ErrorCode::already_exists: return ExitStatus::cannot_create;
        case ErrorCode::busy:
        case ErrorCode::offline: return ExitStatus::try_again;
        case ErrorCode::read_only:
        case ErrorCode::disk_full:
        case ErrorCode::io_failure: return ExitStatus::input_output;
        case ErrorCode::schema_too_new: return ExitStatus::version;
        case ErrorCode::refused: return ExitStatus::unavailable;
        case ErrorCode::cancelled: return ExitStatus::interrupted;
        case ErrorCode::internal: return ExitStatus::software;
        case ErrorCode::not_a_database:
        case ErrorCode::corrupt_data:
        case ErrorCode::conflict:
        case ErrorCode::sold_out:
        case ErrorCode::window_over:
        case ErrorCode::bundle_closed:
        case ErrorCode::unknown_bundle:
        case ErrorCode::unknown_code:
        case ErrorCode::already_collected:
        case ErrorCode::reservation_cancelled:
        case ErrorCode::ambiguous_code:
        case ErrorCode::unknown_category:
        case ErrorCode::claim_code_collision:
        case ErrorCode::idempotency_mismatch: return ExitStatus::bad_data;
    }
    return ExitStatus::software;
}

}  // namespace

ExitStatus exit_status_of(const Error& error) noexcept {
    if (const auto* refusal = dynamic_cast<const CommandError*>(&error)) return refusal->status();
    const auto is_of_class = [&](std::string_view name) {
        return error.code() == ErrorCode::refused &&
               std::ranges::any_of(error.details(), [&](const ErrorDetail& detail) {
                   return detail.first == "class" && detail.second == name;
               });
    };
    // A hub that does not know this device, or no longer, or speaks another version, is another matter than a hub that
    // cannot serve it.
    if (is_of_class("auth")) return ExitStatus::not_allowed;
    if (is_of_class("upgrade")) return ExitStatus::version;
    return exit_status_of_code(error.code());
}

CommandError usage_error(const std::string& what, std::string hint) {
    return {ExitStatus::usage, "usage", what, std::move(hint)};
}

CommandError configuration_error(const std::string& what, std::string hint) {
    return {ExitStatus::configuration, "configuration", what, std::move(hint)};
}

}  // namespace edge::cli
