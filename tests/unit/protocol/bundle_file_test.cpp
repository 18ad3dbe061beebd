#include "edge/protocol/bundle_file.hpp"

#include "unit/protocol/builders.hpp"

#include "edge/core/error.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace edge::protocol {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace): builders of this folder

BundleFileHeader header(std::int64_t parts) {
    return {
        .seller = seller_key,
        .replica = replica_key,
        .app = "edge-analytics/0.1.0",
        .created_at = "2026-11-23T16:02:11Z",
        .parts = parts,
        .changes = 40,
        .letters = {{.lane = Lane::bulk, .epoch = 2, .seq = 7, .part = 1, .index = 3, .state = LetterState::discarded}},
        .extra = {}};
}

const std::vector<std::string> two_parts{encode(segment_of({collect()})), encode(segment_of({reserve()}))};

std::string file_of(const std::vector<std::string>& parts, BundleFileSummary* summary = nullptr) {
    std::string file;
    BundleFileEncoder encoder(header(static_cast<std::int64_t>(parts.size())),
                              [&](std::string_view bytes) { file += bytes; });
    for (const std::string& part : parts) encoder.add(part);
    const BundleFileSummary written = encoder.finish();
    if (summary != nullptr) *summary = written;
    return file;
}

struct Read {
    std::vector<BundleFileHeader> headers;
    std::vector<std::string> parts;
    Decoded<BundleFileSummary> end = BundleFileSummary();
};

Read read(const std::string& file, std::size_t piece, const Limits& limits = {}) {
    Read found;
    BundleFileDecoder decoder({.header = [&](const BundleFileHeader& one) { found.headers.push_back(one); },
                               .part = [&](std::string_view part) { found.parts.emplace_back(part); }},
                              limits);
    for (std::size_t at = 0; at < file.size(); at += piece) {
        if (!decoder.feed(std::string_view(file).substr(at, piece))) break;
    }
    found.end = decoder.finish();
    return found;
}

TEST(BundleFile, IsReadAsItWasWrittenInPiecesOfAnySize) {
    BundleFileSummary written;
    const std::string file = file_of(two_parts, &written);

    for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, file.size()}) {
        const Read found = read(file, piece);

        ASSERT_TRUE(found.end) << found.end.problem().detail;
        EXPECT_EQ(*found.end, written);
        EXPECT_EQ(found.parts, two_parts);
        EXPECT_EQ(found.headers, std::vector<BundleFileHeader>{header(2)});
    }
    EXPECT_TRUE(read(file_of({}), 5).end);
}

TEST(BundleFile, IsTruncatedAtEveryShorterLength) {
    const std::string file = file_of(two_parts);

    for (std::size_t size = 0; size < file.size(); ++size) {
        const Read found = read(file.substr(0, size), 512);

        ASSERT_FALSE(found.end) << size;
        EXPECT_EQ(found.end.problem().reason, reason::truncated) << size;
    }
}

TEST(BundleFile, IsDamagedByAnyChangedByte) {
    const std::string file = file_of(two_parts);

    for (std::size_t at = 0; at < file.size(); ++at) {
        std::string damaged = file;
        damaged[at] = damaged[at] == 'x' ? 'y' : 'x';

        EXPECT_FALSE(read(damaged, 512).end) << at;
    }
}

TEST(BundleFile, SaysWhereItIsDamaged) {
    std::string file = file_of(two_parts);
    file.replace(file.rfind("\"parts\":2"), 9, "\"parts\":3");

    const Read found = read(file, 512);

    ASSERT_FALSE(found.end);
    EXPECT_EQ(found.end.problem().reason, reason::damaged);
    EXPECT_TRUE(found.end.problem().detail.starts_with("line 4, byte ")) << found.end.problem().detail;
}

TEST(BundleFile, IsDamagedByWhatIsMissingOrAdded) {
    const std::string file = file_of(two_parts);
    std::string shorter = file;
    const std::size_t second = shorter.find('\n') + 1;
    shorter.erase(second, shorter.find('\n', second) + 1 - second);

    EXPECT_EQ(read(shorter, 512).end.problem().reason, reason::damaged);
    EXPECT_EQ(read(file + "\n", 512).end.problem().reason, reason::damaged);
    EXPECT_EQ(read(file + "x", 512).end.problem().reason, reason::damaged);
}

TEST(BundleFile, HoldsNoLineLongerThanAPart) {
    Limits small;
    small.part_bytes = 1000;

    const Read found = read(file_of({std::string(1001, ' ')}), 64, small);

    ASSERT_FALSE(found.end);
    EXPECT_EQ(found.end.problem().reason, reason::too_many_bytes);
}

TEST(BundleFile, IsNotFinishedWithOtherPartsThanPromised) {
    BundleFileEncoder encoder(header(2), [](std::string_view) {});
    encoder.add("{}");

    EXPECT_THROW(static_cast<void>(encoder.finish()), Error);
}

TEST(Receipt, IsReadAsItWasWritten) {
    Receipt receipt{.seller = seller_key,
                    .replica = replica_key,
                    .file = std::string(64, 'a'),
                    .created_at = "2026-11-23T16:02:11Z",
                    .ack = {},
                    .extra = {{"sig", "\"x\""}}};
    receipt.ack.lanes = {
        {.lane = Lane::ops, .epoch = 1, .applied = 4, .durable = 4, .head = part_hash("4"), .problem = {}}};

    EXPECT_EQ(*decode_receipt(encode(receipt)), receipt);
    EXPECT_FALSE(decode_receipt("{}"));
    EXPECT_FALSE(decode_receipt(encode(receipt.ack)));
}

}  // namespace
}  // namespace edge::protocol
