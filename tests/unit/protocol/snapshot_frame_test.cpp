#include "edge/protocol/snapshot.hpp"

#include <gtest/gtest.h>

namespace edge::protocol {
namespace {

std::string frame() { return encode(SnapshotFrame{.raw_bytes = 100, .rows = 3, .stored = "squeezed"}); }

/// The same with another byte there.
std::string altered(std::size_t at, char byte) {
    std::string bytes = frame();
    bytes.at(at) = byte;
    return bytes;
}

std::string reason_of(const std::string& bytes, const Limits& limits = {}) {
    const Decoded<SnapshotFrame> read = decode_snapshot_frame(bytes, limits);
    return read ? std::string() : read.problem().reason;
}

TEST(SnapshotFrame, IsReadAsItWasWritten) {
    const std::string bytes = frame();
    const Decoded<SnapshotFrame> read = decode_snapshot_frame(bytes);

    ASSERT_TRUE(read);
    EXPECT_EQ(read->raw_bytes, 100U);
    EXPECT_EQ(read->rows, 3U);
    EXPECT_EQ(read->stored, "squeezed");
    EXPECT_EQ(bytes.size(), snapshot_frame_head + 8);
}

TEST(SnapshotFrame, ThatIsCutAtAnyByteIsTruncated) {
    const std::string bytes = frame();
    for (std::size_t size = 0; size < bytes.size(); ++size)
        EXPECT_EQ(reason_of(bytes.substr(0, size)), "truncated") << size;
}

TEST(SnapshotFrame, WithAnyOtherByteIsNotRead) {
    for (std::size_t at = 0; at < frame().size(); ++at) {
        EXPECT_NE(reason_of(altered(at, static_cast<char>(frame()[at] ^ 1))), "") << at;
    }
    EXPECT_EQ(reason_of(altered(60 - 1, '!')), "damaged");
    EXPECT_EQ(reason_of(frame() + "x"), "damaged");
    EXPECT_EQ(reason_of("<html>login</html>"), "damaged");
}

TEST(SnapshotFrame, OfANewerVersionAsksForANewerProgram) {
    const Decoded<SnapshotFrame> read = decode_snapshot_frame(altered(4, 2));

    ASSERT_FALSE(read);
    EXPECT_EQ(read.problem().problem_class, ProblemClass::upgrade);
}

TEST(SnapshotFrame, IsHeldAgainstItsLimitsBeforeAnythingElse) {
    const std::string huge(4, '\x7f');
    for (const std::size_t at : {8U, 12U, 16U}) {
        std::string bytes = frame();
        bytes.replace(at, 4, huge);
        EXPECT_EQ(reason_of(bytes), "too_many_bytes") << at;
    }
    Limits limits;
    limits.part_bytes = 99;
    EXPECT_EQ(reason_of(frame(), limits), "too_many_bytes");
}

TEST(SnapshotFrame, IsNamedByItsBytes) {
    EXPECT_EQ(name_of_frame(frame()), name_of_frame(frame()));
    EXPECT_NE(name_of_frame(frame()),
              name_of_frame(encode(SnapshotFrame{.raw_bytes = 100, .rows = 3, .stored = "other"})));
    EXPECT_EQ(name_of_frame(frame()).size(), 16U);
    EXPECT_EQ(name_of_frame("short"), "");
}

}  // namespace
}  // namespace edge::protocol
