#include "input/table_text.hpp"

#include "edge/core/error.hpp"
#include "edge/tabular/csv_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstring>

namespace edge::cli {
namespace {

[[noreturn]] void refuse_line(const std::string& source, std::size_t line, const std::string& why) {
    throw Error(ErrorCode::corrupt_data, fmt::format("cannot read {}, line {}: {}", source, line, why),
                {{"file", source}, {"line", fmt::format("{}", line)}});
}

std::string lower(std::string text) {
    std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

tabular::ByteSource bytes_of_text(std::string_view text) {
    return [text](char* buffer, std::size_t capacity) mutable {
        const std::size_t count = std::min(capacity, text.size());
        std::memcpy(buffer, text.data(), count);
        text.remove_prefix(count);
        return count;
    };
}

}  // namespace

std::string TableRow::value(const std::string& column) const {
    const auto found = values_.find(column);
    return found == values_.end() ? "" : found->second;
}

std::string TableRow::first_of(std::initializer_list<const char*> columns) const {
    for (const char* column : columns) {
        if (std::string text = value(column); !text.empty()) return text;
    }
    return {};
}

void TableRow::refuse(const std::string& why) const { refuse_line(source_, line_, why); }

void read_table(std::string_view text, const std::string& source, const std::function<void(const TableRow&)>& take) {
    using Next = tabular::RecordReader::Next;
    const auto open = [&] {
        try {
            return tabular::CsvReader(bytes_of_text(text));
        } catch (const Error& error) {  // the reader does not know what it reads
            throw Error(error.code(), fmt::format("cannot read {}: {}", source, error.what()), {{"file", source}},
                        error.hint());
        }
    };
    tabular::CsvReader reader = open();
    for (Next next = reader.next(); next != Next::end; next = reader.next()) {
        if (next == Next::bad_row) refuse_line(source, reader.bad_row().line, reader.bad_row().reason);
        std::map<std::string, std::string> values;
        for (std::size_t i = 0; i < reader.columns().size(); ++i) {
            values[lower(reader.columns()[i])] = std::string(reader.record().fields[i].value().value_or(""));
        }
        take(TableRow(source, reader.record().line, std::move(values)));
    }
}

}  // namespace edge::cli
