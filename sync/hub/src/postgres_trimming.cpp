#include "postgres_trimming.hpp"

#include "postgres_pool.hpp"
#include "stored_form.hpp"

#include <charconv>

namespace edge::hub {
namespace {

constexpr std::int64_t sellers_at_once = 200;
// Which sellers there are to look at is no part of a sync.
constexpr std::string_view select_due =
    "SELECT seller FROM edge.seller_head WHERE seller > $1::text AND (marked_at IS NULL OR marked_at <= $2::bigint) "
    "ORDER BY seller LIMIT $3::bigint";
constexpr std::string_view lock_mark = "SELECT mark_seq, marked_at FROM edge.seller_head WHERE seller = $1 FOR UPDATE";
constexpr std::string_view select_newest =
    "SELECT coalesce(max(version), 0)::bigint FROM edge.hub_row WHERE seller = $1 AND deleted AND version <= "
    "$2::bigint "
    "AND tbl IN (";
constexpr std::string_view delete_tombstones =
    "DELETE FROM edge.hub_row WHERE seller = $1 AND deleted AND version <= $2::bigint";
constexpr std::string_view delete_history = "DELETE FROM edge.history WHERE seller = $1 AND at <= $2::bigint";
constexpr std::string_view update_mark =
    "UPDATE edge.seller_head SET trimmed = greatest(trimmed, $2::bigint), mark_seq = seq, marked_at = $3::bigint "
    "WHERE seller = $1";

/// "DELETE 3"
std::int64_t rows_of(const PostgresResult& result) {
    const std::string_view command = result.command();
    std::int64_t rows = 0;
    const std::string_view number = command.substr(command.rfind(' ') + 1);
    std::from_chars(number.data(), number.data() + number.size(), rows);
    return rows;
}

void trim_seller(PostgresConnection& db, const std::string& stored_seller, Timestamp now, std::chrono::seconds keep,
                 Trimming& done) {
    static const std::string newest = std::string(select_newest) + shared_table_numbers() + ")";
    const auto seller = [&] { return PostgresValues().text(stored_seller); };
    PostgresTransaction transaction(db, PostgresTransaction::Kind::write);
    const PostgresResult mark = db.run(lock_mark, seller());
    if (mark.size() == 0) return;
    const bool marked = !mark.is_null(0, 1);
    if (marked && mark.time(0, 1) > now - keep) return;  // another hub was faster
    const std::int64_t until = marked ? mark.integer(0, 0) : 0;
    const std::int64_t trimmed = db.run(newest, seller().integer(until)).integer(0, 0);
    db.queue(delete_tombstones, seller().integer(until));
    db.queue(delete_history, seller().instant(now - keep));
    db.queue(update_mark, seller().integer(trimmed).instant(now));
    const std::vector<PostgresResult> results = db.run();
    transaction.commit();
    ++done.sellers;
    done.tombstones += rows_of(results.at(0));
    done.lost += rows_of(results.at(1));
}

}  // namespace

Trimming trim_sellers(PostgresConnection& db, const std::string& after, Timestamp now, std::chrono::seconds keep) {
    PostgresValues values;
    values.name(after).instant(now - keep).integer(sellers_at_once);
    const PostgresResult due = db.run(select_due, values);
    Trimming done;
    for (int row = 0; row < due.size(); ++row) trim_seller(db, due.text(row, 0), now, keep, done);
    if (due.size() == sellers_at_once) done.next = due.name(due.size() - 1, 0);
    return done;
}

}  // namespace edge::hub
