#include "data_tables.hpp"

#include "support/temporary_folder.hpp"

#include "edge/storage/connection.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace edge {
namespace {

std::set<std::string> columns_in_sqlite(storage::Connection& db, std::string_view table) {
    std::set<std::string> columns;
    storage::Query row = db.query("SELECT name FROM pragma_table_info(?)", table);
    while (row.step()) columns.insert(row.text(0));
    return columns;
}

TEST(DataTables, HaveEveryColumnThatTheFileHas) {
    const test::TemporaryFolder folder;
    storage::Connection db = storage::Connection::create(folder.file("shop.db"));

    for (const DataTable& table : data_tables()) {
        std::set<std::string> columns;
        for (const DataColumn& column : table.columns) columns.emplace(column.stored_name());
        if (has_identity(table)) columns.insert({std::string(table.key), "uuid"});

        EXPECT_EQ(columns, columns_in_sqlite(db, table.name)) << table.name;
    }
}

TEST(DataTables, StandBehindTheirParents) {
    std::set<std::string_view> known;
    for (const DataTable& table : data_tables()) {
        for (const DataColumn& column : table.columns)
            EXPECT_TRUE(column.parent.empty() || known.contains(column.parent)) << table.name << "." << column.name;
        known.insert(table.name);
    }
}

TEST(DataTables, AreFoundByName) {
    EXPECT_EQ(find_data_table("bundles")->key, "bundle_id");
    EXPECT_EQ(find_data_table("meta"), nullptr);
    EXPECT_EQ(column_index(*find_data_table("bundles"), "bundle_name"), 1U);
    EXPECT_EQ(column_index(*find_data_table("bundles"), "colour"), find_data_table("bundles")->columns.size());
    EXPECT_THAT(list_table_names(true), testing::Not(testing::HasSubstr("analytics")));
    EXPECT_THAT(list_table_names(false), testing::HasSubstr("analytics_points"));
}

TEST(DataTables, NameTheColumnOfAParentsIdentity) {
    EXPECT_EQ(find_data_table("reservations")->columns.front().uuid_name(), "bundle_uuid");
}

}  // namespace
}  // namespace edge
