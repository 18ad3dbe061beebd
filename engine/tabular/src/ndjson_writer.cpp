#include "edge/tabular/ndjson_writer.hpp"

#include "write_line.hpp"

#include <array>

namespace edge::tabular {

NdjsonWriter::NdjsonWriter(std::ostream& stream, std::vector<std::string> columns)
    : stream_(stream), columns_(std::move(columns)) {}

void NdjsonWriter::write(std::span<const Field> fields) {
    check_field_count(fields.size(), columns_.size());
    line_ = "{";
    for (std::size_t i = 0; i < fields.size(); ++i) {
        if (fields[i].kind == FieldKind::absent) continue;
        if (line_.size() > 1) line_ += ',';
        add_text(columns_[i]);
        line_ += ':';
        add_field(fields[i]);
    }
    line_ += "}\n";
    write_line(stream_, line_);
}

void NdjsonWriter::add_field(const Field& field) {
    switch (field.kind) {
        case FieldKind::absent:
        case FieldKind::null: line_ += "null"; return;
        case FieldKind::text: add_text(field.text); return;
        case FieldKind::number:
        case FieldKind::boolean: line_ += field.text; return;
        case FieldKind::list: break;
    }
    line_ += '[';
    for (std::size_t i = 0; i < field.items.size(); ++i) {
        if (i > 0) line_ += ',';
        add_text(field.items[i]);
    }
    line_ += ']';
}

void NdjsonWriter::add_text(std::string_view text) {
    constexpr std::array<char, 16> hex = {'0', '1', '2', '3', '4', '5', '6', '7',
                                          '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'};
    line_ += '"';
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            line_ += '\\';
            line_ += c;
        } else if (c == '\n') {
            line_ += "\\n";
        } else if (byte < 0x20) {
            line_ += "\\u00";
            line_ += hex.at(byte >> 4U);
            line_ += hex.at(byte & 0xFU);
        } else {
            line_ += c;
        }
    }
    line_ += '"';
}

}  // namespace edge::tabular
