#include "edge/transport/snapshot_chunk.hpp"

#include "edge/transport/gzip.hpp"

#include <gtest/gtest.h>

namespace edge::transport {
namespace {

using protocol::Decoded;
using protocol::SnapshotChunk;
using protocol::SnapshotFrame;

SnapshotChunk chunk_of(int rows) {
    SnapshotChunk chunk;
    chunk.seller = "s-1";
    for (int i = 0; i < rows; ++i) {
        protocol::Change row;
        row.table = "category";
        row.key = "01JDQ4S5ZC0000000000000" + std::to_string(100 + i);
        row.op = protocol::Op::create;
        row.fields = {{"name", "Bread"}};
        chunk.rows.push_back(row);
    }
    return chunk;
}

std::string framed(const std::string& lines, std::size_t raw_bytes, std::size_t rows) {
    return encode(SnapshotFrame{.raw_bytes = raw_bytes, .rows = rows, .stored = gzip(lines)});
}

TEST(PackedChunk, IsReadAsItWasWrittenAndIsTheSameEachTime) {
    const std::string bytes = pack(chunk_of(500));
    const Decoded<SnapshotChunk> read = unpack_snapshot_chunk(bytes);

    ASSERT_TRUE(read) << read.problem().detail;
    EXPECT_EQ(*read, chunk_of(500));
    EXPECT_EQ(pack(chunk_of(500)), bytes);
    EXPECT_LT(bytes.size(), encode(chunk_of(500)).size() / 4);
}

TEST(PackedChunk, IsNotReadIfItsHeadSaysAnotherSize) {
    const std::string lines = encode(chunk_of(2));
    EXPECT_TRUE(unpack_snapshot_chunk(framed(lines, lines.size(), 2)));

    EXPECT_EQ(unpack_snapshot_chunk(framed(lines, lines.size() + 1, 2)).problem().reason, "damaged");
    EXPECT_EQ(unpack_snapshot_chunk(framed(lines, lines.size() - 1, 2)).problem().reason, "too_many_bytes");
    EXPECT_EQ(unpack_snapshot_chunk(framed(lines, lines.size(), 3)).problem().reason, "damaged");
}

TEST(PackedChunk, ThatWouldExpandTooFarCostsItsLimitAtMost) {
    const std::string bomb(64U << 20U, ' ');
    EXPECT_EQ(unpack_snapshot_chunk(framed(bomb, 1000, 0)).problem().reason, "too_many_bytes");
    EXPECT_EQ(unpack_snapshot_chunk(framed(bomb, bomb.size(), 0)).problem().reason, "too_many_bytes");
    const std::string cut = framed(encode(chunk_of(2)), encode(chunk_of(2)).size(), 2);
    EXPECT_EQ(unpack_snapshot_chunk(cut.substr(0, cut.size() - 1)).problem().reason, "truncated");
}

}  // namespace
}  // namespace edge::transport
