#include "hub_fixture.hpp"

#include "edge/hub/repair.hpp"
#include "edge/hub/snapshot.hpp"
#include "edge/transport/bundle_file.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace edge::hub {
namespace {

using test::wire_key;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> lines_of(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::vector<std::string> lines;
    for (std::string line; std::getline(file, line);) lines.push_back(line);
    return lines;
}

class VersionsTest : public HubFixture {
protected:
    const std::filesystem::path data = std::filesystem::path(EDGE_SOURCE_DIR) / "tests/data";
};

/// What the program of each released schema sealed, built from a commit of its own: a shop, a bundle that is renamed,
/// three sales, graphs. The rows are those of its file.
TEST_F(VersionsTest, SegmentsThatOldProgramsSealedBecomeTheRowsOfTheirFiles) {
    int schema = 1;
    for (; std::filesystem::exists(data / ("schema-" + std::to_string(schema) + ".db")); ++schema) {
        SCOPED_TRACE(schema);
        const std::string sealed = "segments/sealed-" + std::to_string(schema);
        const std::vector<std::string> parts = lines_of(data / (sealed + ".ndjson"));
        ASSERT_EQ(parts.size(), 3U) << "segments of this schema are missing";
        const protocol::Decoded<protocol::Segment> first = protocol::decode_segment(parts.front());
        ASSERT_TRUE(first);
        EXPECT_EQ(first->schema, schema);
        const std::unique_ptr<HubStore> fresh = stores.create("sealed-" + std::to_string(schema));

        const auto result = take_parts(*fresh, {.seller = first->seller, .replica = first->replica, .extra = {}},
                                       {parts.begin(), parts.end()}, now);

        ASSERT_TRUE(result) << result.problem().detail;
        EXPECT_THAT(result->ack.outcomes, IsEmpty());
        EXPECT_EQ(dump(*fresh, first->seller), lines_of(data / (sealed + ".rows.txt")));
    }
    EXPECT_GT(schema, 6);
}

TEST_F(VersionsTest, ColumnsOfANewerDeviceAreKeptAndGivenBack) {
    const std::string part =
        R"({"v":1,"type":"segment","seller":"s-1","replica":"replica-new","epoch":1,"seq":1,"prev":"","schema":99,)"
        R"("h0":1764000000000,"seen":0,"mood":"good","changes":[{"t":"category","k":")" +
        wire_key(5) + R"(","op":"c","p":{"name":"Bread","coefficient":"1.000000000","colour":"brown","deep":["a"]}}]})";
    const test::SealingDevice newer("s-1", "replica-new");
    const protocol::Ack taken = take(newer, {part});
    EXPECT_THAT(taken.outcomes, IsEmpty());
    device.seen = taken.pull.to;
    device.clock = 1'764'000'100'000;
    device.change({.table = "category",
                   .key = wire_key(5),
                   .first = protocol::Op::update,
                   .last = protocol::Op::update,
                   .base = {},
                   .hlc = device.clock,
                   .fields = {{"name", std::string("Rolls")}}});

    take(device, device.seal_bytes());  // by a device that knows nothing of colours

    EXPECT_THAT(rows(), Contains(testing::AllOf(HasSubstr("\"Rolls\""), HasSubstr("\"colour\":\"brown\""))));
    const test::SealingDevice third("s-1", "replica-c");
    const protocol::Ack told = take(third, {});
    ASSERT_EQ(told.pull.rows.size(), 1U);
    const protocol::FieldValue* colour = protocol::find_field(told.pull.rows.front().fields, "colour");
    ASSERT_NE(colour, nullptr);
    EXPECT_EQ(*colour, protocol::FieldValue(std::string("brown")));
}

/// A category with columns that only a newer program knows.
std::string newer_part() {
    return R"({"v":1,"type":"segment","seller":"s-1","replica":"replica-new","epoch":1,"seq":1,"prev":"","schema":99,)"
           R"("h0":1764000000000,"seen":0,"changes":[{"t":"category","k":")" +
           wire_key(5) +
           R"(","op":"c","p":{"name":"Bread","coefficient":"1.000000000","colour":"brown","deep":["a"]}}]})";
}

std::string colour_of(const protocol::Fields& fields) {
    const protocol::FieldValue* colour = protocol::find_field(fields, "colour");
    const std::string* text = colour == nullptr ? nullptr : protocol::as_text(*colour);
    return text == nullptr ? "none" : *text;
}

TEST_F(VersionsTest, ColumnsOfANewerDeviceAreInARepairAndInASnapshot) {
    take(test::SealingDevice("s-1", "replica-new"), {newer_part()});

    const protocol::RepairAnswer repair = answer_repair(
        *store,
        {.seller = "s-1", .replica = "a", .tables = std::nullopt, .rows = {{.table = "category", .key = wire_key(5)}}},
        repair_answer_bytes);
    const protocol::Decoded<protocol::RepairAnswer> read = protocol::decode_repair_answer(protocol::encode(repair));
    const protocol::Decoded<protocol::SnapshotChunk> chunk =
        snapshot_chunk(*store, {.seller = "s-1"}, snapshot_chunk_bytes);

    ASSERT_EQ(read->rows.size(), 1U);
    EXPECT_EQ(colour_of(read->rows.front().fields), "brown");
    ASSERT_EQ(chunk->rows.size(), 1U);
    EXPECT_EQ(colour_of(chunk->rows.front().fields), "brown");
}

TEST_F(VersionsTest, ColumnsOfANewerDeviceComeByAFileAsByTheNetwork) {
    const std::unique_ptr<HubStore> by_network = stores.create("network");
    ASSERT_TRUE(take_request(*by_network, newer_part() + "\n", now));
    const std::string file = folder.file("newer.eab");
    transport::write_bundle_file(file,
                                 {.seller = "s-1",
                                  .replica = "replica-new",
                                  .app = "edge-analytics/99",
                                  .created_at = "2026-11-23T16:00:00Z",
                                  .parts = 1,
                                  .changes = 1,
                                  .extra = {}},
                                 [] { return newer_part(); });

    static_cast<void>(import_bundle_file(*store, file, now));

    EXPECT_EQ(rows(), dump(*by_network, "s-1"));
    EXPECT_THAT(rows(), Contains(HasSubstr("brown")));
}

/// A schema only adds: its number refuses nothing. What the hub cannot place is set aside row by row, and can be
/// retried once the hub is brought up to date. A change of meaning is another version of the protocol.
TEST_F(VersionsTest, ANewerSchemaIsTakenAndAnotherProtocolIsNot) {
    std::string part = newer_part();
    part.replace(part.rfind("]}"), 2,
                 R"(,{"t":"vouchers","k":")" + wire_key(6) + R"(","op":"c","p":{"worth":3}},{"t":"category","k":")" +
                     wire_key(7) + R"(","op":"gild","p":{}}]})");
    const test::SealingDevice newer("s-1", "replica-new");

    const protocol::Ack taken = take(newer, {part});

    EXPECT_EQ(ops(taken).applied, 1) << "the lane goes on";
    ASSERT_EQ(taken.outcomes.size(), 2U);
    EXPECT_EQ(taken.outcomes.front().reason, "unknown_table");
    EXPECT_EQ(taken.outcomes.back().reason, "unknown_op");
    EXPECT_EQ(dead_letters().size(), 2U);
    EXPECT_THAT(rows(), Contains(HasSubstr("brown")));
    std::string other = newer_part();
    other.replace(other.find(R"("v":1)"), 5, R"("v":2)");
    const auto refused = take_request(*store, other + "\n", now);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.problem().problem_class, protocol::ProblemClass::upgrade);
    EXPECT_EQ(refused.problem().status, 426);
}

}  // namespace
}  // namespace edge::hub
