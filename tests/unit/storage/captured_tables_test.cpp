#include "edge/storage/captured_tables.hpp"

#include "support/temporary_folder.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <ostream>

namespace edge::storage {
namespace {

struct Entry {
    int table;
    std::int64_t row;
    int op;
    std::int64_t mask;
    bool has_uuid = false;
    std::optional<std::int64_t> parent{};
    friend bool operator==(const Entry&, const Entry&) = default;
    friend std::ostream& operator<<(std::ostream& out, const Entry& entry) {
        return out << fmt::format("(table {}, row {}, op {}, mask {:x}, uuid {}, parent {})", entry.table, entry.row,
                                  entry.op, entry.mask, entry.has_uuid, entry.parent.value_or(-1));
    }
};

/// A row of a captured table, and for each captured column another value that it may take.
struct Sample {
    CapturedTable table;
    std::string insert;
    std::string where;
    std::int64_t row;
    std::vector<std::string> others;
    std::optional<std::int64_t> parent = {};
};

void PrintTo(const Sample& sample, std::ostream* out) { *out << captured_table(sample.table).name; }

std::vector<Sample> samples() {
    using Table = CapturedTable;
    return {
        {Table::sellers,
         "INSERT INTO sellers (user_id, seller_name) VALUES (7, 'Bakery')",
         "user_id = 7",
         7,
         {"'b'", "'b'", "'b'", "'b'", "'b'", "'b'", "'b'", "'1.5'", "'1.5'", "'Europe/Lisbon'", "'EUR'", "'PT'"}},
        {Table::category,
         "INSERT INTO category (category_id, category_name, category_coefficient) VALUES (7, 'Cake', '1')",
         "category_id = 7",
         7,
         {"'Pie'", "'2'"}},
        {Table::bundles,
         "INSERT INTO bundles (bundle_id, seller_id, bundle_name, total_qty, window_start, window_end, created_at) "
         "VALUES (7, 1, 'Bag', 5, 10, 20, 1)",
         "bundle_id = 7",
         7,
         {"2", "'b'", "'b'", "9", "9", "9", "9", "9", "9", "99", "9", "9"}},
        {Table::reservations,
         "INSERT INTO reservations (reservation_id, bundle_id, claim_code, reserved_at) VALUES (7, 1, 'K7M2QX', 1)",
         "reservation_id = 7",
         7,
         {"2", "'ann'", "'OTHER'", "9", "9", "9"},
         1},
        {Table::forecast_input,
         "INSERT INTO forecast_input (input_id, bundle_id, seller_id, day_of_week, window_start, window_end, "
         "is_holiday, observed_reservations, observed_no_shows) VALUES (7, 1, 1, 'Monday', 1, 2, 0, 3, 1)",
         "input_id = 7",
         7,
         {"2", "2", "1", "'Friday'", "9", "9", "1", "'9.50'", "'sunny'", "9", "9", "9"},
         1},
        {Table::forecast_output,
         "INSERT INTO forecast_output (output_id, bundle_id, seller_id, window_start, predicted_sales, posted_qty, "
         "predicted_no_show_prob, confidence, generated_at) VALUES (7, 1, 1, 1, 2, 3, '0.1000', '0.5000', 1)",
         "output_id = 7",
         7,
         {"2", "2", "9", "9", "9", "9", "'0.9'", "'0.9'", "'why'", "'other'", "9"}},
        {Table::analytics_graphs,
         "INSERT INTO analytics_graphs (graph_id, seller_id, graph_type, created_at) VALUES (7, 1, 2, 1)",
         "graph_id = 7",
         7,
         {"2", "3", "9"}},
        {Table::analytics_series,
         "INSERT INTO analytics_series (series_id, graph_id, series_name, sort_index) VALUES (7, 1, 'sales', 5)",
         "series_id = 7",
         7,
         {"2", "'b'", "6"}},
        {Table::analytics_points,
         "INSERT INTO analytics_points (series_id, sort_index, x, y) VALUES (1, 3, 'a', '1.0000')",
         "series_id = 1 AND sort_index = 3",
         points_per_series + 3,
         {"'b'", "'2.0000'"}},
        {Table::weather,
         "INSERT INTO weather (weather_id, place, day, kind, fetched_at) VALUES (7, '50.7,-3.5', 1, 'observed', 1)",
         "weather_id = 7",
         7,
         {"'0,0'", "9", "'normal'", "'9.50'", "'rainy'", "'b'", "9"}},
        {Table::holidays,
         "INSERT INTO holidays (holiday_id, region, day, name) VALUES (7, 'GB', 1, 'Easter')",
         "holiday_id = 7",
         7,
         {"'IE'", "9", "'b'", "'b'"}},
    };
}

class CaptureTest : public testing::TestWithParam<Sample> {
protected:
    CaptureTest() {
        run("INSERT INTO sellers (user_id, seller_name) VALUES (1, 'A'), (2, 'B');"
            "INSERT INTO category (category_id, category_name, category_coefficient) VALUES (1, 'Bread', '1'), "
            "(2, 'Fruit', '1');"
            "INSERT INTO bundles (bundle_id, seller_id, bundle_name, total_qty, window_start, window_end) "
            "VALUES (1, 1, 'x', 5, 10, 20), (2, 1, 'y', 5, 10, 20);"
            "INSERT INTO analytics_graphs (graph_id, seller_id, graph_type) VALUES (1, 1, 1), (2, 2, 1);"
            "INSERT INTO analytics_series (series_id, graph_id, series_name, sort_index) VALUES (1, 1, 'sales', 0)");
        static_cast<void>(entries());
    }

    void run(const std::string& sql) {
        WriteTransaction write(db);
        db.execute(sql);
        write.commit();
    }
    /// What the journal got since the last call.
    std::vector<Entry> entries() {
        std::vector<Entry> found;
        {
            Query row =
                db.query("SELECT tbl, row, op, mask, uuid, parent, seq FROM journal WHERE seq > ? ORDER BY seq", seen);
            while (row.step()) {
                seen = row.integer(6);
                found.push_back({.table = static_cast<int>(row.integer(0)),
                                 .row = row.integer(1),
                                 .op = static_cast<int>(row.integer(2)),
                                 .mask = row.integer(3),
                                 .has_uuid = row.blob(4).size() == 16,
                                 .parent = row.optional_integer(5)});
            }
        }
        return found;
    }

    std::int64_t seen = 0;
    test::TemporaryFolder folder;
    Connection db = Connection::create(folder.file("shop.db"));
};

std::int64_t all_columns(const CapturedTableInfo& table) { return (std::int64_t{1} << table.columns.size()) - 1; }

TEST_P(CaptureTest, RecordsAnInsertWithAllColumns) {
    const CapturedTableInfo& table = captured_table(GetParam().table);

    run(GetParam().insert);

    EXPECT_EQ(entries(), std::vector<Entry>({{.table = static_cast<int>(table.number),
                                              .row = GetParam().row,
                                              .op = 1,
                                              .mask = all_columns(table),
                                              .parent = GetParam().parent}}));
}

TEST_P(CaptureTest, RecordsAnUpdateOfEachColumnInItsBit) {
    const CapturedTableInfo& table = captured_table(GetParam().table);
    ASSERT_EQ(GetParam().others.size(), table.columns.size());
    run(GetParam().insert);
    static_cast<void>(entries());

    std::optional<std::int64_t> parent = GetParam().parent;
    for (std::size_t bit = 0; bit < table.columns.size(); ++bit) {
        run(fmt::format("UPDATE {} SET {} = {} WHERE {}", table.name, table.columns[bit], GetParam().others[bit],
                        GetParam().where));
        Entry expected{.table = static_cast<int>(table.number),
                       .row = GetParam().row,
                       .op = 2,
                       .mask = std::int64_t{1} << bit,
                       .parent = parent};
        std::vector<Entry> all{expected};
        if (table.columns[bit] == table.parent) {
            all.front().parent = 2;
            all.push_back(expected);
            parent = 2;
        }
        EXPECT_EQ(entries(), all) << table.columns[bit];
    }
}

TEST_P(CaptureTest, RecordsNothingForAnUpdateThatChangesNothing) {
    const CapturedTableInfo& table = captured_table(GetParam().table);
    run(GetParam().insert);
    static_cast<void>(entries());

    for (const std::string_view column : table.columns)
        run(fmt::format("UPDATE {0} SET {1} = {1} WHERE {2}", table.name, column, GetParam().where));

    EXPECT_EQ(entries(), std::vector<Entry>());
}

TEST_P(CaptureTest, RecordsADeletionWithTheIdentityThatIsGone) {
    const CapturedTableInfo& table = captured_table(GetParam().table);
    run(GetParam().insert);
    static_cast<void>(entries());

    run(fmt::format("DELETE FROM {} WHERE {}", table.name, GetParam().where));

    EXPECT_EQ(entries(), std::vector<Entry>({{.table = static_cast<int>(table.number),
                                              .row = GetParam().row,
                                              .op = 3,
                                              .mask = all_columns(table),
                                              .has_uuid = table.has_uuid,
                                              .parent = GetParam().parent}}));
}

TEST_P(CaptureTest, MarksWhatAPullApplied) {
    const CapturedTableInfo& table = captured_table(GetParam().table);
    run("INSERT INTO capture_guard VALUES (1)");

    run(GetParam().insert);
    run(fmt::format("UPDATE {} SET {} = {} WHERE {}", table.name, table.columns.back(), GetParam().others.back(),
                    GetParam().where));
    run(fmt::format("DELETE FROM {} WHERE {}", table.name, GetParam().where));

    const std::vector<Entry> found = entries();
    ASSERT_EQ(found.size(), 3U);
    // what a pull deletes of the rows that this device computed, with a bundle, is to be told
    const bool computed =
        table.number >= CapturedTable::forecast_input && table.number <= CapturedTable::analytics_points;
    const int mark = computed ? 0 : 8;
    for (int i = 0; i < 3; ++i) EXPECT_EQ(found.at(static_cast<std::size_t>(i)).op, mark + 1 + i);
}

INSTANTIATE_TEST_SUITE_P(EveryTable, CaptureTest, testing::ValuesIn(samples()),
                         [](const auto& tested) { return std::string(captured_table(tested.param.table).name); });

class MembershipTest : public CaptureTest {};

TEST_F(MembershipTest, OfABundleIsAChangeOfTheBundle) {
    constexpr std::int64_t mask = std::int64_t{1} << bundle_categories_bit;
    const auto changed = [](std::int64_t bundle) { return Entry{.table = 3, .row = bundle, .op = 2, .mask = mask}; };

    run("INSERT INTO bundle_category VALUES (1, 1)");
    EXPECT_EQ(entries(), std::vector<Entry>({changed(1)}));
    run("UPDATE bundle_category SET category_id = 2");
    EXPECT_EQ(entries(), std::vector<Entry>({changed(1), changed(1)}));
    run("UPDATE bundle_category SET bundle_id = 2");
    EXPECT_EQ(entries(), std::vector<Entry>({changed(1), changed(2)}));
    run("DELETE FROM bundle_category");
    EXPECT_EQ(entries(), std::vector<Entry>({changed(2)}));
}

TEST_F(MembershipTest, GoesWithItsBundleAsDoReservations) {
    run("INSERT INTO bundle_category VALUES (1, 1); "
        "INSERT INTO reservations (reservation_id, bundle_id, claim_code) VALUES (7, 1, 'K7M2QX')");
    static_cast<void>(entries());

    run("DELETE FROM bundles WHERE bundle_id = 1");

    const std::vector<Entry> found = entries();
    EXPECT_EQ(std::count_if(found.begin(), found.end(), [](const Entry& entry) { return entry.op == 3; }), 2);
    EXPECT_TRUE(std::any_of(found.begin(), found.end(), [](const Entry& entry) {
        return entry.table == static_cast<int>(CapturedTable::reservations) && entry.row == 7 && entry.parent == 1;
    }));
}

class TriggerTest : public CaptureTest {};

TEST_F(TriggerTest, EveryTableHasASampleAndKeepsItsNumber) {
    const std::vector<Sample> all = samples();

    ASSERT_EQ(all.size(), captured_tables().size());
    for (std::size_t i = 0; i < all.size(); ++i) {
        EXPECT_EQ(static_cast<std::size_t>(captured_tables()[i].number), i + 1);
        EXPECT_EQ(all[i].table, captured_tables()[i].number);
    }
}

TEST_F(TriggerTest, AllAreInstalledInANewFile) { EXPECT_EQ(faulty_triggers(db), std::vector<std::string>()); }

TEST_F(TriggerTest, OneThatIsMissingOrAlteredIsFoundAndReplaced) {
    run("DROP TRIGGER capture_bundles_update; DROP TRIGGER capture_weather_insert; "
        "CREATE TRIGGER capture_weather_insert AFTER INSERT ON weather BEGIN SELECT 1; END");
    const std::vector<std::string> faulty = {"capture_bundles_update", "capture_weather_insert"};
    ASSERT_EQ(faulty_triggers(db), faulty);

    {
        WriteTransaction write(db);
        EXPECT_EQ(install_triggers(write), faulty);
        write.commit();
    }

    EXPECT_EQ(faulty_triggers(db), std::vector<std::string>());
    run("UPDATE bundles SET total_qty = 6 WHERE bundle_id = 1");
    EXPECT_EQ(entries(), std::vector<Entry>({{.table = 3, .row = 1, .op = 2, .mask = 8}}));
}

TEST_F(TriggerTest, OnesThatAreInOrderAreLeftAlone) {
    const std::int64_t before = db.total_changes();
    WriteTransaction write(db);

    EXPECT_EQ(install_triggers(write), std::vector<std::string>());

    EXPECT_EQ(db.total_changes(), before);
}

TEST_F(TriggerTest, NumbersOfTheJournalAreNotUsedAgain) {
    run("DELETE FROM journal");
    run("UPDATE bundles SET total_qty = 6 WHERE bundle_id = 1");
    Query row = db.query("SELECT max(seq), count(*) FROM journal");

    ASSERT_TRUE(row.step());
    EXPECT_GT(row.integer(0), 8);  // the set-up of the test made at least eight
    EXPECT_EQ(row.integer(1), 2);  // the one that nobody can delete, and the new one
}

}  // namespace
}  // namespace edge::storage
