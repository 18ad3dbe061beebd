#include "edge/core/error.hpp"
#include "edge/tabular/record_reader.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <string>

namespace edge::tabular {
namespace {

const std::filesystem::path folder = std::filesystem::path(EDGE_SOURCE_DIR) / "tests/data/hostile";

std::string outcome_of(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    const Format format = path.extension() == ".csv" ? Format::csv : Format::ndjson;
    int rows = 0;
    std::string troubles;
    try {
        const std::unique_ptr<RecordReader> reader = open_reader(format, file);
        for (auto next = reader->next(); next != RecordReader::Next::end; next = reader->next()) {
            if (next == RecordReader::Next::record) {
                ++rows;
            } else {
                const BadRow& bad = reader->bad_row();
                troubles += "; " + std::to_string(bad.line) + " " + bad.column.substr(0, 20) + ": " + bad.reason;
            }
        }
        EXPECT_EQ(reader->bytes_consumed(), std::filesystem::file_size(path)) << path;
    } catch (const Error& refused) {
        EXPECT_EQ(refused.code(), ErrorCode::corrupt_data);
        return refused.what();
    }
    return std::to_string(rows) + " good" + troubles;
}

/// How many rows are read of each file, and the line, column and reason of those that are not.
const std::map<std::string, std::string>& expected_outcomes() {
    static const std::map<std::string, std::string> outcomes = {
        {"beyond_unicode.csv", "1 good; 2 name: holds bytes that are not UTF-8"},
        {"binary.csv", "cannot read the header: holds bytes that are not UTF-8"},
        {"blank_lines.csv", "1 good; 8 : has 2 fields, the header has 3"},
        {"blank_lines.ndjson", "1 good; 6 : is not a JSON object on one line: incomplete JSON at byte 8"},
        {"byte_order_mark.csv", "1 good"},
        {"comma_flood.csv", "1 good; 2 : has 5001 fields, the header has 3"},
        {"comments.ndjson",
         "1 good; 1 : is not a JSON object on one line: syntax error at byte 8; 2 : is not a JSON object on one line: "
         "syntax error at byte 1"},
        {"control_character.ndjson", "1 good; 1 : is not a JSON object on one line: syntax error at byte 11"},
        {"csv_by_mistake.ndjson",
         "0 good; 1 : is not a JSON object on one line: syntax error at byte 1; 2 : is not an object; a line must hold "
         "one object"},
        {"deep_nesting.ndjson",
         "1 good; 1 : is not an object; a line must hold one object; 2 id: is a list of lists; only plain values are "
         "taken; 3 id: is an object; only plain values and lists of them are taken"},
        {"duplicate_key.ndjson", "1 good; 1 id: comes twice in the object; 2 id: comes twice in the object"},
        {"empty.csv", "cannot read the header: there is none"},
        {"empty.ndjson", "0 good"},
        {"empty_key.ndjson", "1 good; 1 : has a key without a name"},
        {"formula.csv", "1 good"},
        {"header_alone.csv", "0 good"},
        {"header_invalid_utf8.csv", "cannot read the header: holds bytes that are not UTF-8"},
        {"header_too_wide.csv", "cannot read the header: it has 1001 columns, at most 1000 are taken"},
        {"header_twice.csv", "cannot read the header: it names the column id twice"},
        {"header_unclosed_quote.csv", "cannot read the header: opens a quote that is never closed"},
        {"header_unnamed.csv", "cannot read the header: column 2 has no name"},
        {"huge_numbers.ndjson", "4 good"},
        {"invalid_utf8.csv", "1 good; 2 name: holds bytes that are not UTF-8"},
        {"invalid_utf8.ndjson", "1 good; 1 : holds bytes that are not UTF-8; 2 : holds bytes that are not UTF-8"},
        {"latin1.csv", "1 good; 2 name: holds bytes that are not UTF-8"},
        {"list_of_objects.ndjson", "1 good; 1 name: is a list of objects; only plain values are taken"},
        {"lone_surrogate.ndjson",
         "1 good; 1 : is not a JSON object on one line: syntax error at byte 16; 2 : is not a JSON object on one line: "
         "illegal trailing surrogate at byte 16"},
        {"long_key.ndjson", "1 good; 1 : is not a JSON object on one line: key too large at byte 2003"},
        {"mixed_line_ends.csv", "2 good; 4 : has 2 fields, the header has 3"},
        {"nested_list.ndjson", "1 good; 1 name: is a list of lists; only plain values are taken"},
        {"nested_object.ndjson", "1 good; 1 name: is an object; only plain values and lists of them are taken"},
        {"not_a_number.ndjson",
         "1 good; 1 : is not a JSON object on one line: syntax error at byte 7; 2 : is not a JSON object on one line: "
         "syntax error at byte 8; 3 : is not a JSON object on one line: syntax error at byte 8; 4 : is not a JSON "
         "object on one line: syntax error at byte 9"},
        {"not_an_object.ndjson",
         "1 good; 1 : is not an object; a line must hold one object; 2 : is not an object; a line must hold one "
         "object; 3 : is not an object; a line must hold one object; 4 : is not an object; a line must hold one "
         "object"},
        {"nul_byte.csv", "1 good; 2 name: holds a NUL byte"},
        {"nul_byte.ndjson", "1 good; 1 : holds a NUL byte"},
        {"nul_escape.ndjson", "1 good; 1 name: holds a NUL byte"},
        {"null_in_list.ndjson", "1 good; 1 name: is a list with null in it; only values are taken"},
        {"object_over_lines.ndjson",
         "1 good; 1 : is not a JSON object on one line: incomplete JSON at byte 9; 2 : is not an object; a line must "
         "hold one object"},
        {"old_mac_line_ends.csv", "2 good"},
        {"only_line_ends.csv", "cannot read the header: there is none"},
        {"only_quotes.csv", "1 good; 2 id: opens a quote that is never closed; 3 : has 1 field, the header has 3"},
        {"overlong_utf8.csv",
         "0 good; 2 name: holds bytes that are not UTF-8; 3 name: holds bytes that are not UTF-8; 4 name: holds bytes "
         "that are not UTF-8"},
        {"semicolons_and_commas.csv", "1 good; 3 : has 2 fields, the header has 3"},
        {"single_quotes.ndjson",
         "1 good; 1 : is not a JSON object on one line: syntax error at byte 2; 2 : is not a JSON object on one line: "
         "syntax error at byte 2"},
        {"stray_quote.csv", "1 good; 2 name: has a quote in the middle of a value that does not start with one"},
        {"surrogate_utf8.csv", "1 good; 2 name: holds bytes that are not UTF-8"},
        {"text_behind_quote.csv", "1 good; 2 name: has text behind the quote that ends a value"},
        {"too_few_fields.csv", "1 good; 2 : has 2 fields, the header has 3; 4 : has 1 field, the header has 3"},
        {"too_many_fields.csv", "1 good; 2 : has 4 fields, the header has 3"},
        {"too_many_keys.ndjson", "1 good; 1 : uses more than 1000 different keys in this file"},
        {"trailing_comma.ndjson", "1 good; 1 : is not a JSON object on one line: syntax error at byte 9"},
        {"truncated_object.ndjson", "1 good; 2 : is not a JSON object on one line: incomplete JSON at byte 20"},
        {"truncated_utf8.csv", "0 good; 2 qty: holds bytes that are not UTF-8"},
        {"two_objects_on_a_line.ndjson", "1 good; 1 : is not a JSON object on one line: extra data at byte 9"},
        {"unclosed_quote.csv", "1 good; 2 name: opens a quote that is never closed"},
        {"unclosed_quote_at_end.csv", "1 good; 3 name: opens a quote that is never closed"},
        {"unclosed_quote_before_quotes.csv", "2 good; 2 name: opens a quote that is not closed on its line"},
        {"unclosed_quote_behind_line_end.csv", "1 good; 3 qty: opens a quote that is never closed"},
        {"utf16.csv", "cannot read the rows: the text is UTF-16"},
        {"utf16.ndjson", "cannot read the rows: the text is UTF-16"},
    };
    return outcomes;
}

TEST(Hostile, FilesGiveTheirGoodRowsAndTellWhatIsWrongWithTheOthers) {
    for (const auto& [name, expected] : expected_outcomes()) {
        EXPECT_EQ(outcome_of(folder / name), expected) << name;
    }
}

TEST(Hostile, FilesAllHaveAnExpectedOutcome) {
    std::size_t files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        EXPECT_TRUE(expected_outcomes().contains(entry.path().filename().string())) << entry.path();
        ++files;
    }

    EXPECT_GE(files, 30U);
}

}  // namespace
}  // namespace edge::tabular
