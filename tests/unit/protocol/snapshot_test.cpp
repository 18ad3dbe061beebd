#include "edge/protocol/snapshot.hpp"

#include "unit/protocol/builders.hpp"

#include <gmock/gmock.h>

namespace edge::protocol {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace): builders of this folder
using testing::HasSubstr;
using testing::SizeIs;

SnapshotChunk full_chunk() {
    Change bundle = edit_bundle({{"name", "Bag"}});
    bundle.op = Op::create;
    bundle.base = 7;
    bundle.hlc = 12;
    return {.seller = seller_key,
            .hub_epoch = "first",
            .at = 9,
            .after = {.table = "category", .key = key(1)},
            .to = {.table = "reservations", .key = sale_key},
            .more = true,
            .of = 41,
            .h0 = monday,
            .rows = {bundle, reserve()}};
}

TEST(SnapshotChunk, IsReadAsItWasWritten) {
    const Decoded<SnapshotChunk> read = decode_snapshot_chunk(encode(full_chunk()));

    ASSERT_TRUE(read) << read.problem().detail;
    EXPECT_EQ(*read, full_chunk());
}

TEST(SnapshotChunk, OfASellerWithoutRowsIsAHeader) {
    SnapshotChunk empty;
    empty.seller = seller_key;
    const Decoded<SnapshotChunk> read = decode_snapshot_chunk(encode(empty));

    ASSERT_TRUE(read);
    EXPECT_EQ(*read, empty);
    EXPECT_FALSE(read->of);
}

TEST(SnapshotChunk, ThatIsCutAtAnyByteIsNotRead) {
    const std::string text = encode(full_chunk());
    const std::size_t first_row = text.find('\n') + 1;
    const std::size_t second_row = text.find('\n', first_row) + 1;
    for (std::size_t size = 0; size < text.size(); ++size) {
        const Decoded<SnapshotChunk> read = decode_snapshot_chunk(std::string_view(text).substr(0, size));
        // between two rows it is a whole chunk of fewer: the frame counts them
        ASSERT_EQ(static_cast<bool>(read), size == first_row || size == second_row) << size;
    }
}

TEST(SnapshotChunk, IsRefusedIfItDoesNotGoOn) {
    SnapshotChunk chunk = full_chunk();
    chunk.to = chunk.after;

    EXPECT_THAT(decode_snapshot_chunk(encode(chunk)).problem().detail, HasSubstr("to"));
    chunk.more = false;
    EXPECT_TRUE(decode_snapshot_chunk(encode(chunk)));
}

TEST(SnapshotChunk, KeepsARowThatCannotBeUsed) {
    const std::string text = encode(full_chunk()) + R"({"t":"bundles","k":"x","op":"z"})" + "\n";
    const Decoded<SnapshotChunk> read = decode_snapshot_chunk(text);

    ASSERT_TRUE(read);
    ASSERT_THAT(read->rows, SizeIs(3));
    EXPECT_EQ(read->rows.back().fault, "unknown_op");
}

TEST(SnapshotPlace, IsReadAsItWasWritten) {
    const SnapshotPlace place{.table = "reservations", .key = "a/b"};
    EXPECT_EQ(parse_snapshot_place(to_text(place)), place);
    EXPECT_EQ(parse_snapshot_place(""), SnapshotPlace{});
    EXPECT_EQ(to_text({}), "");
}

TEST(SnapshotPlace, NamesASharedTable) {
    EXPECT_FALSE(parse_snapshot_place("bundles"));
    EXPECT_FALSE(parse_snapshot_place("moons/x"));
    EXPECT_FALSE(parse_snapshot_place("analytics_points/x"));
}

}  // namespace
}  // namespace edge::protocol
