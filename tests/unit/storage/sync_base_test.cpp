#include "edge/storage/sync_base.hpp"

#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace edge::storage {
namespace {

constexpr std::string_view ops = "ops";
const std::string key = "01JDQ4S5ZC0000000000000001";

RowHash hash_of(std::uint8_t first) {
    RowHash hash{};
    hash.front() = first;
    return hash;
}

class SyncBaseTest : public testing::Test {
protected:
    void seal(std::int64_t seq, JournalOp op, std::int64_t mask) {
        insert_sealed_row(
            write, ops,
            {.table = CapturedTable::bundles, .key = key, .seq = seq, .op = op, .mask = mask, .hash = hash_of(1)});
    }
    [[nodiscard]] UnconfirmedRow unconfirmed() { return unconfirmed_row(db, CapturedTable::bundles, key); }

    test::TemporaryFolder folder;
    Connection db = Connection::create(folder.file("shop.db"));
    WriteTransaction write{db};
};

TEST_F(SyncBaseTest, KeepsRowsOfTwoTablesApart) {
    set_base(write, CapturedTable::bundles, 5, {.version = 7, .hash = hash_of(1)});
    set_base(write, CapturedTable::reservations, 5, {.version = 8, .hash = hash_of(2)});

    delete_base(write, CapturedTable::bundles, 5);

    EXPECT_FALSE(find_base(db, CapturedTable::bundles, 5));
    EXPECT_EQ(find_base(db, CapturedTable::reservations, 5), (BaseRow{.version = 8, .hash = hash_of(2)}));
}

TEST_F(SyncBaseTest, InsertsOnlyWhereNothingIsKnown) {
    const std::vector<BaseRow> three = {
        {.version = 7, .hash = hash_of(1)}, {.version = 8, .hash = hash_of(2)}, {.version = 9, .hash = hash_of(3)}};
    set_base(write, CapturedTable::reservations, 6, {.version = 1, .hash = hash_of(4)});
    EXPECT_TRUE(insert_bases(write, CapturedTable::bundles, 5, three)) << "the other table's row lies between";
    EXPECT_EQ(find_base(db, CapturedTable::bundles, 6), three[1]);
    EXPECT_EQ(find_base(db, CapturedTable::bundles, 7), three[2]);

    EXPECT_FALSE(insert_bases(write, CapturedTable::bundles, 3, three)) << "5 is known";
    EXPECT_FALSE(insert_bases(write, CapturedTable::bundles, 7, three)) << "7 is known";

    EXPECT_FALSE(find_base(db, CapturedTable::bundles, 3));
    EXPECT_FALSE(find_base(db, CapturedTable::bundles, 8));
    EXPECT_EQ(find_base(db, CapturedTable::bundles, 5), three[0]);
}

TEST_F(SyncBaseTest, TakesNegativeIds) {
    set_base(write, CapturedTable::bundles, -5, {.version = 7, .hash = hash_of(1)});

    EXPECT_TRUE(find_base(db, CapturedTable::bundles, -5));
    EXPECT_FALSE(find_base(db, CapturedTable::bundles, 5));
}

TEST_F(SyncBaseTest, ForgetsVersionsAndKeepsHashes) {
    set_base(write, CapturedTable::bundles, 5, {.version = 7, .hash = hash_of(1)});
    set_absent(write, CapturedTable::bundles, key, {.version = 9, .hash = hash_of(2)});

    forget_versions(write);

    EXPECT_EQ(find_base(db, CapturedTable::bundles, 5), (BaseRow{.version = 0, .hash = hash_of(1)}));
    EXPECT_EQ(find_absent(db, CapturedTable::bundles, key), (BaseRow{.version = 0, .hash = hash_of(2)}));
}

TEST_F(SyncBaseTest, AddsUpTheColumnsOfSegmentsThatAreUnderWay) {
    seal(1, JournalOp::updated, 1);
    seal(2, JournalOp::updated, 4);

    EXPECT_EQ(unconfirmed().mask, 5);
    EXPECT_FALSE(unconfirmed().created);
    EXPECT_TRUE(has_sealed_rows(db));
}

TEST_F(SyncBaseTest, ADeletionEndsWhatWasSealedBefore) {
    seal(1, JournalOp::created, 7);
    seal(2, JournalOp::deleted, 0);

    EXPECT_TRUE(unconfirmed().deleted);
    EXPECT_FALSE(unconfirmed().created);
    EXPECT_EQ(unconfirmed().mask, 0);
}

TEST_F(SyncBaseTest, ARowMadeAgainIsNoLongerDeleted) {
    seal(1, JournalOp::deleted, 0);
    seal(2, JournalOp::created, 7);

    EXPECT_TRUE(unconfirmed().created);
    EXPECT_FALSE(unconfirmed().deleted);
}

TEST_F(SyncBaseTest, ConfirmedSegmentsAreNoLongerUnderWay) {
    seal(1, JournalOp::created, 7);
    seal(2, JournalOp::updated, 1);

    EXPECT_EQ(sealed_rows_through(db, ops, 1).size(), 1U);
    delete_sealed_rows_through(write, ops, 1);

    EXPECT_FALSE(unconfirmed().created);
    EXPECT_EQ(unconfirmed().mask, 1);
}

TEST_F(SyncBaseTest, ARefusedChangeIsNoLongerUnderWay) {
    seal(1, JournalOp::updated, 1);
    seal(2, JournalOp::updated, 4);

    delete_sealed_row(write, ops, 1, CapturedTable::bundles, key);

    EXPECT_EQ(unconfirmed().mask, 4);
}

TEST_F(SyncBaseTest, ASegmentMayGetAnotherNumber) {
    seal(9, JournalOp::updated, 1);

    renumber_sealed_rows(write, ops, 9, 1);

    EXPECT_EQ(sealed_rows_through(db, ops, 1).size(), 1U);
}

TEST_F(SyncBaseTest, AParkedChangeWaitsUntilItIsTakenOut) {
    park_change(write, {.table = CapturedTable::bundles, .key = key, .change = "{}"});
    park_change(write, {.table = CapturedTable::bundles, .key = key, .change = "{\"later\":1}"});

    ASSERT_EQ(parked_changes(db).size(), 1U);
    EXPECT_EQ(parked_changes(db).front().change, "{\"later\":1}");
    EXPECT_TRUE(is_parked(db, CapturedTable::bundles, key));
    EXPECT_FALSE(is_parked(db, CapturedTable::reservations, key));
    unpark_change(write, CapturedTable::bundles, key);
    EXPECT_TRUE(parked_changes(db).empty());
    EXPECT_FALSE(has_parked_changes(db));
}

}  // namespace
}  // namespace edge::storage
