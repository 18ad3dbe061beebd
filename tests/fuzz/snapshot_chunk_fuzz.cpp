// The reader of a snapshot's chunks, as any hub or a broken way to it may give them. Nothing expands beyond what its
// head names; what was read is written and read again without loss.

#include "fuzz/fuzz_target.hpp"

#include "edge/transport/gzip.hpp"
#include "edge/transport/snapshot_chunk.hpp"

#include <algorithm>
#include <cstdlib>
#include <string>
#include <string_view>

using namespace edge::protocol;

namespace {

void demand(bool law) {
    if (!law) std::abort();
}

std::vector<std::uint8_t> bytes_of(std::string_view text) { return {text.begin(), text.end()}; }

void take_lines(std::string_view lines) {
    const Decoded<SnapshotChunk> chunk = decode_snapshot_chunk(lines);
    if (!chunk) return demand(!chunk.problem().reason.empty());
    demand(!chunk->more || chunk->to != chunk->after);
    const std::string written = encode(*chunk);
    const Decoded<SnapshotChunk> again = decode_snapshot_chunk(written);
    demand(static_cast<bool>(again) && encode(*again) == written);
}

void take_frame(std::string_view bytes) {
    const Decoded<SnapshotFrame> frame = decode_snapshot_frame(bytes);
    if (!frame) return demand(!frame.problem().reason.empty());
    demand(encode(*frame) == bytes);
    static_cast<void>(edge::transport::unpack_snapshot_chunk(bytes));
}

/// With a hash that fits, so that what it guards is reached.
void take_stored(std::string_view stored) {
    const std::size_t raw_bytes = std::min<std::size_t>(stored.size() * 8, Limits{}.part_bytes);
    const std::string bytes = encode(SnapshotFrame{.raw_bytes = raw_bytes, .rows = 1, .stored = stored});
    const Decoded<SnapshotFrame> frame = decode_snapshot_frame(bytes);
    demand(frame ? frame->stored == stored : stored.size() > Limits{}.part_bytes || raw_bytes == 0);
    static_cast<void>(edge::transport::unpack_snapshot_chunk(bytes));
}

}  // namespace

std::vector<std::vector<std::uint8_t>> edge::fuzz::seeds() {
    SnapshotChunk chunk;
    chunk.seller = "01JDQ4S0N90000000000000000";
    chunk.hub_epoch = "first";
    chunk.at = 88'119;
    chunk.of = 1;
    chunk.to = {.table = "category", .key = "01JDQ4S0N90000000000000001"};
    chunk.h0 = 1'764'000'123'456;
    chunk.rows = {{.table = "category",
                   .key = "01JDQ4S0N90000000000000001",
                   .op = Op::create,
                   .base = 7,
                   .hlc = 0,
                   .fields = {{"name", std::string("Bread")}, {"coefficient", std::string("2.500000000")}},
                   .unknown_op = {},
                   .extra = {},
                   .fault = {}}};
    SnapshotChunk middle = chunk;
    middle.more = true;
    middle.of.reset();
    middle.after = {.table = "category", .key = "01JDQ4S0N90000000000000000"};
    return {bytes_of(edge::transport::pack(chunk)), bytes_of(encode(chunk)), bytes_of(encode(middle)),
            bytes_of(edge::transport::gzip(encode(middle)))};
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    take_frame(bytes);
    take_lines(bytes);
    take_stored(bytes);
    return 0;
}
