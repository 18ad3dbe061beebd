#include "pulled_updates.hpp"

#include "edge/core/error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <span>
#include <utility>

namespace edge {

using protocol::Change;
using storage::CapturedTable;
using storage::SqlValue;

bool PulledUpdates::takes(const protocol::TableDescriptor& table, const ColumnValues& columns) const {
    return rows_.empty() || (table_ == &table && std::ranges::equal(rows_.front().columns, columns, {},
                                                                    &ColumnValue::column, &ColumnValue::column));
}

void PulledUpdates::add(const protocol::TableDescriptor& table, Row row) {
    table_ = &table;
    rows_.push_back(std::move(row));
    if (rows_.size() == 1) most_.clear();
}

bool PulledUpdates::contains(std::string_view key) const {
    return std::ranges::any_of(rows_, [&](const Row& row) { return row.change->key == key; });
}

/// The rows' ids are the first parameters, then come the values of the first column, and so on.
std::string PulledUpdates::statement(std::size_t rows) const {
    const storage::CapturedTableInfo& info = storage::captured_table(static_cast<CapturedTable>(table_->number));
    const std::string_view id = info.key.substr(2);  // "@.bundle_id"
    std::string sql = fmt::format("UPDATE {} SET", info.name);
    std::size_t value = rows;
    for (const ColumnValue& one : rows_.front().columns) {
        fmt::format_to(std::back_inserter(sql), "{} {} = CASE {}", value == rows ? "" : ",", one.column, id);
        for (std::size_t row = 1; row <= rows; ++row)
            fmt::format_to(std::back_inserter(sql), " WHEN ?{} THEN ?{}", row, ++value);
        sql += " END";
    }
    fmt::format_to(std::back_inserter(sql), " WHERE {} IN (?1", id);
    for (std::size_t row = 2; row <= rows; ++row) fmt::format_to(std::back_inserter(sql), ", ?{}", row);
    return sql + ")";
}

bool PulledUpdates::update(std::size_t first, std::size_t count) {
    const std::span rows = std::span(rows_).subspan(first, count);
    if (count == most_rows && most_.empty()) most_ = statement(count);
    std::vector<SqlValue> values;
    values.reserve(count * (rows.front().columns.size() + 1));
    for (const Row& row : rows) values.emplace_back(*row.known.row);
    for (std::size_t column = 0; column < rows.front().columns.size(); ++column) {
        for (const Row& row : rows) values.push_back(row.columns[column].value);
    }
    try {
        write_->connection().query_with(count == most_rows ? most_ : statement(count), values).run();
        return true;
    } catch (const Error& error) {
        if (error.code() != ErrorCode::conflict) throw;
        return false;
    }
}

std::vector<const Change*> PulledUpdates::write() {
    std::vector<const Change*> left;
    const std::size_t at_once = full() ? rows_.size() : 1;
    for (std::size_t at = 0; at < rows_.size(); at += at_once) {
        const bool done = update(at, at_once);
        for (std::size_t i = at; i < at + at_once; ++i) {
            const Row& row = rows_[i];
            if (done) {
                base_->put(static_cast<CapturedTable>(table_->number), row.change->key, row.known,
                           row.change->base.value_or(0), row.hash);
            } else {
                left.push_back(row.change);
            }
        }
    }
    rows_.clear();
    return left;
}

}  // namespace edge
