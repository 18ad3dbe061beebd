#include "engine_state.hpp"
#include "sync_held.hpp"

#include "edge/storage/journal.hpp"
#include "edge/storage/sellers.hpp"

#include <filesystem>

namespace edge {

using storage::Query;

namespace {

template <class... Values>
std::int64_t number(storage::Connection& db, std::string_view sql, const Values&... values) {
    Query row = db.query(sql, values...);
    return row.step() ? row.integer(0) : 0;
}

std::int64_t file_bytes(const std::string& path) {
    std::int64_t bytes = 0;
    for (const char* suffix : {"", "-wal"}) {
        std::error_code missing;
        const std::uintmax_t size = std::filesystem::file_size(path + suffix, missing);
        if (!missing) bytes += static_cast<std::int64_t>(size);
    }
    return bytes;
}

// A screen that is looked at often must not cost more as the history grows. Each CROSS JOIN below keeps the order of
// its tables: SQLite does not know which is small, and would begin with the bundles or reservations of years.

/// All but those of others, who have few: SQLite counts a table page by page, one seller's rows row by row.
std::int64_t bundles_of(storage::Connection& db, SellerId seller) {
    return number(db, "SELECT count(*) FROM bundles") -
           number(db, "SELECT count(*) FROM bundles WHERE seller_id < ?1 OR seller_id > ?1", seller);
}

std::int64_t reservations_of(storage::Connection& db, SellerId seller) {
    return number(db, "SELECT count(*) FROM reservations") -
           number(
               db,
               "SELECT count(*) FROM bundles b CROSS JOIN reservations r USING (bundle_id) WHERE b.seller_id < ?1 OR "
               "b.seller_id > ?1",
               seller);
}

/// Windows that ended since the last refresh, and older ones that were changed since, without recorded inputs.
std::int64_t windows_to_close(storage::Connection& db, SellerId seller, Timestamp now) {
    return number(db,
                  "SELECT count(*) FROM (SELECT bundle_id FROM bundles WHERE seller_id = ?1 AND window_end <= ?2 AND "
                  "window_end > coalesce((SELECT closed_through FROM refresh_state WHERE seller_id = ?1), "
                  "-9223372036854775808) UNION SELECT b.bundle_id FROM journal j CROSS JOIN bundles b ON b.bundle_id = "
                  "j.row WHERE j.seq > ?3 AND j.tbl = ?4 AND b.seller_id = ?1 AND b.window_end <= ?2) e WHERE NOT "
                  "EXISTS (SELECT 1 FROM closed_windows c WHERE c.bundle_id = e.bundle_id)",
                  seller, now, storage::journal_cursor(db, storage::JournalReader::analytics),
                  static_cast<int>(storage::CapturedTable::bundles));
}

}  // namespace

StatusReport Engine::status() {
    storage::Connection& db = state_->db;
    const SellerId id = home_seller();
    StatusReport report{.path = db.path(), .seller = storage::get_seller(db, id), .as_of = state_->now()};
    const TimeZone& zone = state_->time_zone_or_utc(report.seller.time_zone);
    const LocalDate today = zone.to_local(report.as_of).day;
    {
        const storage::ReadTransaction read(db);
        report.bundles = bundles_of(db, id);
        report.open_bundles =
            number(db, "SELECT count(*) FROM bundles WHERE seller_id = ? AND window_end > ? AND closed_at IS NULL", id,
                   report.as_of);
        report.reservations = reservations_of(db, id);
        report.open_reservations =
            number(db,
                   "SELECT count(*) FROM bundles b CROSS JOIN reservations r USING (bundle_id) WHERE "
                   "b.seller_id = ? AND b.window_end > ? AND "
                   "r.collected_at IS NULL AND r.cancelled_at IS NULL",
                   id, report.as_of);
        report.windows_to_close = windows_to_close(db, id, report.as_of);
        report.unrefreshed = storage::unread_rows(db, storage::JournalReader::analytics);
    }
    report.today = bundles({.seller = id,
                            .starts_before = zone.to_instant(today + std::chrono::days(1), TimeOfDay(0)),
                            .ends_after = zone.to_instant(today, TimeOfDay(0))});
    report.unsent = pending_changes(db);
    report.file_bytes = file_bytes(db.path());
    return report;
}

}  // namespace edge
