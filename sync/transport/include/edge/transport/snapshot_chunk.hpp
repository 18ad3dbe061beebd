#pragma once

#include "edge/protocol/snapshot.hpp"

#include <string>
#include <string_view>

namespace edge::transport {

/// The chunk as it travels: framed and gzipped. Equal chunks give equal bytes, so that one that was cut off can go on
/// where it ended.
[[nodiscard]] std::string pack(const protocol::SnapshotChunk& chunk);

/// The chunk out of its bytes, or what is wrong with them. Expands to the size that the head names and no further.
[[nodiscard]] protocol::Decoded<protocol::SnapshotChunk> unpack_snapshot_chunk(std::string_view bytes,
                                                                               const protocol::Limits& limits = {});

}  // namespace edge::transport
