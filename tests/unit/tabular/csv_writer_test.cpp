#include "edge/tabular/csv_writer.hpp"

#include "edge/core/error.hpp"

#include <gtest/gtest.h>

#include <array>
#include <sstream>

namespace edge::tabular {
namespace {

std::string row_of(const std::vector<Field>& fields) {
    std::ostringstream text;
    CsvWriter writer(text, std::vector<std::string>(fields.size(), "c"));
    const std::size_t header = text.str().size();
    writer.write(fields);
    return text.str().substr(header);
}

TEST(CsvWriter, StartsWithTheHeader) {
    std::ostringstream text;
    const CsvWriter writer(text, {"id", "a,b", " x"});

    EXPECT_EQ(text.str(), "id,\"a,b\",\" x\"\n");
}

TEST(CsvWriter, TellsNullFromTheEmptyText) {
    EXPECT_EQ(row_of({Field::null(), Field::of_text(""), Field{}}), ",\"\",\n");
}

TEST(CsvWriter, QuotesWhatWouldBeMisread) {
    EXPECT_EQ(row_of({Field::of_text("a\"b"), Field::of_text("a,b"), Field::of_text("a\nb"), Field::of_text("a\rb")}),
              "\"a\"\"b\",\"a,b\",\"a\nb\",\"a\rb\"\n");
    EXPECT_EQ(row_of({Field::of_text(" a"), Field::of_text("a "), Field::of_text("a;b"), Field::of_text("a\tb")}),
              "\" a\",\"a \",\"a;b\",\"a\tb\"\n");
}

TEST(CsvWriter, LeavesPlainValuesAlone) {
    EXPECT_EQ(row_of({Field::of_text("plain text"), Field::of_number("-1.50"), Field::of_boolean(true)}),
              "plain text,-1.50,true\n");
}

TEST(CsvWriter, RefusesAListAndTheWrongNumberOfFields) {
    std::ostringstream text;
    CsvWriter writer(text, {"a"});
    const std::array<std::string_view, 1> items = {"x"};

    EXPECT_THROW(writer.write(std::vector{Field::of_list(items)}), Error);
    EXPECT_THROW(writer.write(std::vector<Field>(2)), Error);
}

TEST(CsvWriter, ReportsAnOutputThatTakesNoMore) {
    std::ostringstream text;
    CsvWriter writer(text, {"a"});
    text.setstate(std::ios::badbit);

    try {
        writer.write(std::vector{Field::null()});
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::io_failure);
    }
}

}  // namespace
}  // namespace edge::tabular
