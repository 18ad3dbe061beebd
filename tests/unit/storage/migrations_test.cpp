#include "migrations.hpp"

#include "support/database_dump.hpp"
#include "support/temporary_folder.hpp"

#include "edge/core/claim_code.hpp"
#include "edge/core/money.hpp"
#include "edge/storage/captured_tables.hpp"
#include "edge/storage/journal.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <filesystem>

namespace edge::storage {
namespace {

class SchemaTest : public testing::Test {
protected:
    test::TemporaryFolder folder;
    std::string path = folder.file("shop.db");
    Connection db = Connection::create(path);

    void run(const std::string& sql) {
        WriteTransaction write(db);
        db.execute(sql);
        write.commit();
    }
    std::string first(const std::string& sql) {
        Query row = db.query(sql);
        return row.step() ? row.text(0) : "(no row)";
    }
};

TEST(Migrations, AreNumberedFromOneWithoutGaps) {
    int expected = 1;

    for (const Migration& migration : migrations()) EXPECT_EQ(migration.version, expected++) << migration.name;

    EXPECT_EQ(newest_schema_version(), expected - 1);
}

TEST_F(SchemaTest, HasOnlyStrictTables) {
    Query rows = db.query(
        "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND strict = 0 "
        "AND name NOT LIKE 'sqlite_%'");

    EXPECT_FALSE(rows.step()) << rows.text(0) << " is not STRICT";
}

TEST_F(SchemaTest, HasOnlyViewsThatCanBeRead) {
    Query views = db.query("SELECT name FROM sqlite_schema WHERE type = 'view'");
    int count = 0;

    while (views.step()) {
        EXPECT_EQ(views.text(0).rfind("v_", 0), 0U) << views.text(0);
        EXPECT_NO_THROW(db.query("SELECT * FROM " + views.text(0)).run()) << views.text(0);
        ++count;
    }

    EXPECT_GE(count, 8);
}

TEST_F(SchemaTest, StartsWithTheFiveGraphTypesOfTheMarketplace) {
    EXPECT_EQ(first("SELECT group_concat(graph_type_id || ' ' || chart_type || ' ' || graph_summary, '; ') "
                    "FROM analytics_graphs_types WHERE graph_type_id <= 5"),
              "1 multi_line Weekly Sales vs Posted; 2 pie Sell Through Rate; 3 bar Category Distribution; "
              "4 bar Time Window Distribution; 5 multi_line Forecast vs Posted");
}

TEST_F(SchemaTest, ShowsPeopleIsoTimesAndPlainMoney) {
    run("INSERT INTO sellers (user_id, seller_name) VALUES (1, 'Bakery'); "
        "INSERT INTO category (category_id, category_name, category_coefficient) VALUES (1, 'Bread', '1.5'); "
        "INSERT INTO bundles (bundle_id, seller_id, bundle_name, total_qty, price_minor, window_start, window_end, "
        "created_at) VALUES (1, 1, 'Bag', 5, 405, 1795450931000000, 1795454531000000, 0); "
        "INSERT INTO bundle_category VALUES (1, 1); "
        "INSERT INTO reservations (bundle_id, claim_code, reserved_at, collected_at) "
        "VALUES (1, 'A', 0, 1795450931250000), (1, 'B', 0, NULL); "
        "INSERT INTO reservations (bundle_id, claim_code, reserved_at, cancelled_at) VALUES (1, 'C', 0, 1)");

    EXPECT_EQ(first("SELECT window_start FROM v_bundles"), "2026-11-23T16:22:11Z");
    EXPECT_EQ(first("SELECT created_at FROM v_bundles"), "1970-01-01T00:00:00Z");
    EXPECT_EQ(first("SELECT price || ' ' || currency FROM v_bundles"), "4.05 GBP");
    EXPECT_EQ(
        first("SELECT categories || ', ' || reserved || ' reserved, ' || collected || ' collected' FROM v_bundles"),
        "Bread, 2 reserved, 1 collected");
    EXPECT_EQ(first("SELECT collected_at FROM v_reservations WHERE claim_code = 'A'"), "2026-11-23T16:22:11Z");
}

TEST_F(SchemaTest, ShowsPricesInEachCurrencyAsTheProgramDoes) {
    const std::vector<std::string> currencies = {"GBP", "JPY", "KWD"};
    run("INSERT INTO sellers (user_id, seller_name) VALUES (1, 'Bakery'); "
        "INSERT INTO bundles (bundle_id, seller_id, bundle_name, total_qty, window_start, window_end) "
        "VALUES (1, 1, 'Bag', 5, 0, 1)");

    for (const std::string& currency : currencies) {
        for (const std::int64_t minor : {0, 5, 99, 100, 123456, -5, -350}) {
            run(fmt::format("UPDATE sellers SET currency = '{}'; UPDATE bundles SET price_minor = {}", currency,
                            minor));
            EXPECT_EQ(first("SELECT price FROM v_bundles"), format_money(Money{minor}, currency));
        }
    }
}

TEST_F(SchemaTest, NormalisesClaimCodesAsTheProgramDoes) {
    run("INSERT INTO sellers (user_id, seller_name) VALUES (1, 'Bakery'); "
        "INSERT INTO bundles (bundle_id, seller_id, bundle_name, total_qty, window_start, window_end) "
        "VALUES (1, 1, 'Bag', 5, 0, 1)");

    EXPECT_TRUE(rc::check("claim_key is normalise_claim_code", [&] {
        const auto code = *rc::gen::nonEmpty(rc::gen::container<std::string>(
            rc::gen::oneOf(rc::gen::elementOf(std::string("aZk7 -.é")), rc::gen::inRange<char>(33, 127))));
        WriteTransaction write(db);
        db.query("INSERT INTO reservations (reservation_id, bundle_id, claim_code) VALUES (1, 1, ?)", code).run();
        Query row = db.query("SELECT claim_key FROM reservations WHERE reservation_id = 1");
        RC_ASSERT(row.step());
        RC_ASSERT(row.text(0) == normalise_claim_code(code));
    }));
}

TEST_F(SchemaTest, FindsAReservationByItsClaimKeyThroughAnIndex) {
    Query plan = db.query("EXPLAIN QUERY PLAN SELECT reservation_id FROM reservations WHERE claim_key = ?", "K7M2QX");

    ASSERT_TRUE(plan.step());
    EXPECT_NE(plan.text(3).find("reservations_by_claim_key"), std::string::npos) << plan.text(3);
}

TEST_F(SchemaTest, IsBroughtUpToDateOnceOnly) {
    const test::DatabaseDump before = test::dump_database(path);

    { const Connection again = Connection::open(path); }

    EXPECT_EQ(test::first_difference(before, test::dump_database(path)), "");
}

/// Every file in tests/data was written by the program that first had its schema.
TEST(ReleasedFile, OfEachSchemaIsBroughtUpToDateWithItsRows) {
    const std::filesystem::path data = std::filesystem::path(EDGE_SOURCE_DIR) / "tests/data";
    for (int version = 1; version <= newest_schema_version(); ++version) {
        const test::TemporaryFolder folder;
        const std::string path = folder.file("shop.db");
        const std::filesystem::path released = data / fmt::format("schema-{}.db", version);
        ASSERT_TRUE(std::filesystem::exists(released))
            << released << " is missing: run make_released_file of the build that has it";
        std::filesystem::copy_file(released, path);

        Connection db = Connection::open(path);

        EXPECT_EQ(test::integrity_of(path), "ok");
        EXPECT_EQ(test::select_column(path, "PRAGMA user_version").front(), std::to_string(newest_schema_version()));
        EXPECT_EQ(faulty_triggers(db), std::vector<std::string>());
        EXPECT_EQ(test::select_column(path, "SELECT count(*) FROM reservations WHERE collected_at IS NOT NULL").front(),
                  "1");
    }
}

/// A file of the last schema whose journal had its numbers kept by AUTOINCREMENT.
class NumberedJournal : public testing::Test {
protected:
    NumberedJournal() {
        std::filesystem::copy_file(std::filesystem::path(EDGE_SOURCE_DIR) / "tests/data/schema-4.db", path);
    }
    std::vector<std::string> journal() {
        return test::select_column(
            path, "SELECT seq || ' ' || tbl || ' ' || row || ' ' || op || ' ' || mask FROM journal ORDER BY seq");
    }
    std::int64_t unread() {
        Connection db = Connection::open(path);
        return unread_rows(db, JournalReader::sync);
    }

    test::TemporaryFolder folder;
    std::string path = folder.file("shop.db");
};

TEST_F(NumberedJournal, IsTakenOverLineByLine) {
    const std::vector<std::string> before = journal();
    ASSERT_EQ(before.size(), 8U);

    EXPECT_EQ(unread(), 7);  // two of the lines are about one bundle
    EXPECT_EQ(journal(), before);
}

TEST_F(NumberedJournal, ThatWasReadAndEmptiedGoesOnAfterItsLastNumber) {
    test::run_sql(path, "UPDATE journal_readers SET cursor = 8; DELETE FROM journal");

    EXPECT_EQ(unread(), 0);
    EXPECT_EQ(journal(), std::vector<std::string>({"8 1 0 10 0"}));
    test::run_sql(path, "UPDATE sellers SET city = 'Leeds'");
    EXPECT_EQ(unread(), 1);
    EXPECT_EQ(journal().back().substr(0, 6), "9 1 1 ");
}

TEST_F(NumberedJournal, WhoseLastLinesAreGoneKeepsTheOthers) {
    test::run_sql(path, "DELETE FROM journal WHERE seq > 3");

    EXPECT_EQ(unread(), 3);
    EXPECT_EQ(journal().size(), 4U);
    EXPECT_EQ(journal().back(), "8 1 0 10 0");
}

/// A migration that was released must not change: its file would differ from what a new file gets.
TEST(ReleasedFile, HasTheVerySchemaOfANewFile) {
    const test::TemporaryFolder folder;
    const std::string old_path = folder.file("old.db");
    const std::string new_path = folder.file("new.db");
    std::filesystem::copy_file(std::filesystem::path(EDGE_SOURCE_DIR) / "tests/data/schema-1.db", old_path);
    constexpr const char* schema =
        "SELECT type || ' ' || name || ': ' || ifnull(sql, '') FROM sqlite_schema ORDER BY 1";

    { const Connection updated = Connection::open(old_path); }
    { const Connection made = Connection::create(new_path); }

    EXPECT_EQ(test::select_column(old_path, schema), test::select_column(new_path, schema))
        << "a released migration must not change; before its release, run make_released_file tests/data/schema-1.db";
}

}  // namespace
}  // namespace edge::storage
