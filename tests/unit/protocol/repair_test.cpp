#include "edge/protocol/repair.hpp"

#include "unit/protocol/builders.hpp"

#include <gmock/gmock.h>

namespace edge::protocol {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace): builders of this folder
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

constexpr Sum128 one{.high = 0, .low = 1};
constexpr Sum128 two{.high = 0, .low = 2};

TableBuckets bundles(std::size_t bucket, const Sum128& sum) {
    TableBuckets table{.table = "bundles"};
    table.sums.at(bucket) = sum;
    return table;
}

RepairRequest full_request() {
    return {.seller = seller_key,
            .replica = replica_key,
            .tables = std::vector{bundles(5, one)},
            .rows = {{.table = "bundles", .key = bread_key}}};
}

TEST(RepairRequest, IsReadAsItWasWritten) {
    const Decoded<RepairRequest> read = decode_repair_request(encode(full_request()));

    ASSERT_TRUE(read);
    EXPECT_EQ(*read, full_request());
}

TEST(RepairRequest, WithoutTablesAsksForNoComparison) {
    RepairRequest request = full_request();
    request.tables.reset();
    EXPECT_FALSE(decode_repair_request(encode(request))->tables);
    request.tables.emplace();
    EXPECT_TRUE(decode_repair_request(encode(request))->tables);
}

TEST(RepairRequest, IsRefusedIfItAsksTooMuchOrCannotBeRead) {
    RepairRequest request = full_request();
    request.rows.assign(repair_rows + 1, {.table = "bundles", .key = bread_key});
    EXPECT_FALSE(decode_repair_request(encode(request)));
    const std::string text = encode(full_request());
    EXPECT_FALSE(decode_repair_request(text.substr(0, text.size() - 1)));
    std::string other = text;
    other.replace(other.find("\"bucket\":5"), 10, "\"bucket\":64");
    EXPECT_FALSE(decode_repair_request(other));
    other = text;
    other.replace(other.find(digest_text(one)), 2, "zz");
    EXPECT_FALSE(decode_repair_request(other));
}

TEST(RepairAnswer, IsReadAsItWasWritten) {
    RepairAnswer answer{.at = 7,
                        .more = true,
                        .buckets = {{.table = "bundles", .bucket = 5, .rows = {{.key = bread_key, .hash = two}}}},
                        .told = 2,
                        .rows = {collect(), deletion("bundles", bread_key)}};

    const Decoded<RepairAnswer> read = decode_repair_answer(encode(answer));

    ASSERT_TRUE(read);
    EXPECT_EQ(*read, answer);
}

TEST(DifferingBuckets, AreThoseOfEitherSide) {
    EXPECT_THAT(differing_buckets({bundles(5, one)}, {bundles(5, one)}), IsEmpty());
    EXPECT_THAT(differing_buckets({bundles(5, one)}, {bundles(5, two)}), ElementsAre(Pair("bundles", 5)));
    EXPECT_THAT(differing_buckets({}, {bundles(5, two)}), ElementsAre(Pair("bundles", 5)));
    EXPECT_THAT(differing_buckets({bundles(5, one)}, {bundles(6, one)}),
                ElementsAre(Pair("bundles", 5), Pair("bundles", 6)));
}

TEST(DifferingKeys, AreThoseThatOneSideHasOrThatDiffer) {
    const std::vector<HashedRow> hub = {
        {.key = "a", .hash = one}, {.key = "b", .hash = one}, {.key = "c", .hash = one}};

    EXPECT_THAT(differing_keys(hub, {{"a", one}, {"b", two}, {"d", one}}), ElementsAre("b", "c", "d"));
    EXPECT_THAT(differing_keys({}, {}), IsEmpty());
}

}  // namespace
}  // namespace edge::protocol
