#include "edge/protocol/tables.hpp"

#include "unit/protocol/builders.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

namespace edge::protocol {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace): builders of this folder

std::string fault(const Change& change) {
    const std::optional<RowFault> found = check_change(change);
    return found ? std::string(found->reason) : std::string();
}

Change change_of(std::string table, std::string row, Fields fields) {
    Change change;
    change.table = std::move(table);
    change.key = std::move(row);
    change.fields = std::move(fields);
    return change;
}

TEST(Tables, StandParentsBeforeChildren) {
    std::set<std::string_view> before;

    for (const TableDescriptor& table : synced_tables()) {
        EXPECT_TRUE(table.key_parent.empty() || before.contains(table.key_parent)) << table.name;
        for (const Column& column : table.columns) {
            EXPECT_TRUE(column.parent.empty() || before.contains(column.parent)) << table.name << '.' << column.name;
        }
        before.insert(table.name);
    }
    EXPECT_EQ(before.size(), 11U);
}

TEST(Tables, OfTheFastLaneReferToNoTableOfTheSlowOne) {
    for (const TableDescriptor& table : synced_tables()) {
        if (table.lane == Lane::bulk) continue;
        for (const Column& column : table.columns) {
            EXPECT_TRUE(column.parent.empty() || find_table(column.parent)->lane == Lane::ops) << column.name;
        }
    }
}

TEST(Tables, AreFoundByNameAndNumber) {
    for (const TableDescriptor& table : synced_tables()) {
        EXPECT_EQ(find_table(table.name), &table);
        EXPECT_EQ(find_table(table.number), &table);
    }
    EXPECT_EQ(find_table("users"), nullptr);
    EXPECT_EQ(find_table(0), nullptr);
    EXPECT_EQ(find_table(12), nullptr);
    EXPECT_EQ(table_order("users"), 11U);
}

TEST(CheckChange, TakesWholeRows) {
    EXPECT_EQ(fault(post_bundle()), "");
    EXPECT_EQ(fault(reserve()), "");
    EXPECT_EQ(fault(collect()), "");
    EXPECT_EQ(fault(deletion("bundles", bread_key)), "");
    EXPECT_EQ(fault(change_of("analytics_points", bread_key + ":12", {{"x", "Mon"}, {"y", "1.0000"}})), "");
}

TEST(CheckChange, RefusesTablesAndKeysThatAreNone) {
    EXPECT_EQ(fault(change_of("users", bread_key, {})), "unknown_table");
    EXPECT_EQ(fault(change_of("bundles", "7", {})), "bad_key");
    EXPECT_EQ(fault(change_of("bundles", "01jdq4s0n9a1b2c3d4e5f6g7h8", {})), "bad_key");
    EXPECT_EQ(fault(change_of("bundles", "81JDQ4S0N9A1B2C3D4E5F6G7H8", {})), "bad_key");
    EXPECT_EQ(fault(change_of("analytics_points", bread_key, {})), "bad_key");
    EXPECT_EQ(fault(change_of("analytics_points", bread_key + ":", {})), "bad_key");
    EXPECT_EQ(fault(change_of("analytics_points", bread_key + ":01", {})), "bad_key");
    EXPECT_EQ(fault(change_of("analytics_points", bread_key + ":-1", {})), "bad_key");
}

TEST(CheckChange, RefusesValuesThatAColumnCannotHold) {
    const std::vector<std::pair<Field, bool>> cases{
        {{"name", "Bag"}, true},
        {{"name", FieldValue()}, false},
        {{"name", std::int64_t{3}}, false},
        {{"name", std::string("a\0b", 3)}, false},
        {{"total_qty", std::int64_t{-3}}, true},
        {{"total_qty", "9007199254740993"}, true},
        {{"total_qty", "many"}, false},
        {{"total_qty", true}, false},
        {{"total_qty", RawJson{"1.5"}}, false},
        {{"window_start", "2026-11-23T16:02:11Z"}, true},
        {{"window_start", "2026-11-23T16:02:11.123456Z"}, true},
        {{"window_start", "2026-11-23T16:02:11+01:00"}, false},
        {{"window_start", "2026-02-30T16:02:11Z"}, false},
        {{"closed_at", FieldValue()}, true},
        {{"seller", seller_key}, true},
        {{"seller", "s-1"}, false},
        {{"categories", std::vector<std::string>{}}, true},
        {{"categories", std::vector<std::string>{key(1), "x"}}, false},
        {{"categories", key(1)}, false},
        {{"colour", RawJson{"[1.5]"}}, true},
    };

    for (const auto& [field, fits] : cases) {
        EXPECT_EQ(fault(edit_bundle({field})), fits ? "" : "bad_value") << encode_fields({field});
    }
    EXPECT_EQ(fault(change_of("weather", key(1), {{"day", "2026-11-23"}, {"temperature", "-3.25"}})), "");
    EXPECT_EQ(fault(change_of("weather", key(1), {{"day", "2026-11-31"}})), "bad_value");
    EXPECT_EQ(fault(change_of("weather", key(1), {{"temperature", "cold"}})), "bad_value");
    EXPECT_EQ(fault(change_of("forecast_input", key(1), {{"is_holiday", false}})), "");
    EXPECT_EQ(fault(change_of("forecast_input", key(1), {{"is_holiday", std::int64_t{0}}})), "bad_value");
}

TEST(CheckChange, RefusesACreationThatLacksAColumn) {
    Change change = post_bundle();
    change.fields.erase(change.fields.begin());

    EXPECT_EQ(fault(change), "missing_column");
}

TEST(EachParent, NamesTheRowsThatARowRefersTo) {
    std::vector<std::string> parents;
    const auto note = [&](const ParentReference& parent) {
        parents.push_back(std::string(parent.table) + ' ' + std::string(parent.key));
    };
    const Change point = change_of("analytics_points", key(3) + ":12", {});

    const Change bundle = post_bundle();
    each_parent(*find_table("bundles"), bundle, note);
    each_parent(*find_table("analytics_points"), point, note);

    EXPECT_EQ(parents,
              (std::vector<std::string>{"sellers " + seller_key, "category " + key(7), "analytics_series " + key(3)}));
}

}  // namespace
}  // namespace edge::protocol
