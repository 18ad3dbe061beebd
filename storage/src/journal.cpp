#include "edge/storage/journal.hpp"

#include "edge/core/planted_bugs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace edge::storage {
namespace {

/// Added to an entry's op by a transaction that applies a pull.
constexpr std::int64_t pulled_bit = 8;

std::string_view name_of(JournalReader reader) { return reader == JournalReader::analytics ? "analytics" : "sync"; }

/// What grouping needs of an entry, small because there may be a million.
struct GroupedEntry {
    std::int64_t row;
    std::int64_t seq;
    std::int64_t mask;
    std::uint32_t uuid;  ///< place of the deleted row's identity, from 1; 0: none
    CapturedTable table;
    JournalOp op;
};

/// Follows the entries of one local id through the rows that bore it.
class Lives {
public:
    explicit Lives(ChangedRows& rows) : rows_(&rows) {}

    void take(const GroupedEntry& entry, const std::vector<Uuid>& uuids) {
        if (entry.op == JournalOp::created || !open_) begin(entry);
        life_.last = entry.op;
        life_.mask = EDGE_PLANTED(mask_overwritten) ? entry.mask : life_.mask | entry.mask;
        life_.last_seq = entry.seq;
        if (entry.op != JournalOp::deleted) return;
        if (entry.uuid > 0) life_.uuid = uuids[entry.uuid - 1];
        if (life_.first != JournalOp::created) rows_->deleted.push_back(life_);
        open_ = false;
    }
    void finish() {
        if (open_) rows_->existing.push_back(life_);
        open_ = false;
    }

private:
    void begin(const GroupedEntry& entry) {
        life_ = ChangedRow{.table = entry.table, .first = entry.op, .row = entry.row, .uuid = {}};
        if (EDGE_PLANTED(tombstone_lost) && !rows_->deleted.empty() && rows_->deleted.back().row == entry.row)
            rows_->deleted.pop_back();
        open_ = true;
    }

    ChangedRows* rows_;
    ChangedRow life_;
    bool open_ = false;
};

bool is_same_row(const GroupedEntry& left, const GroupedEntry& right) {
    return left.row == right.row && left.table == right.table;
}

}  // namespace

JournalScan::JournalScan(Connection& connection, std::int64_t after)
    : connection_(&connection),
      query_(connection.query("SELECT seq, tbl, row, op, mask, uuid, parent FROM journal WHERE seq > ? ORDER BY seq",
                              after)) {}

bool JournalScan::next(JournalEntry& entry) {
    while (read(entry)) {
        if (entry.op != JournalOp::replaced) return true;
        if (is_there(entry)) continue;
        entry.op = JournalOp::deleted;
        return true;
    }
    return false;
}

bool JournalScan::is_there(const JournalEntry& entry) {
    const CapturedTableInfo& table = captured_table(entry.table);
    return connection_
        ->query(fmt::format("SELECT 1 FROM {} WHERE {} = ? AND uuid = ?", table.name, table.key.substr(2)), entry.row,
                entry.uuid)
        .step();
}

bool JournalScan::read(JournalEntry& entry) {
    if (!query_.step()) return false;
    const std::int64_t op = query_.integer(3);
    entry.seq = query_.integer(0);
    entry.table = static_cast<CapturedTable>(query_.integer(1));
    entry.row = query_.integer(2);
    entry.op = static_cast<JournalOp>(op % pulled_bit);
    entry.pulled = op >= pulled_bit;
    entry.mask = query_.integer(4);
    entry.uuid = query_.is_null(5) ? std::nullopt : std::optional(query_.uuid(5));
    entry.parent = query_.optional_integer(6);
    return true;
}

ChangedRows changed_rows(Connection& connection, std::int64_t after) {
    ChangedRows rows;
    rows.head = after;
    std::vector<GroupedEntry> entries;
    std::vector<Uuid> uuids;
    JournalScan scan(connection, after);
    for (JournalEntry entry; scan.next(entry);) {
        rows.head = entry.seq;
        if (entry.pulled) continue;
        if (entry.uuid) uuids.push_back(*entry.uuid);
        entries.push_back({.row = entry.row,
                           .seq = entry.seq,
                           .mask = entry.mask,
                           .uuid = entry.uuid ? static_cast<std::uint32_t>(uuids.size()) : 0,
                           .table = entry.table,
                           .op = entry.op});
    }
    std::sort(entries.begin(), entries.end(), [](const GroupedEntry& left, const GroupedEntry& right) {
        return std::tie(left.table, left.row, left.seq) < std::tie(right.table, right.row, right.seq);
    });
    Lives lives(rows);
    for (std::size_t at = 0; at < entries.size(); ++at) {
        lives.take(entries[at], uuids);
        if (at + 1 == entries.size() || !is_same_row(entries[at], entries[at + 1])) lives.finish();
    }
    return rows;
}

std::int64_t journal_cursor(Connection& connection, JournalReader reader) {
    Query row = connection.query("SELECT cursor FROM journal_readers WHERE reader = ?", name_of(reader));
    return row.step() ? row.integer(0) : 0;
}

std::int64_t journal_head(Connection& connection, JournalReader reader) {
    Query row = connection.query("SELECT max(seq) FROM journal");
    row.step();
    return std::max(row.integer(0), journal_cursor(connection, reader));
}

void advance_journal_cursor(WriteTransaction& write, JournalReader reader, std::int64_t seq) {
    write.connection()
        .query("UPDATE journal_readers SET cursor = ?1 WHERE reader = ?2 AND cursor < ?1", seq, name_of(reader))
        .run();
}

void trim_journal(WriteTransaction& write) {
    if (EDGE_PLANTED(journal_trimmed_early))
        write.connection().query("DELETE FROM journal WHERE seq <= (SELECT max(cursor) FROM journal_readers)").run();
    write.connection()
        .query(
            "DELETE FROM journal WHERE seq <= (SELECT min(cursor) FROM journal_readers) "
            "AND seq < (SELECT max(seq) FROM journal)")
        .run();
}

std::int64_t unread_rows(Connection& connection, JournalReader reader) {
    Query row =
        connection.query("SELECT count(*) FROM (SELECT DISTINCT tbl, row FROM journal WHERE seq > ? AND op < ?)",
                         journal_cursor(connection, reader), static_cast<std::int64_t>(JournalOp::replaced));
    row.step();
    return row.integer(0);
}

}  // namespace edge::storage
