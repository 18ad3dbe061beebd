#include "edge/tabular/ndjson_reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace edge::tabular {
namespace {

using testing::ElementsAre;
using Next = RecordReader::Next;

TEST(NdjsonReader, ReadsValuesOfEveryKind) {
    std::istringstream text(R"({"a":"x\n\u00e9","b":-1.50,"c":true,"d":null,"e":["p",1e3,false],"f":[],"g":""})");
    NdjsonReader reader(bytes_of(text));
    ASSERT_EQ(reader.next(), Next::record) << reader.bad_row().reason;
    const std::span<const Field> fields = reader.record().fields;

    EXPECT_THAT(reader.columns(), ElementsAre("a", "b", "c", "d", "e", "f", "g"));
    EXPECT_EQ(fields[0], Field::of_text("x\n\xC3\xA9"));
    EXPECT_EQ(fields[1], Field::of_number("-1.50"));
    EXPECT_EQ(fields[2], Field::of_boolean(true));
    EXPECT_EQ(fields[3], Field::null());
    EXPECT_THAT(fields[4].items, ElementsAre("p", "1e3", "false"));
    EXPECT_EQ(fields[5], Field::of_list({}));
    EXPECT_EQ(fields[6], Field::of_text(""));
}

TEST(NdjsonReader, KeepsNumbersAsTheyAreWritten) {
    std::istringstream text(R"({"a":0.10,"b":123456789012345678901234567890,"c":1E-2,"d":-0})");
    NdjsonReader reader(bytes_of(text));
    ASSERT_EQ(reader.next(), Next::record) << reader.bad_row().reason;
    const std::span<const Field> fields = reader.record().fields;

    EXPECT_EQ(fields[0].text, "0.10");
    EXPECT_EQ(fields[1].text, "123456789012345678901234567890");
    EXPECT_EQ(fields[2].text, "1E-2");
    EXPECT_EQ(fields[3].text, "-0");
}

TEST(NdjsonReader, AddsColumnsAsRowsNameThem) {
    std::istringstream text("{\"a\":1}\n{\"b\":2,\"a\":3}\n{\"b\":4}\n");
    NdjsonReader reader(bytes_of(text));

    ASSERT_EQ(reader.next(), Next::record);
    EXPECT_THAT(reader.record().fields, ElementsAre(Field::of_number("1")));
    ASSERT_EQ(reader.next(), Next::record);
    EXPECT_THAT(reader.record().fields, ElementsAre(Field::of_number("3"), Field::of_number("2")));
    ASSERT_EQ(reader.next(), Next::record);
    EXPECT_THAT(reader.record().fields, ElementsAre(Field{}, Field::of_number("4")));
    EXPECT_EQ(reader.record().line, 3U);
    EXPECT_EQ(reader.next(), Next::end);
}

TEST(NdjsonReader, GoesOnBehindABadLineAndCountsBytes) {
    const std::string lines = "\xEF\xBB\xBF{\"a\":{}}\r\n\n{\"a\":1}";
    std::istringstream text(lines);
    NdjsonReader reader(bytes_of(text));

    ASSERT_EQ(reader.next(), Next::bad_row);
    EXPECT_EQ(reader.bad_row().line, 1U);
    EXPECT_EQ(reader.bad_row().column, "a");
    EXPECT_EQ(reader.bad_row().text, R"({"a":{}})");
    ASSERT_EQ(reader.next(), Next::record);
    EXPECT_EQ(reader.record().line, 3U);
    EXPECT_EQ(reader.bytes_consumed(), lines.size());
}

TEST(NdjsonReader, CutsALineThatIsTooLong) {
    const std::string lines = R"({"a":")" + std::string(500000, 'x') + "\"}\n{\"a\":1}\n";
    std::istringstream text(lines);
    NdjsonReader reader(bytes_of(text), {.max_field = 8, .max_record = 16, .max_columns = 5});

    ASSERT_EQ(reader.next(), Next::bad_row);
    EXPECT_EQ(reader.bad_row().text, "{\"a\":\"xxxxxxxxxx");
    EXPECT_EQ(reader.bad_row().reason, "is longer than 16 bytes");
    ASSERT_EQ(reader.next(), Next::record);
    EXPECT_EQ(reader.record().line, 2U);
    EXPECT_EQ(reader.bytes_consumed(), lines.size());
}

TEST(NdjsonReader, KeepsToTheLimitOfAField) {
    std::istringstream text("{\"a\":\"12345678\"}\n{\"a\":\"123456789\"}\n{\"a\":123456789}\n");
    NdjsonReader reader(bytes_of(text), {.max_field = 8, .max_record = 100, .max_columns = 5});

    EXPECT_EQ(reader.next(), Next::record);
    EXPECT_EQ(reader.next(), Next::bad_row);
    EXPECT_EQ(reader.bad_row().reason, "is longer than 8 bytes");
    EXPECT_EQ(reader.next(), Next::bad_row);
}

}  // namespace
}  // namespace edge::tabular
