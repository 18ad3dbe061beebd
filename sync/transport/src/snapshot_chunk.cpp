#include "edge/transport/snapshot_chunk.hpp"

#include "edge/transport/gzip.hpp"

namespace edge::transport {

using protocol::Decoded;
using protocol::ProblemClass;
using protocol::SnapshotChunk;
using protocol::SnapshotFrame;

namespace {

/// Three times as fast as the smallest form, for a twentieth more bytes: a chunk is made for one reader.
constexpr int quick_level = 4;

}  // namespace

std::string pack(const SnapshotChunk& chunk) {
    const std::string lines = encode(chunk);
    const std::string stored = gzip(lines, quick_level);
    return encode(SnapshotFrame{.raw_bytes = lines.size(), .rows = chunk.rows.size(), .stored = stored});
}

Decoded<SnapshotChunk> unpack_snapshot_chunk(std::string_view bytes, const protocol::Limits& limits) {
    const Decoded<SnapshotFrame> frame = protocol::decode_snapshot_frame(bytes, limits);
    if (!frame) return frame.problem();
    // a chunk of rows that are alike shrinks to next to nothing: its size is bounded, its ratio is not
    const GunzipResult lines =
        gunzip(frame->stored, {.bytes = frame->raw_bytes, .ratio = 1, .free_bytes = frame->raw_bytes});
    if (lines.status == GunzipStatus::too_big) {
        return protocol::make_problem(ProblemClass::too_big, protocol::reason::too_many_bytes,
                                      "the chunk expands too far");
    }
    if (lines.status != GunzipStatus::ok || lines.bytes.size() != frame->raw_bytes) {
        return protocol::make_problem(ProblemClass::retry, protocol::reason::damaged, "the chunk is not whole gzip");
    }
    Decoded<SnapshotChunk> chunk = protocol::decode_snapshot_chunk(lines.bytes, limits);
    if (chunk && chunk->rows.size() != frame->rows) {
        return protocol::make_problem(ProblemClass::retry, protocol::reason::damaged,
                                      "the chunk has not the rows that it names");
    }
    return chunk;
}

}  // namespace edge::transport
