#include "edge/core/decimal.hpp"
#include "edge/core/time.hpp"
#include "edge/protocol/tables.hpp"

#include <algorithm>
#include <array>

namespace edge::protocol {
namespace {

constexpr std::size_t uuid_length = 26;

constexpr std::array<bool, 256> base32_letters = [] {
    std::array<bool, 256> letters{};
    for (const char letter : std::string_view("0123456789ABCDEFGHJKMNPQRSTVWXYZ")) {
        letters[static_cast<unsigned char>(letter)] = true;
    }
    return letters;
}();

/// Exactly what Uuid::wire() writes, so that a row has one key and not several spellings of it.
bool is_uuid(std::string_view key) {
    if (key.size() != uuid_length || key.front() > '7') return false;
    return std::all_of(key.begin(), key.end(),
                       [](char letter) { return base32_letters[static_cast<unsigned char>(letter)]; });
}

bool is_sort_index(std::string_view digits) {
    if (digits.empty() || digits.size() > 9 || (digits.size() > 1 && digits.front() == '0')) return false;
    return std::all_of(digits.begin(), digits.end(), [](char digit) { return digit >= '0' && digit <= '9'; });
}

bool is_key(const TableDescriptor& table, std::string_view key) {
    if (table.key_parent.empty()) return is_uuid(key);
    return key.size() > uuid_length + 1 && key[uuid_length] == ':' && is_uuid(key.substr(0, uuid_length)) &&
           is_sort_index(key.substr(uuid_length + 1));
}

bool is_instant(std::string_view text) { return text.ends_with('Z') && parse_timestamp(text).has_value(); }

bool fits_text(const Column& column, std::string_view text) {
    switch (column.kind) {
        case ColumnKind::text: return text.find('\0') == std::string_view::npos;
        case ColumnKind::decimal: return parse_decimal(text, column.places).has_value();
        case ColumnKind::instant: return is_instant(text);
        case ColumnKind::day: return parse_date(text).has_value();
        case ColumnKind::reference: return is_uuid(text);
        case ColumnKind::integer: return as_integer(FieldValue(std::string(text))).has_value();
        case ColumnKind::boolean:
        case ColumnKind::reference_list: return false;
    }
    return false;
}

bool fits(const Column& column, const FieldValue& value) {
    if (is_null(value)) return column.nullable;
    if (const std::string* text = as_text(value)) return fits_text(column, *text);
    if (std::holds_alternative<std::int64_t>(value)) return column.kind == ColumnKind::integer;
    if (std::holds_alternative<bool>(value)) return column.kind == ColumnKind::boolean;
    if (const auto* list = std::get_if<std::vector<std::string>>(&value)) {
        return column.kind == ColumnKind::reference_list && std::all_of(list->begin(), list->end(), is_uuid);
    }
    return false;
}

std::optional<RowFault> check_values(const TableDescriptor& table, const Change& change) {
    for (const Field& field : change.fields) {
        const Column* column = find_column(table, field.name);
        if (column != nullptr && !fits(*column, field.value)) {
            return RowFault{"bad_value", change.table + '.' + field.name};
        }
    }
    if (change.op != Op::create) return std::nullopt;
    for (const Column& column : table.columns) {
        if (!column.nullable && find_field(change.fields, column.name) == nullptr) {
            return RowFault{"missing_column", change.table + '.' + std::string(column.name)};
        }
    }
    return std::nullopt;
}

}  // namespace

std::optional<RowFault> check_change(const Change& change) {
    if (change.fault == "row_too_big") return RowFault{"row_too_big", change.table + ' ' + change.key};
    if (change.fault == "unknown_op") return RowFault{"unknown_op", "'" + change.unknown_op + "'"};
    if (!change.fault.empty()) return RowFault{"malformed_row", change.table + ' ' + change.key};
    const TableDescriptor* table = find_table(change.table);
    if (table == nullptr) return RowFault{"unknown_table", change.table};
    if (!is_key(*table, change.key)) return RowFault{"bad_key", change.table + ' ' + change.key};
    if (change.op == Op::remove) return std::nullopt;
    return check_values(*table, change);
}

}  // namespace edge::protocol
