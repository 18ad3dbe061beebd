#include "pulled_rows.hpp"

#include "edge/core/error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <span>
#include <utility>

namespace edge {

using protocol::Change;
using storage::CapturedTable;
using storage::SqlValue;

namespace {

/// Beyond it SQLite would choose numbers by chance, and the place of a row in sync_base would overflow.
constexpr std::int64_t last_id = std::numeric_limits<std::int64_t>::max() / 64;

}  // namespace

void PulledRows::add(const protocol::TableDescriptor& table, const Change& change, const Uuid& uuid,
                     ColumnValues columns, const protocol::Sum128& hash) {
    table_ = &table;
    rows_.push_back({.change = &change, .uuid = uuid, .columns = std::move(columns), .hash = hash});
}

bool PulledRows::contains(std::string_view key) const {
    return std::any_of(rows_.begin(), rows_.end(), [&](const Row& row) { return row.change->key == key; });
}

const std::string& PulledRows::statement(std::size_t rows) {
    std::string& sql = statements_.at(static_cast<std::size_t>(table_->number)).at(rows == 1 ? 0 : 1);
    if (!sql.empty()) return sql;
    const storage::CapturedTableInfo& info = storage::captured_table(static_cast<CapturedTable>(table_->number));
    sql = fmt::format("INSERT INTO {} ({}, uuid", info.name, info.key.substr(2));
    std::string places = "(?, ?";
    for (const std::string_view column : info.columns) {
        sql += fmt::format(", {}", column);
        places += ", ?";
    }
    sql += ") VALUES " + places + ")";
    for (std::size_t row = 1; row < rows; ++row) sql += ", " + places + ")";
    return sql;
}

bool PulledRows::insert(const Row* first, std::size_t count, std::int64_t id) {
    const std::span rows(first, count);
    std::vector<SqlValue> values;
    values.reserve(count * (rows.front().columns.size() + 2));
    for (const Row& row : rows) {
        values.emplace_back(id++);
        values.emplace_back(std::span<const std::uint8_t>(row.uuid.bytes()));
        for (const ColumnValue& column : row.columns) values.push_back(column.value);
    }
    try {
        write_->connection().query_with(statement(count), values).run();
        return true;
    } catch (const Error& error) {
        if (error.code() != ErrorCode::conflict) throw;
        return false;
    }
}

std::vector<const Change*> PulledRows::write() {
    std::vector<const Change*> left;
    if (rows_.empty()) return left;
    const auto captured = static_cast<CapturedTable>(table_->number);
    const storage::CapturedTableInfo& info = storage::captured_table(captured);
    std::int64_t last = 0;
    {
        storage::Query row =
            write_->connection().query(fmt::format("SELECT max({}) FROM {}", info.key.substr(2), info.name));
        if (row.step()) last = std::max<std::int64_t>(row.integer(0), 0);
    }
    const std::size_t at_once = full() && last < last_id ? rows_.size() : 1;
    for (std::size_t at = 0; at < rows_.size(); at += at_once) {
        if (last >= last_id || !insert(&rows_[at], at_once, last + 1)) {
            for (std::size_t i = at; i < at + at_once; ++i) left.push_back(rows_[i].change);
            continue;
        }
        std::vector<storage::BaseRow> bases;
        bases.reserve(at_once);
        for (std::size_t i = at; i < at + at_once; ++i) {
            bases.push_back(
                {.version = rows_[i].change->base.value_or(0), .hash = protocol::digest_bytes(rows_[i].hash)});
        }
        base_->put_new(captured, last + 1, bases);
        last += static_cast<std::int64_t>(at_once);
    }
    rows_.clear();
    return left;
}

}  // namespace edge
