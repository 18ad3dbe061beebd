#include "edge/storage/sync_repairs.hpp"

namespace edge::storage {
namespace {

std::int64_t number(Query row) {
    row.step();
    return row.integer(0);
}

}  // namespace

void insert_repair(WriteTransaction& write, const SyncRepair& repair) {
    write.connection()
        .query("INSERT INTO sync_repairs (tbl, bucket, row_count, repaired_at) VALUES (?, ?, ?, ?)",
               static_cast<std::int64_t>(repair.table), static_cast<std::int64_t>(repair.bucket), repair.rows,
               repair.at)
        .run();
}

std::int64_t count_repairs(Connection& connection, CapturedTable table, std::size_t bucket, Timestamp since) {
    return number(connection.query("SELECT count(*) FROM sync_repairs WHERE tbl = ? AND bucket = ? AND repaired_at > ?",
                                   static_cast<std::int64_t>(table), static_cast<std::int64_t>(bucket), since));
}

std::int64_t count_repairs(Connection& connection, Timestamp since) {
    return number(connection.query("SELECT count(*) FROM sync_repairs WHERE repaired_at > ?", since));
}

std::int64_t count_buckets_repaired(Connection& connection, std::int64_t times, Timestamp since) {
    return number(connection.query(
        "SELECT count(*) FROM (SELECT 1 FROM sync_repairs WHERE repaired_at > ? GROUP BY tbl, bucket HAVING count(*) "
        ">= ?)",
        since, times));
}

}  // namespace edge::storage
