#pragma once

#include "edge/hub/store.hpp"
#include "edge/protocol/snapshot.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace edge::hub {

struct SnapshotRequest {
    std::string seller;
    std::string hub_epoch = {};           ///< of the first chunk
    std::optional<std::int64_t> at = {};  ///< of the first chunk; nothing: this is the first
    protocol::SnapshotPlace after = {};
};
/// From the query of a GET to snapshot_path; nothing if it cannot be read.
[[nodiscard]] std::optional<SnapshotRequest> read_snapshot_request(std::string_view query);

/// About this many bytes of rows in a chunk, uncompressed.
inline constexpr std::size_t snapshot_chunk_bytes = 1U << 20U;

/// The chunk that is asked for, from one state of the seller. Writes nothing and keeps nothing: a chunk is found by
/// where it begins, so any hub over the same store can go on. `snapshot_expired` if the hub can no longer say what was
/// changed since the sequence of the first chunk.
[[nodiscard]] protocol::Decoded<protocol::SnapshotChunk> snapshot_chunk(HubStore& store, const SnapshotRequest& request,
                                                                        std::size_t bytes = snapshot_chunk_bytes);

}  // namespace edge::hub
