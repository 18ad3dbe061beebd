#include "support/temporary_folder.hpp"

#include "edge/storage/connection.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <vector>

namespace edge::storage {
namespace {

class QueryTest : public testing::Test {
protected:
    test::TemporaryFolder folder;
    Connection db = Connection::create(folder.file("shop.db"));

    void save_fact(const std::string& name, const std::string& value) {
        WriteTransaction write(db);
        db.query("INSERT INTO meta (name, value) VALUES (?, ?)", name, value).run();
        write.commit();
    }
};

TEST_F(QueryTest, LendsTwoStatementsForOneSqlThatDoNotMeet) {
    constexpr const char* sql = "SELECT value FROM json_each('[1,2,3]')";
    Query outer = db.query(sql);
    int pairs = 0;

    while (outer.step()) {
        Query inner = db.query(sql);
        while (inner.step()) ++pairs;
    }

    EXPECT_EQ(pairs, 9);
}

TEST_F(QueryTest, TellsStatementsApartThatDifferInOneCharacter) {
    const std::string filler(100, ' ');
    const auto answer = [&](int digit, int place) {
        std::string sql = "SELECT 1111111111" + filler + filler;
        sql[static_cast<std::size_t>(7 + place)] = static_cast<char>('0' + digit);
        Query row = db.query(sql);
        row.step();
        return row.text(0);
    };

    for (int turn = 0; turn < 2; ++turn) {  // in the second, every statement is an idle one
        EXPECT_EQ(answer(2, 0), "2111111111");
        EXPECT_EQ(answer(3, 0), "3111111111");
        EXPECT_EQ(answer(2, 9), "1111111112");
        EXPECT_EQ(answer(3, 9), "1111111113");
    }
}

TEST_F(QueryTest, StartsAgainAfterItWasLeftInTheMiddle) {
    constexpr const char* sql = "SELECT value FROM json_each('[1,2,3]')";
    {
        Query left_early = db.query(sql);
        ASSERT_TRUE(left_early.step());
    }
    Query again = db.query(sql);

    ASSERT_TRUE(again.step());
    EXPECT_EQ(again.integer(0), 1);
}

TEST_F(QueryTest, IsUsableAgainAfterAnError) {
    save_fact("colour", "red");
    constexpr const char* sql = "INSERT INTO meta (name, value) VALUES (?, ?)";
    WriteTransaction write(db);

    EXPECT_THROW(db.query(sql, "colour", "blue").run(), Error);
    EXPECT_NO_THROW(db.query(sql, "shape", "round").run());

    write.commit();
    Query count = db.query("SELECT count(*) FROM meta WHERE name IN ('colour', 'shape')");
    ASSERT_TRUE(count.step());
    EXPECT_EQ(count.integer(0), 2);
}

TEST_F(QueryTest, StepsAgainWithOtherValuesAfterRebind) {
    Query sum = db.query("SELECT ? + ?", 1, 2);
    ASSERT_TRUE(sum.step());
    ASSERT_EQ(sum.integer(0), 3);

    sum.rebind(20, 30);

    ASSERT_TRUE(sum.step());
    EXPECT_EQ(sum.integer(0), 50);
    EXPECT_FALSE(sum.step());
}

TEST_F(QueryTest, SurvivesBeingMoved) {
    Query first = db.query("SELECT value FROM json_each('[1,2]')");
    ASSERT_TRUE(first.step());

    Query second(std::move(first));

    EXPECT_EQ(second.integer(0), 1);
    EXPECT_TRUE(second.step());
    EXPECT_EQ(second.integer(0), 2);
}

TEST_F(QueryTest, GivesBackEveryTypeItBinds) {
    const Uuid uuid = Uuid::parse("01935a2b-7c4d-7e8f-9012-3456789abcde").value();
    const Timestamp instant{std::chrono::microseconds(-1)};
    const LocalDate day{std::chrono::days(20000)};
    const std::string text("a\0b", 3);
    Query row = db.query("SELECT ?, ?, ?, ?, ?, ?, ?, ?", std::numeric_limits<std::int64_t>::min(), text, uuid, instant,
                         day, PointValue::from_units(-5), std::optional<std::int64_t>(), BundleId(7));

    ASSERT_TRUE(row.step());

    EXPECT_EQ(row.integer(0), std::numeric_limits<std::int64_t>::min());
    EXPECT_EQ(row.text(1), text);
    EXPECT_EQ(row.uuid(2), uuid);
    EXPECT_EQ(row.time(3), instant);
    EXPECT_EQ(row.day(4), day);
    EXPECT_EQ(row.decimal<PointValue>(5), PointValue::from_units(-5));
    EXPECT_EQ(row.text(5), "-0.0005");
    EXPECT_TRUE(row.is_null(6));
    EXPECT_EQ(row.optional_integer(6), std::nullopt);
    EXPECT_EQ(row.optional_time(6), std::nullopt);
    EXPECT_EQ(row.optional_text(6), std::nullopt);
    EXPECT_EQ(row.optional_decimal<PointValue>(6), std::nullopt);
    EXPECT_EQ(row.optional_integer(7), 7);
    EXPECT_EQ(row.column_count(), 8);
}

TEST_F(QueryTest, BindsValuesWhoseTypesAreKnownOnlyAtRunTime) {
    const std::vector<std::uint8_t> bytes = {1, 0, 2};
    const std::vector<SqlValue> values = {std::int64_t{-5}, std::string_view("text"), nullptr, std::span(bytes)};

    Query row = db.query_with("SELECT ?, ?, ?, ?", values);

    ASSERT_TRUE(row.step());
    EXPECT_EQ(row.integer(0), -5);
    EXPECT_EQ(row.text(1), "text");
    EXPECT_TRUE(row.is_null(2));
    EXPECT_TRUE(std::ranges::equal(row.blob(3), bytes));
}

TEST_F(QueryTest, TellsEmptyFromNothing) {
    Query row = db.query("SELECT ?, ?, NULL", "", std::span<const std::uint8_t>());

    ASSERT_TRUE(row.step());

    EXPECT_FALSE(row.is_null(0));
    EXPECT_EQ(row.view(0), "");
    EXPECT_FALSE(row.is_null(1));
    EXPECT_TRUE(row.blob(1).empty());
    EXPECT_TRUE(row.is_null(2));
    EXPECT_EQ(row.view(2), "");
}

TEST_F(QueryTest, CallsAValueOfTheWrongShapeCorrupt) {
    Query row = db.query("SELECT 'twelve' AS y, x'0102' AS uuid");
    ASSERT_TRUE(row.step());

    try {
        static_cast<void>(row.decimal<PointValue>(0));
        FAIL() << "'twelve' was read as a number";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::corrupt_data);
        EXPECT_NE(std::string(error.what()).find("y holds 'twelve'"), std::string::npos) << error.what();
    }
    EXPECT_THROW(static_cast<void>(row.uuid(1)), Error);
}

TEST_F(QueryTest, SaysWhichFileAndWhyWhenTheSqlIsWrong) {
    try {
        static_cast<void>(db.query("SELECT 1 FROM nowhere"));
        FAIL() << "the statement was compiled";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::internal);
        EXPECT_NE(std::string(error.what()).find("no such table: nowhere"), std::string::npos) << error.what();
    }
}

}  // namespace
}  // namespace edge::storage
