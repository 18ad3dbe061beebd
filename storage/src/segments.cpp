#include "edge/storage/segments.hpp"

#include <fmt/format.h>

namespace edge::storage {
namespace {

std::vector<std::uint8_t> bytes_of(std::span<const std::uint8_t> blob) { return {blob.begin(), blob.end()}; }

}  // namespace

SyncLane get_sync_lane(Connection& connection, std::string_view lane) {
    Query row = connection.query("SELECT epoch, next_seq, head, applied, durable FROM sync_lanes WHERE lane = ?", lane);
    if (!row.step()) {
        throw Error(ErrorCode::corrupt_data,
                    fmt::format("cannot sync {}: it has no lane '{}'", connection.path(), lane));
    }
    return {.epoch = row.integer(0),
            .next_seq = row.integer(1),
            .head = bytes_of(row.blob(2)),
            .applied = row.integer(3),
            .durable = row.integer(4)};
}

void set_lane_head(WriteTransaction& write, std::string_view lane, const SyncLane& state) {
    write.connection()
        .query("UPDATE sync_lanes SET epoch = ?, next_seq = ?, head = ?, applied = ?, durable = ? WHERE lane = ?",
               state.epoch, state.next_seq, std::span(state.head), state.applied, state.durable, lane)
        .run();
}

bool set_watermarks(WriteTransaction& write, std::string_view lane, std::int64_t epoch, std::int64_t applied,
                    std::int64_t durable) {
    write.connection()
        .query("UPDATE sync_lanes SET applied = ?, durable = ? WHERE lane = ? AND epoch = ?", applied, durable, lane,
               epoch)
        .run();
    return write.connection().changes() > 0;
}

void insert_part(WriteTransaction& write, const StoredPart& part, std::string_view bytes) {
    const std::span blob(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
    write.connection()
        .query(
            "INSERT INTO sync_segments (lane, epoch, seq, part, parts, changes, hash, bytes, sealed_at) VALUES (?, ?, "
            "?, ?, ?, ?, ?, ?, ?)",
            part.lane, part.epoch, part.seq, part.part, part.parts, part.changes, std::span(part.hash), blob,
            part.sealed_at)
        .run();
}

std::vector<StoredPart> list_parts(Connection& connection) {
    std::vector<StoredPart> parts;
    Query row = connection.query(
        "SELECT lane, epoch, seq, part, parts, changes, hash, length(bytes), sealed_at FROM sync_segments ORDER BY "
        "lane DESC, epoch, seq, part");
    while (row.step()) {
        parts.push_back({.lane = row.text(0),
                         .epoch = row.integer(1),
                         .seq = row.integer(2),
                         .part = static_cast<int>(row.integer(3)),
                         .parts = static_cast<int>(row.integer(4)),
                         .changes = row.integer(5),
                         .hash = bytes_of(row.blob(6)),
                         .size = row.integer(7),
                         .sealed_at = row.time(8)});
    }
    return parts;
}

std::optional<std::string> find_part_bytes(Connection& connection, std::string_view lane, std::int64_t epoch,
                                           std::int64_t seq, int part) {
    Query row =
        connection.query("SELECT bytes FROM sync_segments WHERE lane = ? AND epoch = ? AND seq = ? AND part = ?", lane,
                         epoch, seq, part);
    if (!row.step()) return std::nullopt;
    const std::span<const std::uint8_t> blob = row.blob(0);
    return std::string(reinterpret_cast<const char*>(blob.data()), blob.size());
}

void delete_parts_through(WriteTransaction& write, std::string_view lane, std::int64_t epoch, std::int64_t seq) {
    write.connection()
        .query("DELETE FROM sync_segments WHERE lane = ? AND epoch = ? AND seq <= ?", lane, epoch, seq)
        .run();
}

UnappliedParts unapplied_parts(Connection& connection) {
    Query row = connection.query(
        "SELECT coalesce(sum(s.changes), 0), coalesce(sum(length(s.bytes)), 0), min(s.sealed_at) FROM sync_segments s "
        "JOIN sync_lanes l USING (lane) WHERE s.epoch = l.epoch AND s.seq > l.applied");
    row.step();
    return {.changes = row.integer(0), .bytes = row.integer(1), .oldest = row.optional_time(2)};
}

}  // namespace edge::storage
