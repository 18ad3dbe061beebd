#include "sqlite_trimming.hpp"

#include "stored_form.hpp"

namespace edge::hub {

using storage::Connection;
using storage::Query;

std::vector<std::string> sellers_to_trim(Connection& db, const std::string& after, Timestamp marked_until) {
    Query query = db.query(
        "SELECT seller FROM seller_head WHERE seller > ? AND (marked_at IS NULL OR marked_at <= ?) ORDER BY seller "
        "LIMIT ?",
        after, marked_until, static_cast<std::int64_t>(sellers_at_once));
    std::vector<std::string> found;
    while (query.step()) found.push_back(query.text(0));
    return found;
}

void trim_seller(storage::WriteTransaction& write, const std::string& seller, Timestamp now, std::chrono::seconds keep,
                 Trimming& done) {
    static const std::string newest_shared =
        "SELECT coalesce(max(version), 0) FROM hub_row WHERE seller = ? AND deleted = 1 AND version <= ? AND tbl IN (" +
        shared_table_numbers() + ")";
    Connection& db = write.connection();
    Query mark = db.query("SELECT mark_seq, marked_at FROM seller_head WHERE seller = ?", seller);
    if (!mark.step()) return;
    const std::optional<Timestamp> marked_at = mark.optional_time(1);
    if (marked_at && *marked_at > now - keep) return;  // another process was faster
    ++done.sellers;
    const std::int64_t until = marked_at ? mark.integer(0) : 0;
    Query newest = db.query(newest_shared, seller, until);
    newest.step();
    const std::int64_t trimmed = newest.integer(0);
    db.query("DELETE FROM hub_row WHERE seller = ? AND deleted = 1 AND version <= ?", seller, until).run();
    done.tombstones += db.changes();
    db.query("DELETE FROM history WHERE seller = ? AND at <= ?", seller, now - keep).run();
    done.lost += db.changes();
    db.query("UPDATE seller_head SET trimmed = max(trimmed, ?), mark_seq = seq, marked_at = ? WHERE seller = ?",
             trimmed, now, seller)
        .run();
}

}  // namespace edge::hub
