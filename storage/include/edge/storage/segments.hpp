#pragma once

#include "edge/storage/connection.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace edge::storage {

/// Where one lane of this file stands: what was sealed last and what the hub has confirmed.
struct SyncLane {
    std::int64_t epoch = 1;
    std::int64_t next_seq = 1;
    std::vector<std::uint8_t> head;  ///< hash of the last part sealed; empty for the first of an epoch
    std::int64_t applied = 0;
    std::int64_t durable = 0;
};

/// A sealed part, without its bytes.
struct StoredPart {
    std::string lane;
    std::int64_t epoch = 1;
    std::int64_t seq = 1;
    int part = 1;
    int parts = 1;
    std::int64_t changes = 0;
    std::vector<std::uint8_t> hash;
    std::int64_t size = 0;  ///< bytes
    Timestamp sealed_at;
};

[[nodiscard]] SyncLane get_sync_lane(Connection& connection, std::string_view lane);
/// Where the next segment of the lane goes on.
void set_lane_head(WriteTransaction& write, std::string_view lane, const SyncLane& state);
/// False, and nothing is stored, if the lane is in another epoch by now.
bool set_watermarks(WriteTransaction& write, std::string_view lane, std::int64_t epoch, std::int64_t applied,
                    std::int64_t durable);

void insert_part(WriteTransaction& write, const StoredPart& part, std::string_view bytes);
/// Every part kept, in the order in which a lane's chain goes.
[[nodiscard]] std::vector<StoredPart> list_parts(Connection& connection);
/// Nothing if the part is no longer kept.
[[nodiscard]] std::optional<std::string> find_part_bytes(Connection& connection, std::string_view lane,
                                                         std::int64_t epoch, std::int64_t seq, int part);
/// Only for segments that the hub's backup covers, or that were sealed again.
void delete_parts_through(WriteTransaction& write, std::string_view lane, std::int64_t epoch, std::int64_t seq);

/// How much is kept that the hub has not applied.
struct UnappliedParts {
    std::int64_t changes = 0;
    std::int64_t bytes = 0;
    std::optional<Timestamp> oldest;
};
[[nodiscard]] UnappliedParts unapplied_parts(Connection& connection);

}  // namespace edge::storage
