#include "edge/storage/sync_state.hpp"

#include <charconv>

namespace edge::storage {

std::string find_sync_state(Connection& connection, std::string_view name) {
    Query row = connection.query("SELECT value FROM sync_state WHERE name = ?", name);
    return row.step() ? row.text(0) : std::string();
}

std::int64_t find_sync_number(Connection& connection, std::string_view name) {
    const std::string text = find_sync_state(connection, name);
    std::int64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

void set_sync_state(WriteTransaction& write, std::string_view name, std::string_view value) {
    write.connection()
        .query(
            "INSERT INTO sync_state (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = "
            "excluded.value WHERE value <> excluded.value",
            name, value)
        .run();
}

void set_sync_state(WriteTransaction& write, std::string_view name, std::int64_t value) {
    set_sync_state(write, name, std::string_view(std::to_string(value)));
}

void forget_sync_states(WriteTransaction& write, std::string_view prefix) {
    write.connection().query("DELETE FROM sync_state WHERE substr(name, 1, length(?1)) = ?1", prefix).run();
}

bool insert_reject(WriteTransaction& write, const SyncReject& reject) {
    write.connection()
        .query(
            "INSERT INTO sync_rejects (lane, epoch, seq, part, position, tbl, row_key, outcome, reason, change, "
            "received_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            reject.lane, reject.epoch, reject.seq, reject.part, reject.position, reject.table, reject.key,
            reject.outcome, reject.reason, reject.change, reject.received_at)
        .run();
    return write.connection().changes() > 0;
}

std::int64_t next_reject_position(Connection& connection, std::string_view lane, std::int64_t epoch, std::int64_t seq) {
    Query row = connection.query(
        "SELECT coalesce(max(position) + 1, 0) FROM sync_rejects WHERE lane = ? AND epoch = ? AND seq = ? AND part = "
        "0",
        lane, epoch, seq);
    row.step();
    return row.integer(0);
}

std::int64_t count_rejects(Connection& connection) {
    Query row = connection.query("SELECT count(*) FROM sync_rejects WHERE state = 'open'");
    row.step();
    return row.integer(0);
}

bool has_unapplied_rows(Connection& connection) {
    return connection.query("SELECT 1 FROM sync_rejects WHERE lane = ? LIMIT 1", pulled_lane).step();
}

void insert_unapplied_row(WriteTransaction& write, SyncReject reject) {
    reject.lane = pulled_lane;
    reject.outcome = unapplied_outcome;
    reject.position = next_reject_position(write.connection(), pulled_lane, reject.epoch, reject.seq);
    insert_reject(write, reject);
}

void forget_unapplied_row(WriteTransaction& write, std::string_view table, std::string_view key) {
    write.connection()
        .query("DELETE FROM sync_rejects WHERE lane = ? AND tbl = ? AND row_key = ?", pulled_lane, table, key)
        .run();
}

}  // namespace edge::storage
