#include "pulled_columns.hpp"

#include "sync_base.hpp"

#include "edge/core/time.hpp"

namespace edge {

using protocol::Column;
using protocol::ColumnKind;
using protocol::FieldValue;
using storage::CapturedTable;
using storage::SqlValue;

namespace {

template <class Value>
Value readable(const std::optional<Value>& value, std::string_view column) {
    if (!value) throw UnreadableValue{column};
    return *value;
}

}  // namespace

std::optional<ColumnValues> PulledColumns::of(const protocol::TableDescriptor& table, const protocol::Fields& fields) {
    const auto& names = storage::captured_table(static_cast<CapturedTable>(table.number)).columns;
    ColumnValues columns;
    columns.reserve(names.size());
    bool complete = true;
    each_column(table, [&](const Column& column, int bit) {
        const FieldValue* value = protocol::find_field(fields, column.name);
        if (value == nullptr || column.kind == ColumnKind::reference_list) return;
        columns.push_back({.column = names[static_cast<std::size_t>(bit)], .value = stored(column, *value)});
        const bool missing = column.kind == ColumnKind::reference && !protocol::is_null(*value) &&
                             std::holds_alternative<std::nullptr_t>(columns.back().value);
        complete = complete && !missing;
    });
    if (!complete) return std::nullopt;
    return columns;
}

/// NULL for a reference to a row that is not here.
SqlValue PulledColumns::stored(const Column& column, const FieldValue& value) {
    if (protocol::is_null(value)) return nullptr;
    if (column.kind == ColumnKind::integer) return readable(protocol::as_integer(value), column.name);
    if (const bool* flag = std::get_if<bool>(&value)) return std::int64_t{*flag ? 1 : 0};
    const std::string* text = protocol::as_text(value);
    if (text == nullptr) throw UnreadableValue{column.name};
    switch (column.kind) {
        case ColumnKind::instant:
            return std::int64_t{readable(parse_timestamp(*text), column.name).time_since_epoch().count()};
        case ColumnKind::day: return std::int64_t{readable(parse_date(*text), column.name).time_since_epoch().count()};
        case ColumnKind::reference: {
            const protocol::TableDescriptor* parent = protocol::find_table(column.parent);
            const auto row = parent_row(static_cast<CapturedTable>(parent->number), *text);
            return row ? SqlValue(*row) : SqlValue(nullptr);
        }
        default: return std::string_view(*text);
    }
}

std::optional<std::int64_t> PulledColumns::parent_row(CapturedTable table, const std::string& key) {
    auto& known = parents_.at(static_cast<std::size_t>(table));
    if (const auto found = known.find(key); found != known.end()) return found->second;
    const std::optional<std::int64_t> row = find_shared_row(*db_, table, key);
    if (row) known.emplace(key, *row);
    return row;
}

void PulledColumns::forget_parents() {
    for (auto& known : parents_) known.clear();
}

}  // namespace edge
