#include "edge/storage/journal.hpp"

#include "support/temporary_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

namespace edge::storage {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::int64_t name_bit = 1LL << 1;
constexpr std::int64_t quantity_bit = 1LL << 3;

class JournalTest : public testing::Test {
protected:
    JournalTest() {
        run("INSERT INTO sellers (user_id, seller_name) VALUES (1, 'Bakery')");
        run("INSERT INTO category (category_id, category_name, category_coefficient) VALUES (1, 'Bread', '1.0')");
        read_all();
    }

    void run(const std::string& sql) {
        WriteTransaction write(db);
        db.execute(sql);
        write.commit();
    }
    void post(std::int64_t id) {
        run("INSERT INTO bundles (bundle_id, seller_id, bundle_name, total_qty, window_start, window_end) VALUES (" +
            std::to_string(id) + ", 1, 'Bag', 5, 0, 1)");
    }
    void read_all() {
        WriteTransaction write(db);
        for (const JournalReader reader : {JournalReader::sync, JournalReader::analytics})
            advance_journal_cursor(write, reader, journal_head(db, reader));
        trim_journal(write);
        write.commit();
    }
    [[nodiscard]] ChangedRows changed() { return changed_rows(db, journal_cursor(db, JournalReader::sync)); }
    [[nodiscard]] Uuid identity(std::int64_t bundle) {
        Query row = db.query("SELECT uuid FROM bundles WHERE bundle_id = ?", bundle);
        row.step();
        return row.uuid(0);
    }
    [[nodiscard]] std::int64_t entries() {
        Query row = db.query("SELECT count(*) FROM journal");
        row.step();
        return row.integer(0);
    }

    test::TemporaryFolder folder;
    Connection db = Connection::create(folder.file("shop.db"));
};

/// A row that is replaced goes without firing the trigger of its deletion.
class ReplacedRows : public JournalTest {
protected:
    ReplacedRows() {
        post(7);
        run("INSERT INTO reservations (reservation_id, bundle_id, claim_code) VALUES (1, 7, 'A'), (2, 7, 'B')");
        read_all();
    }
    /// "deleted 1 of 7, created 3 of 7": what a reader of the journal is told of reservations.
    std::vector<std::string> told() {
        static constexpr std::array<const char*, 4> names = {"", "created ", "updated ", "deleted "};
        std::vector<std::string> all;
        JournalScan scan(db, journal_cursor(db, JournalReader::sync));
        for (JournalEntry entry; scan.next(entry);) {
            if (entry.table != CapturedTable::reservations) continue;
            all.push_back(names.at(static_cast<std::size_t>(entry.op)) + std::to_string(entry.row) + " of " +
                          std::to_string(entry.parent.value_or(0)));
        }
        return all;
    }
};

TEST_F(ReplacedRows, AreToldAsDeleted) {
    run("INSERT OR REPLACE INTO reservations (reservation_id, bundle_id, claim_code) VALUES (3, 7, 'A')");
    EXPECT_THAT(told(), ElementsAre("deleted 1 of 7", "created 3 of 7"));
    ASSERT_EQ(changed().deleted.size(), 1U);
    EXPECT_TRUE(changed().deleted.front().uuid);
    read_all();

    run("REPLACE INTO reservations (bundle_id, claim_code) VALUES (7, 'B')");
    EXPECT_THAT(told(), ElementsAre("deleted 2 of 7", "created 4 of 7"));
    read_all();

    run("REPLACE INTO reservations (reservation_id, bundle_id, claim_code) VALUES (4, 7, 'D')");
    EXPECT_THAT(told(), ElementsAre("deleted 4 of 7", "created 4 of 7"));
    read_all();

    run("REPLACE INTO reservations (reservation_id, uuid, bundle_id, claim_code) SELECT 9, uuid, 7, 'E' FROM "
        "reservations WHERE reservation_id = 3");
    EXPECT_THAT(told(), ElementsAre("deleted 3 of 7", "created 9 of 7"));
    read_all();

    run("UPDATE OR REPLACE reservations SET claim_code = 'D' WHERE reservation_id = 9");
    EXPECT_THAT(told(), ElementsAre("deleted 4 of 7", "updated 9 of 7"));
}

TEST_F(ReplacedRows, AreNotToldWhereTheStatementLeftThem) {
    run("INSERT OR IGNORE INTO reservations (bundle_id, claim_code) VALUES (7, 'A')");
    run("INSERT INTO reservations (bundle_id, claim_code) VALUES (7, 'A') ON CONFLICT DO NOTHING");
    EXPECT_THAT(told(), IsEmpty());
    EXPECT_EQ(unread_rows(db, JournalReader::sync), 0);
    EXPECT_THAT(changed().existing, IsEmpty());
    EXPECT_THAT(changed().deleted, IsEmpty());

    run("INSERT INTO reservations (bundle_id, claim_code) VALUES (7, 'A') ON CONFLICT (bundle_id, claim_code) DO "
        "UPDATE "
        "SET consumer_id = 'ann'");
    EXPECT_THAT(told(), ElementsAre("updated 1 of 7"));
    read_all();

    run("INSERT INTO reservations (reservation_id, bundle_id, claim_code) VALUES (5, 7, 'C'); INSERT OR IGNORE INTO "
        "reservations (bundle_id, claim_code) VALUES (7, 'C')");
    EXPECT_THAT(told(), ElementsAre("created 5 of 7"));
}

TEST_F(ReplacedRows, CostNothingWhereNoneIs) {
    run("INSERT INTO reservations (bundle_id, claim_code) VALUES (7, 'C'); UPDATE reservations SET claim_code = 'D' "
        "WHERE claim_code = 'C'");

    Query lines = db.query("SELECT count(*) FROM journal WHERE seq > ? ", journal_cursor(db, JournalReader::sync));
    ASSERT_TRUE(lines.step());
    EXPECT_EQ(lines.integer(0), 2);
}

TEST_F(JournalTest, GathersWhatHappenedToARowInOneMask) {
    post(7);
    read_all();
    run("UPDATE bundles SET bundle_name = 'Box' WHERE bundle_id = 7");
    run("UPDATE bundles SET total_qty = 9 WHERE bundle_id = 7");

    const ChangedRows rows = changed();

    ASSERT_EQ(rows.existing.size(), 1U);
    EXPECT_EQ(rows.existing[0].table, CapturedTable::bundles);
    EXPECT_EQ(rows.existing[0].row, 7);
    EXPECT_EQ(rows.existing[0].mask, name_bit | quantity_bit);
    EXPECT_EQ(rows.existing[0].first, JournalOp::updated);
    EXPECT_THAT(rows.deleted, IsEmpty());
}

TEST_F(JournalTest, AnUpdateThatChangesNothingIsNoEntry) {
    post(7);
    read_all();

    run("UPDATE bundles SET bundle_name = 'Bag', total_qty = 5");

    EXPECT_EQ(unread_rows(db, JournalReader::sync), 0);
}

TEST_F(JournalTest, MembershipInACategoryIsAChangeOfTheBundle) {
    post(7);
    read_all();

    run("INSERT INTO bundle_category VALUES (7, 1)");

    const ChangedRows rows = changed();
    ASSERT_EQ(rows.existing.size(), 1U);
    EXPECT_EQ(rows.existing[0].mask, std::int64_t{1} << bundle_categories_bit);
}

TEST_F(JournalTest, ARowThatCameAndWentIsNone) {
    post(7);
    run("DELETE FROM bundles WHERE bundle_id = 7");

    const ChangedRows rows = changed();

    EXPECT_THAT(rows.existing, IsEmpty());
    EXPECT_THAT(rows.deleted, IsEmpty());
    EXPECT_EQ(rows.head, journal_head(db, JournalReader::sync));
}

TEST_F(JournalTest, ADeletedRowIsKnownByItsIdentity) {
    post(7);
    const Uuid gone = identity(7);
    read_all();

    run("DELETE FROM bundles WHERE bundle_id = 7");

    const ChangedRows rows = changed();
    ASSERT_EQ(rows.deleted.size(), 1U);
    EXPECT_EQ(rows.deleted[0].uuid, gone);
}

TEST_F(JournalTest, ALocalIdThatIsUsedAgainIsTwoRows) {
    post(7);
    const Uuid gone = identity(7);
    read_all();
    run("UPDATE bundles SET bundle_name = 'Box' WHERE bundle_id = 7");
    run("DELETE FROM bundles WHERE bundle_id = 7");
    post(7);
    run("DELETE FROM bundles WHERE bundle_id = 7");
    post(7);

    const ChangedRows rows = changed();

    ASSERT_EQ(rows.deleted.size(), 1U);
    EXPECT_EQ(rows.deleted[0].uuid, gone);
    ASSERT_EQ(rows.existing.size(), 1U);
    EXPECT_EQ(rows.existing[0].first, JournalOp::created);
}

TEST_F(JournalTest, WhatAPullWroteIsNotAChangeOfThisFile) {
    post(7);
    read_all();
    run("INSERT INTO capture_guard VALUES (1); UPDATE bundles SET total_qty = 6; DELETE FROM capture_guard");

    const ChangedRows rows = changed();

    EXPECT_THAT(rows.existing, IsEmpty());
    EXPECT_EQ(unread_rows(db, JournalReader::sync), 0);
    EXPECT_EQ(rows.head, journal_head(db, JournalReader::sync));
}

TEST_F(JournalTest, KeepsWhatOneReaderHasNotRead) {
    post(7);
    post(8);
    WriteTransaction write(db);
    const std::int64_t head = journal_head(db, JournalReader::sync);
    advance_journal_cursor(write, JournalReader::sync, head);

    trim_journal(write);

    EXPECT_EQ(entries(), 2);
    advance_journal_cursor(write, JournalReader::analytics, head);
    trim_journal(write);
    EXPECT_EQ(entries(), 1);
    EXPECT_EQ(journal_head(db, JournalReader::sync), head);
}

TEST_F(JournalTest, TheEntryThatIsKeptIsNoChange) {
    post(7);

    read_all();

    EXPECT_EQ(entries(), 1);
    EXPECT_EQ(unread_rows(db, JournalReader::sync), 0);
    EXPECT_THAT(changed().existing, IsEmpty());
    EXPECT_EQ(journal_head(db, JournalReader::sync), journal_cursor(db, JournalReader::sync));
}

TEST_F(JournalTest, NumbersGoOnAfterAllIsRead) {
    post(7);
    const std::int64_t before = journal_head(db, JournalReader::sync);
    read_all();

    post(8);

    EXPECT_GT(journal_head(db, JournalReader::sync), before);
    EXPECT_EQ(unread_rows(db, JournalReader::sync), 1);
}

TEST_F(JournalTest, ACursorNeverGoesBack) {
    post(7);
    WriteTransaction write(db);
    advance_journal_cursor(write, JournalReader::sync, 100);

    advance_journal_cursor(write, JournalReader::sync, 50);

    EXPECT_EQ(journal_cursor(db, JournalReader::sync), 100);
}

TEST_F(JournalTest, ScansEntriesInOrderWithTheirParents) {
    post(7);
    run("INSERT INTO reservations (reservation_id, bundle_id, claim_code) VALUES (3, 7, 'K7M2')");
    JournalScan scan(db, journal_cursor(db, JournalReader::analytics));
    std::vector<std::int64_t> rows;
    std::vector<std::optional<std::int64_t>> parents;

    for (JournalEntry entry; scan.next(entry);) {
        rows.push_back(entry.row);
        parents.push_back(entry.parent);
    }

    EXPECT_THAT(rows, ElementsAre(7, 3));
    EXPECT_THAT(parents, ElementsAre(std::nullopt, std::optional<std::int64_t>(7)));
}

}  // namespace
}  // namespace edge::storage
