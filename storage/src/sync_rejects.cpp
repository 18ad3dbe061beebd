#include "edge/storage/sync_rejects.hpp"

#include <fmt/format.h>

namespace edge::storage {
namespace {

constexpr std::string_view columns =
    "reject_id, lane, epoch, seq, part, position, tbl, row_key, outcome, reason, change, received_at, state, "
    "settled_at";

StoredReject read_reject(const Query& row) {
    return {.id = row.integer(0),
            .reject = {.lane = row.text(1),
                       .epoch = row.integer(2),
                       .seq = row.integer(3),
                       .part = static_cast<int>(row.integer(4)),
                       .position = row.integer(5),
                       .table = row.text(6),
                       .key = row.text(7),
                       .outcome = row.text(8),
                       .reason = row.text(9),
                       .change = row.text(10),
                       .received_at = row.time(11)},
            .state = row.text(12),
            .settled_at = row.optional_time(13)};
}

/// The journal's `row` and `parent` for one row of the table, and the row itself under the name `r`.
std::string source_of(const CapturedTableInfo& table) {
    std::string key;
    for (const char c : table.key) key += c == '@' ? std::string("r") : std::string(1, c);
    const std::string parent = table.parent.empty() ? "NULL" : fmt::format("r.{}", table.parent);
    return fmt::format("SELECT {}, {}, ?1, ?2, {} FROM {} r", static_cast<int>(table.number), key, parent, table.name);
}

bool journal_from(WriteTransaction& write, Query& query) {
    query.run();
    return write.connection().changes() > 0;
}

}  // namespace

std::vector<StoredReject> list_rejects(Connection& connection, std::string_view state) {
    Query rows = connection.query(
        fmt::format("SELECT {} FROM sync_rejects WHERE ?1 = '' OR state = ?1 ORDER BY reject_id", columns), state);
    std::vector<StoredReject> found;
    while (rows.step()) found.push_back(read_reject(rows));
    return found;
}

std::optional<StoredReject> find_reject(Connection& connection, std::int64_t id) {
    Query row = connection.query(fmt::format("SELECT {} FROM sync_rejects WHERE reject_id = ?", columns), id);
    if (!row.step()) return std::nullopt;
    return read_reject(row);
}

void settle_reject(WriteTransaction& write, std::int64_t id, std::string_view state, Timestamp now) {
    write.connection()
        .query("UPDATE sync_rejects SET state = ?, settled_at = ? WHERE reject_id = ? AND state = 'open'", state, now,
               id)
        .run();
}

std::vector<StoredReject> untold_rejects(Connection& connection) {
    Query rows = connection.query(
        fmt::format("SELECT {} FROM sync_rejects WHERE told = 0 AND lane <> ? AND part > 0 ORDER BY reject_id",
                    columns),
        pulled_lane);
    std::vector<StoredReject> found;
    while (rows.step()) found.push_back(read_reject(rows));
    return found;
}

void follow_hub(WriteTransaction& write, const RejectPlace& place, std::string_view state, Timestamp now) {
    write.connection()
        .query(
            "UPDATE sync_rejects SET state = ?1, told = ?1 <> 'open', settled_at = CASE WHEN ?1 = 'open' THEN NULL "
            "ELSE coalesce(settled_at, ?2) END WHERE lane = ?3 AND epoch = ?4 AND seq = ?5 AND part = ?6 AND position "
            "= "
            "?7",
            state, now, place.lane, place.epoch, place.seq, place.part, place.position)
        .run();
}

void set_told(WriteTransaction& write, const RejectPlace& place, bool told) {
    write.connection()
        .query(
            "UPDATE sync_rejects SET told = ? WHERE lane = ? AND epoch = ? AND seq = ? AND part = ? AND position = ? "
            "AND "
            "state <> 'open'",
            told, place.lane, place.epoch, place.seq, place.part, place.position)
        .run();
}

std::vector<StoredReject> rejects_of_segments(Connection& connection, std::string_view lane, std::int64_t epoch,
                                              std::int64_t first, std::int64_t last) {
    Query rows = connection.query(
        fmt::format("SELECT {} FROM sync_rejects WHERE lane = ? AND epoch = ? AND seq BETWEEN ? AND ? AND part > 0 "
                    "ORDER BY reject_id",
                    columns),
        lane, epoch, first, last);
    std::vector<StoredReject> found;
    while (rows.step()) found.push_back(read_reject(rows));
    return found;
}

void forget_reject(WriteTransaction& write, std::int64_t id) {
    write.connection().query("DELETE FROM sync_rejects WHERE reject_id = ?", id).run();
}

bool journal_again(WriteTransaction& write, CapturedTable table, const Uuid& uuid, JournalOp op, std::int64_t mask) {
    Query query =
        write.connection().query(fmt::format("INSERT INTO journal (tbl, row, op, mask, parent) {} WHERE r.uuid = ?3",
                                             source_of(captured_table(table))),
                                 static_cast<std::int64_t>(op), mask, uuid);
    return journal_from(write, query);
}

bool journal_point_again(WriteTransaction& write, const Uuid& series, std::int64_t sort_index, JournalOp op,
                         std::int64_t mask) {
    Query query = write.connection().query(
        fmt::format("INSERT INTO journal (tbl, row, op, mask, parent) {} WHERE r.series_id = (SELECT series_id FROM "
                    "analytics_series WHERE uuid = ?3) AND r.sort_index = ?4",
                    source_of(captured_table(CapturedTable::analytics_points))),
        static_cast<std::int64_t>(op), mask, series, sort_index);
    return journal_from(write, query);
}

void journal_deletion_again(WriteTransaction& write, CapturedTable table, std::int64_t row,
                            const std::optional<Uuid>& uuid) {
    write.connection()
        .query("INSERT INTO journal (tbl, row, op, mask, uuid) VALUES (?, ?, ?, 0, ?)", static_cast<int>(table), row,
               static_cast<std::int64_t>(JournalOp::deleted), uuid)
        .run();
}

}  // namespace edge::storage
