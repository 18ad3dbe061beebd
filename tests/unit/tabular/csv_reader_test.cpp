#include "edge/tabular/csv_reader.hpp"

#include "edge/core/error.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

namespace edge::tabular {
namespace {

using testing::ElementsAre;
using Next = RecordReader::Next;

/// Hands the text out in pieces of `step` bytes, so that every seam is met.
ByteSource in_steps(std::string text, std::size_t step) {
    return [text = std::move(text), step, at = std::size_t{0}](char* buffer, std::size_t capacity) mutable {
        const std::size_t count = std::min({step, capacity, text.size() - at});
        text.copy(buffer, count, at);
        at += count;
        return count;
    };
}

/// Every row on a line of its own: values in brackets, `-` for null, `! line column: reason` for a bad one.
std::string read_all(const std::string& text, const ReadOptions& options = {}, std::size_t step = 1000) {
    CsvReader reader(in_steps(text, step), options);
    std::string all;
    for (Next next = reader.next(); next != Next::end; next = reader.next()) {
        if (next == Next::bad_row) {
            const BadRow& bad = reader.bad_row();
            all += "! " + std::to_string(bad.line) + " " + bad.column + ": " + bad.reason + "\n";
            continue;
        }
        all += std::to_string(reader.record().line);
        for (const Field& field : reader.record().fields)
            all += field.kind == FieldKind::null ? " -" : " [" + std::string(field.text) + "]";
        all += "\n";
    }
    return all;
}

TEST(CsvReader, NamesTheColumnsByTheHeader) {
    CsvReader reader(in_steps(" id ,\"full name\",qty\t\r\n", 1));

    EXPECT_THAT(reader.columns(), ElementsAre("id", "full name", "qty"));
    EXPECT_EQ(reader.next(), Next::end);
}

TEST(CsvReader, ReadsFieldsOfEveryKind) {
    const std::string text = "a,b,c\n1,two words, x \n,\"\",\"a,b\"\n\"say \"\"hi\"\"\",\"two\nlines\",\"\"\"\"\nx,y,z";

    for (const std::size_t step : {std::size_t{1}, std::size_t{2}, std::size_t{7}, std::size_t{1000}}) {
        EXPECT_EQ(read_all(text, {}, step),
                  "2 [1] [two words] [ x ]\n"
                  "3 - [] [a,b]\n"
                  "4 [say \"hi\"] [two\nlines] [\"]\n"
                  "6 [x] [y] [z]\n");
    }
}

TEST(CsvReader, TakesEveryKindOfLineEnd) {
    const std::string text = "a,b\r\n1,2\r3,\"x\r\ny\"\n5,6\r\n";

    for (const std::size_t step : {std::size_t{1}, std::size_t{3}, std::size_t{1000}})
        EXPECT_EQ(read_all(text, {}, step), "2 [1] [2]\n3 [3] [x\r\ny]\n5 [5] [6]\n");
}

TEST(CsvReader, KeepsTheTextOfARowAsWritten) {
    CsvReader reader(in_steps("a,b\n1,\"x\"\"y\"\r\n", 1));
    ASSERT_EQ(reader.next(), Next::record);

    EXPECT_EQ(reader.record().text, "1,\"x\"\"y\"");
}

TEST(CsvReader, FindsTheDelimiterInTheHeader) {
    EXPECT_EQ(read_all("a;b\n1;2,5\n"), "2 [1] [2,5]\n");
    EXPECT_EQ(read_all("a\tb\n1\t2;5\n"), "2 [1] [2;5]\n");
    EXPECT_EQ(read_all("\"a;b;c\",d\n1;2,3\n"), "2 [1;2] [3]\n");
    EXPECT_EQ(read_all("a\n1;2,3\n", {.delimiter = ';', .limits = {}}), "! 2 : has 2 fields, the header has 1\n");
}

TEST(CsvReader, RefusesAnImpossibleDelimiter) {
    EXPECT_THROW(CsvReader(in_steps("a", 1), {.delimiter = '"', .limits = {}}), Error);
    EXPECT_THROW(CsvReader(in_steps("a", 1), {.delimiter = '\n', .limits = {}}), Error);
}

TEST(CsvReader, SkipsBlankLinesUnlessThereIsOneColumn) {
    EXPECT_EQ(read_all("a,b\n\n1,2\n\r\n"), "3 [1] [2]\n");
    EXPECT_EQ(read_all("a\n\n1\n"), "2 -\n3 [1]\n");
}

TEST(CsvReader, GoesOnBehindABadRow) {
    EXPECT_EQ(read_all("a,b\n1,x\"y\n2,\"x\"y\n3\n4,5,6\n7,8\n"),
              "! 2 b: has a quote in the middle of a value that does not start with one\n"
              "! 3 b: has text behind the quote that ends a value\n"
              "! 4 : has 1 field, the header has 2\n"
              "! 5 : has 3 fields, the header has 2\n"
              "6 [7] [8]\n");
}

TEST(CsvReader, LosesOneLineToAQuoteThatIsNeverClosed) {
    const std::string text = "a,b\n\"x\ny\",\"open\n1,2\n3,4\n";

    for (const std::size_t step : {std::size_t{1}, std::size_t{1000}})
        EXPECT_EQ(read_all(text, {}, step), "! 3 b: opens a quote that is never closed\n4 [1] [2]\n5 [3] [4]\n");
}

TEST(CsvReader, ShowsABadRowAndWhereItIsBad) {
    CsvReader reader(in_steps("a,b\n1,caf\xE9\r\n2,3\n", 1));
    ASSERT_EQ(reader.next(), Next::bad_row);

    EXPECT_EQ(reader.bad_row().text, "1,caf\xE9");
    EXPECT_EQ(reader.bad_row().byte, 6U);
    EXPECT_EQ(reader.bad_row().column, "b");
}

TEST(CsvReader, KeepsToTheLimitOfAField) {
    const ReadOptions options{.delimiter = {}, .limits = {.max_field = 8, .max_record = 100, .max_columns = 5}};

    EXPECT_EQ(read_all("a,b\n12345678,\"12345678\"\n123456789,1\n1,\"123456789\n2,3\n", options, 1),
              "2 [12345678] [12345678]\n"
              "! 3 a: is longer than 8 bytes\n"
              "! 4 b: opens a quote that is not closed within 8 bytes\n"
              "5 [2] [3]\n");
}

TEST(CsvReader, CutsTheTextOfARowThatIsTooLong) {
    const ReadOptions options{.delimiter = {}, .limits = {.max_field = 8, .max_record = 16, .max_columns = 5}};
    const std::string text = "a,b\n" + std::string(500000, ',') + "\n" + std::string(500000, 'x') + "\n1,2\n";
    CsvReader reader(in_steps(text, 1000), options);

    ASSERT_EQ(reader.next(), Next::bad_row);
    EXPECT_EQ(reader.bad_row().text, std::string(16, ','));
    ASSERT_EQ(reader.next(), Next::bad_row);
    EXPECT_EQ(reader.bad_row().line, 3U);
    EXPECT_EQ(reader.bad_row().text, std::string(16, 'x'));
    ASSERT_EQ(reader.next(), Next::record);
    EXPECT_EQ(reader.record().line, 4U);
    EXPECT_EQ(reader.bytes_consumed(), text.size());
    EXPECT_EQ(reader.next(), Next::end);
}

TEST(CsvReader, CountsTheBytesOfTheRowsRead) {
    CsvReader reader(
        in_steps("\xEF\xBB\xBF"
                 "a,b\r\n1,2\n3,4",
                 1000));
    EXPECT_EQ(reader.bytes_consumed(), 8U);
    ASSERT_EQ(reader.next(), Next::record);
    EXPECT_EQ(reader.bytes_consumed(), 12U);
    ASSERT_EQ(reader.next(), Next::record);

    EXPECT_EQ(reader.bytes_consumed(), 15U);
}

TEST(CsvReader, ReportsAStreamThatBreaks) {
    std::istringstream stream("a,b\n1,2\n");
    const std::unique_ptr<RecordReader> reader = open_reader(
        Format::csv, [source = bytes_of(stream), &stream, calls = 0](char* buffer, std::size_t capacity) mutable {
            if (++calls == 2) stream.setstate(std::ios::badbit);
            return source(buffer, capacity);
        });

    EXPECT_THROW(
        {
            while (reader->next() != Next::end) {
            }
        },
        Error);
}

}  // namespace
}  // namespace edge::tabular
