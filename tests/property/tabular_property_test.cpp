#include "edge/core/error.hpp"
#include "edge/tabular/csv_reader.hpp"
#include "edge/tabular/csv_writer.hpp"
#include "edge/tabular/ndjson_reader.hpp"
#include "edge/tabular/ndjson_writer.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <random>
#include <sstream>

namespace edge::tabular {
namespace {

using Next = RecordReader::Next;
using Random = std::mt19937_64;

int below(Random& random, int bound) { return static_cast<int>(random() % static_cast<std::uint64_t>(bound)); }

/// A value that owns what its field shows.
struct Value {
    FieldKind kind = FieldKind::null;
    std::string text;
    std::vector<std::string> items;
    friend bool operator==(const Value&, const Value&) = default;
};
using Row = std::vector<Value>;

/// Short, and full of what writers and readers stumble over.
std::string awkward_text(Random& random) {
    static const std::vector<std::string> pieces = {
        "\"", ",",    ";",    "\t", "\n",          "\r",           " ",    "a", "bread",
        "\\", "\"\"", "\r\n", "'",  "caf\xC3\xA9", "\xEF\xBB\xBF", "null", "0", "\x01"};
    std::string text;
    for (int i = below(random, 6); i > 0; --i) text += pieces[random() % pieces.size()];
    return text;
}

Value any_value(Random& random, bool json) {
    static const std::vector<std::string> numbers = {"0", "-1", "1.50", "1e3", "12345678901234567890123", "-0.0E-7"};
    switch (below(random, json ? 7 : 3)) {
        case 0: return {};
        case 1:
        case 2: return {.kind = FieldKind::text, .text = awkward_text(random), .items = {}};
        case 3: return {.kind = FieldKind::number, .text = numbers[random() % numbers.size()], .items = {}};
        case 4: return {.kind = FieldKind::boolean, .text = below(random, 2) == 0 ? "true" : "false", .items = {}};
        case 5: return {.kind = FieldKind::absent, .text = {}, .items = {}};
        default: break;
    }
    Value list{.kind = FieldKind::list, .text = {}, .items = {}};
    for (int i = below(random, 4); i > 0; --i) list.items.push_back(awkward_text(random));
    return list;
}

std::vector<std::string> any_columns(Random& random) {
    std::vector<std::string> columns;
    for (int i = 0; i <= below(random, 5); ++i) columns.push_back("c" + std::to_string(i) + awkward_text(random) + "c");
    return columns;
}

void write_row(RecordWriter& writer, const Row& row) {
    std::vector<std::vector<std::string_view>> lists(row.size());
    std::vector<Field> fields;
    for (std::size_t i = 0; i < row.size(); ++i) {
        lists[i].assign(row[i].items.begin(), row[i].items.end());
        fields.push_back({.kind = row[i].kind, .text = row[i].text, .items = lists[i]});
    }
    writer.write(fields);
}

Row row_of(const Record& record) {
    Row row;
    for (const Field& field : record.fields) {
        Value value{.kind = field.kind, .text = std::string(field.text), .items = {}};
        for (const std::string_view item : field.items) value.items.emplace_back(item);
        row.push_back(value);
    }
    return row;
}

/// The stream in pieces of random length.
ByteSource in_pieces(std::string text, std::uint64_t seed) {
    return [text = std::move(text), at = std::size_t{0}, random = Random(seed)](char* buffer,
                                                                                std::size_t capacity) mutable {
        const std::size_t count = std::min({std::size_t{1} + random() % 40, capacity, text.size() - at});
        text.copy(buffer, count, at);
        at += count;
        return count;
    };
}

std::vector<Row> any_rows(Random& random, std::size_t columns, bool json) {
    std::vector<Row> rows(static_cast<std::size_t>(below(random, 8)), Row(columns));
    for (Row& row : rows) std::ranges::generate(row, [&] { return any_value(random, json); });
    return rows;
}

std::string text_of(Format format, const std::vector<std::string>& columns, const std::vector<Row>& rows) {
    std::ostringstream text;
    const std::unique_ptr<RecordWriter> writer = open_writer(format, text, columns);
    for (const Row& row : rows) write_row(*writer, row);
    return text.str();
}

TEST(TabularProperty, ReadingCsvUndoesWritingIt) {
    for (std::uint64_t seed = 1; seed <= 3000; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        Random random(seed);
        const std::vector<std::string> columns = any_columns(random);
        const std::vector<Row> rows = any_rows(random, columns.size(), false);
        const std::string text = text_of(Format::csv, columns, rows);

        CsvReader reader(in_pieces(text, seed));
        std::vector<Row> read;
        for (Next next = reader.next(); next != Next::end; next = reader.next()) {
            ASSERT_EQ(next, Next::record) << reader.bad_row().reason << "\n" << text;
            read.push_back(row_of(reader.record()));
        }

        ASSERT_EQ(reader.columns(), columns) << text;
        ASSERT_EQ(read, rows) << text;
    }
}

/// Rows that leave out the last columns are shorter before a later row names those.
void pad(Row& row, std::size_t columns) {
    while (row.size() < columns) row.push_back({.kind = FieldKind::absent, .text = {}, .items = {}});
}

TEST(TabularProperty, ReadingNdjsonUndoesWritingIt) {
    for (std::uint64_t seed = 1; seed <= 3000; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        Random random(seed);
        const std::vector<std::string> columns = any_columns(random);
        std::vector<Row> rows = any_rows(random, columns.size(), true);
        // A first row that names all columns fixes their order.
        rows.insert(rows.begin(), Row(columns.size()));
        const std::string text = text_of(Format::ndjson, columns, rows);

        NdjsonReader reader(in_pieces(text, seed));
        std::vector<Row> read;
        for (Next next = reader.next(); next != Next::end; next = reader.next()) {
            ASSERT_EQ(next, Next::record) << reader.bad_row().reason << "\n" << text;
            read.push_back(row_of(reader.record()));
            pad(read.back(), columns.size());
        }

        ASSERT_EQ(reader.columns(), columns) << text;
        ASSERT_EQ(read, rows) << text;
    }
}

void mutate(std::string& text, Random& random) {
    using namespace std::string_view_literals;
    static constexpr std::string_view bytes = "\"\",;\t\r\n\0\xFF\xC3{}[]:\\u0e"sv;
    for (int i = 1 + below(random, 6); i > 0 && !text.empty(); --i) {
        const std::size_t at = random() % text.size();
        switch (below(random, 4)) {
            case 0: text.erase(at, 1 + random() % 10); break;
            case 1: text.insert(at, 1, bytes[random() % bytes.size()]); break;
            case 2: text[at] = bytes[random() % bytes.size()]; break;
            default: text.insert(at, text.substr(random() % text.size(), random() % 20)); break;
        }
    }
}

/// Whatever the text: each row ends, says where it is, and all bytes are accounted for.
void check_any_text(Format format, const std::string& text, std::uint64_t seed) {
    const ReadOptions options{.delimiter = {}, .limits = {.max_field = 30, .max_record = 60, .max_columns = 12}};
    std::unique_ptr<RecordReader> reader;
    try {
        reader = open_reader(format, in_pieces(text, seed), options);
    } catch (const Error& refused) {
        ASSERT_EQ(refused.code(), ErrorCode::corrupt_data);
        return;
    }
    std::uint64_t line = 0;
    std::uint64_t consumed = 0;
    for (Next next = reader->next(); next != Next::end; next = reader->next()) {
        const bool good = next == Next::record;
        const std::uint64_t this_line = good ? reader->record().line : reader->bad_row().line;
        ASSERT_GT(this_line, line);
        ASSERT_GT(reader->bytes_consumed(), consumed);
        ASSERT_LE((good ? reader->record().text : reader->bad_row().text).size(), good ? 1000U : 60U);
        ASSERT_TRUE(!good || reader->record().fields.size() == reader->columns().size());
        ASSERT_TRUE(good || !reader->bad_row().reason.empty());
        line = this_line;
        consumed = reader->bytes_consumed();
    }
    ASSERT_EQ(reader->bytes_consumed(), text.size());
}

TEST(TabularProperty, DamagedTextIsReadToItsEnd) {
    for (std::uint64_t seed = 1; seed <= 20000; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        Random random(seed);
        const Format format = below(random, 2) == 0 ? Format::csv : Format::ndjson;
        const std::vector<std::string> columns = any_columns(random);
        std::string text = text_of(format, columns, any_rows(random, columns.size(), format == Format::ndjson));
        mutate(text, random);

        check_any_text(format, text, seed);
        if (HasFatalFailure()) FAIL() << text;
    }
}

/// `total` bytes of rows, with an open quote in the first.
ByteSource endless_rows(std::uint64_t total, std::size_t& largest_request) {
    return [total, &largest_request, sent = std::uint64_t{0}](char* buffer, std::size_t capacity) mutable {
        static constexpr std::string_view start = "id,name\n1,\"open\n";
        static constexpr std::string_view row = "2,a plain row of a shop\n";
        largest_request = std::max(largest_request, capacity);
        const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(capacity, total - sent));
        for (std::size_t i = 0; i < count; ++i, ++sent)
            buffer[i] = sent < start.size() ? start[sent] : row[(sent - start.size()) % row.size()];
        return count;
    };
}

TEST(TabularProperty, AnOpenQuoteInALongStreamCostsOneLineAndBoundedMemory) {
    constexpr std::uint64_t total = 200'000'000;
    constexpr std::uint64_t row_bytes = 24;
    std::size_t largest_request = 0;
    CsvReader reader(endless_rows(total, largest_request));
    std::uint64_t good = 0;
    std::uint64_t bad = 0;
    std::uint64_t bad_line = 0;

    for (Next next = reader.next(); next != Next::end; next = reader.next()) {
        if (next == Next::record) {
            ++good;
        } else {
            ++bad;
            if (bad == 1) bad_line = reader.bad_row().line;
        }
    }

    EXPECT_EQ(bad_line, 2U);
    EXPECT_LE(bad, 2U);  // the last row may be cut
    EXPECT_GE(good, (total - 16) / row_bytes);
    EXPECT_EQ(reader.bytes_consumed(), total);
    // The buffer doubles, so the largest request is half of it.
    EXPECT_LE(largest_request, 2 * Limits{}.max_field);
}

TEST(TabularProperty, AStreamWithoutLineEndTakesBoundedMemory) {
    for (const Format format : {Format::csv, Format::ndjson}) {
        std::size_t largest_request = 0;
        std::uint64_t left = 200'000'000;
        const std::unique_ptr<RecordReader> reader = open_reader(format, [&](char* buffer, std::size_t capacity) {
            const bool first = left == 200'000'000;
            largest_request = std::max(largest_request, capacity);
            const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(capacity, left));
            std::memset(buffer, 'x', count);
            if (first) std::string_view("a,b\n").copy(buffer, 4);
            left -= count;
            return count;
        });
        std::uint64_t bad = 0;

        for (Next next = reader->next(); next != Next::end; next = reader->next()) ++bad;

        EXPECT_EQ(bad, format == Format::csv ? 1U : 2U);
        EXPECT_EQ(reader->bytes_consumed(), 200'000'000U);
        EXPECT_LE(largest_request, 2 * Limits{}.max_record);
    }
}

}  // namespace
}  // namespace edge::tabular
