#pragma once

#include "edge/storage/captured_tables.hpp"
#include "edge/storage/connection.hpp"

#include <cstddef>
#include <cstdint>

namespace edge::storage {

/// A bucket of a table's rows differed from the hub's, and was made equal.
struct SyncRepair {
    CapturedTable table = CapturedTable::sellers;
    std::size_t bucket = 0;
    std::int64_t rows = 0;  ///< that differed
    Timestamp at;
};
void insert_repair(WriteTransaction& write, const SyncRepair& repair);
/// How often that bucket was repaired after `since`.
[[nodiscard]] std::int64_t count_repairs(Connection& connection, CapturedTable table, std::size_t bucket,
                                         Timestamp since);
/// Of all buckets.
[[nodiscard]] std::int64_t count_repairs(Connection& connection, Timestamp since);
/// Buckets repaired that often after `since`.
[[nodiscard]] std::int64_t count_buckets_repaired(Connection& connection, std::int64_t times, Timestamp since);

}  // namespace edge::storage
