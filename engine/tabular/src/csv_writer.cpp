#include "edge/tabular/csv_writer.hpp"

#include "write_line.hpp"

#include "edge/core/error.hpp"

namespace edge::tabular {

CsvWriter::CsvWriter(std::ostream& stream, const std::vector<std::string>& columns, char delimiter)
    : stream_(stream), columns_(columns.size()), delimiter_(delimiter) {
    std::vector<Field> names;
    names.reserve(columns.size());
    for (const std::string& name : columns) names.push_back(Field::of_text(name));
    CsvWriter::write(names);
}

void CsvWriter::write(std::span<const Field> fields) {
    check_field_count(fields.size(), columns_);
    line_.clear();
    for (std::size_t i = 0; i < fields.size(); ++i) {
        if (i > 0) line_ += delimiter_;
        add_field(fields[i]);
    }
    line_ += '\n';
    write_line(stream_, line_);
}

void CsvWriter::add_field(const Field& field) {
    switch (field.kind) {
        case FieldKind::absent:
        case FieldKind::null: return;
        case FieldKind::text: return add_text(field.text);
        case FieldKind::number:
        case FieldKind::boolean: line_ += field.text; return;
        case FieldKind::list: break;
    }
    throw Error(ErrorCode::invalid_argument, "cannot write the row: CSV has no form for a list");
}

/// Quoted too: what a reader might take for a delimiter, and outer spaces and first bytes (a byte order mark) that
/// some readers take away.
void CsvWriter::add_text(std::string_view text) {
    const bool plain = !text.empty() && text.find_first_of(",;\t\"\r\n") == std::string_view::npos &&
                       text.find(delimiter_) == std::string_view::npos && text.front() != ' ' && text.back() != ' ' &&
                       text.front() != '\xEF';
    if (plain) {
        line_ += text;
        return;
    }
    line_ += '"';
    for (const char c : text) {
        if (c == '"') line_ += '"';
        line_ += c;
    }
    line_ += '"';
}

}  // namespace edge::tabular
