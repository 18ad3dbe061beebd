#include "edge/tabular/ndjson_writer.hpp"

#include "edge/core/error.hpp"

#include <gtest/gtest.h>

#include <array>
#include <sstream>

namespace edge::tabular {
namespace {

std::string line_of(const std::vector<Field>& fields) {
    std::ostringstream text;
    NdjsonWriter writer(text, {"a", "b", "c"});
    writer.write(fields);
    return text.str();
}

TEST(NdjsonWriter, WritesAnObjectALine) {
    EXPECT_EQ(line_of({Field::of_text("x"), Field::of_number("1.50"), Field::of_boolean(false)}),
              "{\"a\":\"x\",\"b\":1.50,\"c\":false}\n");
}

TEST(NdjsonWriter, LeavesAbsentFieldsOutAndKeepsNulls) {
    EXPECT_EQ(line_of({Field{}, Field::null(), Field{}}), "{\"b\":null}\n");
}

TEST(NdjsonWriter, WritesListsAsTexts) {
    const std::array<std::string_view, 2> items = {"x", "1"};

    EXPECT_EQ(line_of({Field::of_list(items), Field{}, Field::of_list({})}), "{\"a\":[\"x\",\"1\"],\"c\":[]}\n");
}

TEST(NdjsonWriter, EscapesWhatJsonCannotHold) {
    EXPECT_EQ(line_of({Field::of_text("\"\\\n\t\x01\x1F"), Field::of_text("caf\xC3\xA9"), Field{}}),
              "{\"a\":\"\\\"\\\\\\n\\u0009\\u0001\\u001f\",\"b\":\"caf\xC3\xA9\"}\n");
}

TEST(NdjsonWriter, RefusesTheWrongNumberOfFields) {
    std::ostringstream text;
    NdjsonWriter writer(text, {"a"});

    EXPECT_THROW(writer.write(std::vector<Field>(2)), Error);
}

}  // namespace
}  // namespace edge::tabular
