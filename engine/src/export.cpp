#include "data_tables.hpp"
#include "engine_state.hpp"

#include "edge/core/money.hpp"
#include "edge/tabular/record_writer.hpp"

#include <fmt/format.h>

namespace edge {

using storage::Query;
using tabular::Field;

namespace {

constexpr int rows_between_progress = 256;

/// The columns of the file: the local key, the table's own with each parent's identity behind its key, the identity.
std::vector<std::string> file_columns(const DataTable& table) {
    std::vector<std::string> columns;
    if (!table.key.empty()) columns.emplace_back(table.key);
    for (const DataColumn& column : table.columns) {
        columns.emplace_back(column.name);
        if (column.kind == ColumnKind::reference) columns.push_back(column.uuid_name());
    }
    if (has_identity(table)) columns.emplace_back("uuid");
    return columns;
}

/// In the order of file_columns; behind them what is needed to write prices.
std::string select_rows(const DataTable& table) {
    std::string columns;
    std::string joins;
    std::string order = table.key.empty() ? std::string() : fmt::format("t.{}", table.key);
    const auto add = [](std::string& list, const std::string& item) { list += (list.empty() ? "" : ", ") + item; };
    if (!table.key.empty()) add(columns, fmt::format("t.{}", table.key));
    for (const DataColumn& column : table.columns) {
        add(columns, fmt::format("t.{}", column.stored_name()));
        if (column.kind == ColumnKind::reference) {
            add(columns, fmt::format("{}.uuid", column.parent));
            joins += fmt::format(" LEFT JOIN {0} ON {0}.{1} = t.{2}", column.parent,
                                 find_data_table(column.parent)->key, column.name);
        }
    }
    for (const std::size_t index : table.natural_key)
        if (table.key.empty()) add(order, fmt::format("t.{}", table.columns[index].name));
    if (has_identity(table)) add(columns, "t.uuid");
    if (column_index(table, "price") < table.columns.size()) add(columns, "sellers.currency");
    return fmt::format("SELECT {} FROM {} t{} ORDER BY {}", columns, table.name, joins, order);
}

/// One row as fields, with the texts that they show.
class ExportedRow {
public:
    explicit ExportedRow(const DataTable& table) : table_(table) {
        const std::size_t columns = file_columns(table).size();
        texts_.resize(columns);
        fields_.resize(columns);
    }

    std::span<const Field> read(const Query& row) {
        int at = 0;
        if (!table_.key.empty()) add_number(row, at++);
        for (const DataColumn& column : table_.columns) {
            add_value(column, row, at++);
            if (column.kind == ColumnKind::reference) add_uuid(row, at++);
        }
        if (has_identity(table_)) add_uuid(row, at);
        return fields_;
    }

private:
    void add_value(const DataColumn& column, const Query& row, int at) {
        switch (column.kind) {
            case ColumnKind::text: return add_text(row, at, row.view(at));
            case ColumnKind::decimal:
            case ColumnKind::whole:
            case ColumnKind::reference: return add_number(row, at);
            case ColumnKind::price: return add_price(row, at);
            case ColumnKind::instant: return add_text(row, at, format_timestamp(row.time(at)));
            case ColumnKind::day: return add_text(row, at, format_date(row.day(at)));
            case ColumnKind::yes_no: return add_yes_no(row, at);
        }
    }
    std::string& text_at(int at) { return texts_[static_cast<std::size_t>(at)]; }
    void set(const Query& row, int at, Field field) {
        fields_[static_cast<std::size_t>(at)] = row.is_null(at) ? Field::null() : field;
    }
    void add_text(const Query& row, int at, std::string_view text) {
        text_at(at) = text;
        set(row, at, Field::of_text(text_at(at)));
    }
    void add_number(const Query& row, int at) {
        text_at(at) = row.view(at);
        set(row, at, Field::of_number(text_at(at)));
    }
    void add_price(const Query& row, int at) {
        text_at(at) = format_money(Money{row.integer(at)}, row.view(row.column_count() - 1));
        set(row, at, Field::of_number(text_at(at)));
    }
    void add_yes_no(const Query& row, int at) { set(row, at, Field::of_boolean(row.integer(at) != 0)); }
    void add_uuid(const Query& row, int at) {
        if (row.is_null(at)) return set(row, at, Field::null());
        add_text(row, at, row.uuid(at).text());
    }

    const DataTable& table_;
    std::vector<std::string> texts_;
    std::vector<Field> fields_;
};

}  // namespace

std::int64_t Engine::export_table(const ExportRequest& request, std::ostream& out) {
    const DataTable* table = find_data_table(request.table);
    if (table == nullptr) {
        throw Error(ErrorCode::invalid_argument, fmt::format("cannot export {}: there is no such table", request.table),
                    {{"table", request.table}}, fmt::format("there are {}", list_table_names(false)));
    }
    const storage::ReadTransaction read(state_->db);
    const auto format = request.format == FileFormat::csv ? tabular::Format::csv : tabular::Format::ndjson;
    const std::unique_ptr<tabular::RecordWriter> writer = tabular::open_writer(format, out, file_columns(*table));
    std::uint64_t total = 0;
    if (request.progress) {
        Query count = state_->db.query(fmt::format("SELECT count(*) FROM {}", table->name));
        if (count.step()) total = static_cast<std::uint64_t>(count.integer(0));
    }
    ExportedRow exported(*table);
    std::int64_t rows = 0;
    Query row = state_->db.query(select_rows(*table));
    while (row.step()) {
        writer->write(exported.read(row));
        if (++rows % rows_between_progress != 0 || !request.progress) continue;
        if (!request.progress({.what = table->name, .done = static_cast<std::uint64_t>(rows), .total = total}))
            throw Error(ErrorCode::cancelled,
                        fmt::format("cannot finish the export of {}: it was cancelled", table->name));
    }
    if (!out.flush()) throw Error(ErrorCode::io_failure, "cannot write the rows: the output takes no more");
    return rows;
}

}  // namespace edge
