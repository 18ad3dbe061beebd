#pragma once

#include "edge/storage/connection.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace edge::storage {

/// A fact about how syncing goes; empty if it is not known.
[[nodiscard]] std::string find_sync_state(Connection& connection, std::string_view name);
/// The same as a number; 0 if it is not known.
[[nodiscard]] std::int64_t find_sync_number(Connection& connection, std::string_view name);
void set_sync_state(WriteTransaction& write, std::string_view name, std::string_view value);
void set_sync_state(WriteTransaction& write, std::string_view name, std::int64_t value);

/// Those whose names begin so.
void forget_sync_states(WriteTransaction& write, std::string_view prefix);

/// A change that did not reach the hub's tables and never will as it is.
struct SyncReject {
    std::string lane;
    std::int64_t epoch = 1;
    std::int64_t seq = 0;
    int part = 0;               ///< 0: the row could not even be sealed
    std::int64_t position = 0;  ///< in the part's changes; counted on for part 0
    std::string table;
    std::string key;
    std::string outcome;  ///< "rejected", "blocked", "unsendable", "unapplied"
    std::string reason;   ///< stable code
    std::string change;   ///< its JSON
    Timestamp received_at;
};

/// False if this place of this segment is listed already.
bool insert_reject(WriteTransaction& write, const SyncReject& reject);
/// The first place behind what is listed for a segment.
[[nodiscard]] std::int64_t next_reject_position(Connection& connection, std::string_view lane, std::int64_t epoch,
                                                std::int64_t seq);
/// Those that nobody has settled.
[[nodiscard]] std::int64_t count_rejects(Connection& connection);

/// The `lane` and `outcome` of rows that came from the hub and that this file cannot hold; `seq` is the row's version.
inline constexpr std::string_view pulled_lane = "pull";
inline constexpr std::string_view unapplied_outcome = "unapplied";
[[nodiscard]] bool has_unapplied_rows(Connection& connection);
/// `lane`, `outcome` and `position` are filled in.
void insert_unapplied_row(WriteTransaction& write, SyncReject reject);
void forget_unapplied_row(WriteTransaction& write, std::string_view table, std::string_view key);

}  // namespace edge::storage
