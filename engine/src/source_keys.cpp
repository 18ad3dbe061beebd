#include "source_keys.hpp"

#include "edge/protocol/row_identity.hpp"

#include <fmt/format.h>

namespace edge {

using storage::Query;

SourceKeys::SourceKeys(storage::WriteTransaction& write, std::set<std::string_view> tables)
    : db_(write.connection()), tables_(std::move(tables)) {
    db_.execute(
        "CREATE TEMP TABLE IF NOT EXISTS source_keys (tbl TEXT, source INTEGER, local INTEGER, PRIMARY KEY (tbl, "
        "source)) "
        "WITHOUT ROWID; DELETE FROM temp.source_keys");
}

void SourceKeys::remember(const DataTable& table, std::int64_t source, std::int64_t local) {
    remembered_.insert(table.name);
    db_.query("INSERT OR REPLACE INTO temp.source_keys (tbl, source, local) VALUES (?, ?, ?)", table.name, source,
              local)
        .run();
}

std::optional<std::int64_t> SourceKeys::find(const DataTable& table, std::int64_t source, bool may_be_local) {
    if (remembered_.contains(table.name)) {
        Query row = db_.query("SELECT local FROM temp.source_keys WHERE tbl = ? AND source = ?", table.name, source);
        if (row.step()) return row.integer(0);
    }
    if (const std::optional<std::int64_t> local = find(table, protocol::marketplace_identity(table.name, source)))
        return local;
    if (!may_be_local || tables_.contains(table.name)) return std::nullopt;
    Query row = db_.query(fmt::format("SELECT {0} FROM {1} WHERE {0} = ?", table.key, table.name), source);
    return row.step() ? std::optional(row.integer(0)) : std::nullopt;
}

std::optional<std::int64_t> SourceKeys::find(const DataTable& table, const Uuid& uuid) {
    Query row = db_.query(fmt::format("SELECT {} FROM {} WHERE uuid = ?", table.key, table.name), uuid);
    return row.step() ? std::optional(row.integer(0)) : std::nullopt;
}

}  // namespace edge
