#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace edge {

/// What went wrong, to branch on. The first group is about the world, the second about the counter.
enum class ErrorCode {
    invalid_argument,  ///< a value given by the caller cannot be used
    not_found,         ///< the thing named by the caller does not exist
    already_exists,    ///< what was to be created is there already
    conflict,          ///< the request contradicts what is stored
    busy,              ///< another process holds the file; try again
    read_only,         ///< the file or its folder cannot be written
    disk_full,         ///< no space left
    not_a_database,    ///< the file is not an edge-analytics file
    corrupt_data,      ///< the file or document is damaged
    schema_too_new,    ///< the file was written by a newer program
    io_failure,        ///< the disk or the network failed
    offline,           ///< the hub could not be reached; try again
    refused,           ///< the hub or a daemon answered, and refuses
    cancelled,         ///< the caller asked to stop
    internal,          ///< a bug in this program

    sold_out,               ///< every item of the bundle is reserved
    window_over,            ///< the pickup window has ended
    bundle_closed,          ///< the bundle no longer takes reservations
    unknown_bundle,         ///< no bundle with that id
    unknown_code,           ///< no reservation bears that claim code
    already_collected,      ///< the reservation was collected before; `details` says when
    reservation_cancelled,  ///< the reservation was cancelled before; `details` says when
    ambiguous_code,         ///< the code fits several bundles; `details` lists them
    unknown_category,       ///< no category with that id or name
    bad_time_zone,          ///< not an IANA time zone
    negative_quantity,      ///< a quantity, weight, price or discount below what it may be
    claim_code_collision,   ///< the given claim code is taken within the bundle
    idempotency_mismatch,   ///< the idempotency key was used before for another request
};

/// The code's stable name, as JSON shows it: `sold_out`.
[[nodiscard]] std::string_view name_of(ErrorCode code) noexcept;

/// True if the same request may succeed later without being changed.
[[nodiscard]] bool is_retryable(ErrorCode code) noexcept;

/// A named fact about an error, for programs: {"collected_at", "2026-11-23T16:02:11Z"}.
using ErrorDetail = std::pair<std::string, std::string>;

/// The one exception type that leaves the library. `what()` says what was attempted, on what, and why it failed.
class Error : public std::runtime_error {
public:
    Error(ErrorCode code, const std::string& what, std::vector<ErrorDetail> details = {}, std::string hint = {})
        : std::runtime_error(what), code_(code), details_(std::move(details)), hint_(std::move(hint)) {}

    [[nodiscard]] ErrorCode code() const noexcept { return code_; }
    [[nodiscard]] const std::vector<ErrorDetail>& details() const noexcept { return details_; }
    /// What the person can do about it; empty if there is nothing to add.
    [[nodiscard]] const std::string& hint() const noexcept { return hint_; }

private:
    ErrorCode code_;
    std::vector<ErrorDetail> details_;
    std::string hint_;
};

}  // namespace edge
