#include "edge/storage/totals.hpp"

#include <algorithm>

namespace edge::storage {
namespace {

AmountRow read_amounts(const Query& row, int first) {
    AmountRow amounts{};
    for (std::size_t i = 0; i < amounts.size(); ++i) amounts.at(i) = row.integer(first + static_cast<int>(i));
    return amounts;
}

bool is_zero(const AmountRow& amounts) {
    return std::all_of(amounts.begin(), amounts.end(), [](std::int64_t amount) { return amount == 0; });
}

/// Wraps around at 64 bits, as the sums of analytics do: SQLite's own would turn into a REAL and be refused.
std::int64_t sum(std::int64_t a, std::int64_t b) {
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}

AmountRow sum(AmountRow amounts, const AmountRow& difference) {
    for (std::size_t i = 0; i < amounts.size(); ++i) amounts.at(i) = sum(amounts.at(i), difference.at(i));
    return amounts;
}

/// The statements on one table of plain counts.
struct CountStatements {
    std::string_view find;
    std::string_view put;
    std::string_view remove;
};

template <class Key>
void add_to_count(WriteTransaction& write, const CountStatements& statements, SellerId seller, Key key,
                  std::int64_t difference) {
    if (difference == 0) return;
    Connection& db = write.connection();
    std::int64_t count = difference;
    {
        Query row = db.query(statements.find, seller, key);
        if (row.step()) count = sum(row.integer(0), difference);
    }
    if (count == 0) {
        db.query(statements.remove, seller, key).run();
    } else {
        db.query(statements.put, seller, key, count).run();
    }
}

}  // namespace

void add_to_day(WriteTransaction& write, SellerId seller, LocalDate day, const AmountRow& difference) {
    if (is_zero(difference)) return;
    Connection& db = write.connection();
    AmountRow a = difference;
    each_day(db, seller, day, day, [&](LocalDate, const AmountRow& stored) { a = sum(stored, difference); });
    if (a.front() == 0) {
        db.query("DELETE FROM day_totals WHERE seller_id = ? AND day = ?", seller, day).run();
        return;
    }
    db.query(
          "INSERT OR REPLACE INTO day_totals (seller_id, day, bundles, posted, sold, closed_bundles, closed_posted, "
          "closed_sold, closed_reserved, closed_no_shows, grams_saved, co2_grams, revenue_minor) VALUES (?, ?, ?, ?, "
          "?, ?, ?, ?, ?, ?, ?, ?, ?)",
          seller, day, a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7], a[8], a[9], a[10])
        .run();
}

void add_to_seller(WriteTransaction& write, SellerId seller, const AmountRow& difference) {
    if (is_zero(difference)) return;
    Connection& db = write.connection();
    const AmountRow a = sum(seller_amounts(db, seller), difference);
    if (a.front() == 0) {
        db.query("DELETE FROM seller_totals WHERE seller_id = ?", seller).run();
        return;
    }
    db.query(
          "INSERT OR REPLACE INTO seller_totals (seller_id, bundles, posted, sold, closed_bundles, closed_posted, "
          "closed_sold, closed_reserved, closed_no_shows, grams_saved, co2_grams, revenue_minor) VALUES (?, ?, ?, ?, "
          "?, ?, ?, ?, ?, ?, ?, ?)",
          seller, a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7], a[8], a[9], a[10])
        .run();
}

void add_to_category(WriteTransaction& write, SellerId seller, CategoryId category, std::int64_t difference) {
    constexpr CountStatements statements = {
        "SELECT collected FROM category_totals WHERE seller_id = ? AND category_id = ?",
        "INSERT OR REPLACE INTO category_totals (seller_id, category_id, collected) VALUES (?, ?, ?)",
        "DELETE FROM category_totals WHERE seller_id = ? AND category_id = ?"};
    add_to_count(write, statements, seller, category, difference);
}

void add_to_window(WriteTransaction& write, SellerId seller, TimeOfDay window_start, std::int64_t difference) {
    constexpr CountStatements statements = {
        "SELECT collected FROM window_totals WHERE seller_id = ? AND window_start = ?",
        "INSERT OR REPLACE INTO window_totals (seller_id, window_start, collected) VALUES (?, ?, ?)",
        "DELETE FROM window_totals WHERE seller_id = ? AND window_start = ?"};
    add_to_count(write, statements, seller, window_start, difference);
}

void add_to_hour(WriteTransaction& write, SellerId seller, int week_hour, std::int64_t difference) {
    constexpr CountStatements statements = {
        "SELECT collected FROM hour_totals WHERE seller_id = ? AND week_hour = ?",
        "INSERT OR REPLACE INTO hour_totals (seller_id, week_hour, collected) VALUES (?, ?, ?)",
        "DELETE FROM hour_totals WHERE seller_id = ? AND week_hour = ?"};
    add_to_count(write, statements, seller, week_hour, difference);
}

AmountRow seller_amounts(Connection& db, SellerId seller) {
    Query row = db.query(
        "SELECT bundles, posted, sold, closed_bundles, closed_posted, closed_sold, closed_reserved, closed_no_shows, "
        "grams_saved, "
        "co2_grams, revenue_minor FROM seller_totals WHERE seller_id = ?",
        seller);
    return row.step() ? read_amounts(row, 0) : AmountRow{};
}

void each_day(Connection& db, SellerId seller, LocalDate from, LocalDate to,
              const std::function<void(LocalDate, const AmountRow&)>& found) {
    Query row = db.query(
        "SELECT day, bundles, posted, sold, closed_bundles, closed_posted, closed_sold, closed_reserved, "
        "closed_no_shows, grams_saved, "
        "co2_grams, revenue_minor FROM day_totals WHERE seller_id = ? AND day BETWEEN ? AND ? ORDER BY day",
        seller, from, to);
    while (row.step()) found(row.day(0), read_amounts(row, 1));
}

void each_category(Connection& db, SellerId seller, const std::function<void(CategoryId, std::int64_t)>& found) {
    Query row =
        db.query("SELECT category_id, collected FROM category_totals WHERE seller_id = ? ORDER BY category_id", seller);
    while (row.step()) found(CategoryId(row.integer(0)), row.integer(1));
}

void each_window(Connection& db, SellerId seller, const std::function<void(TimeOfDay, std::int64_t)>& found) {
    Query row =
        db.query("SELECT window_start, collected FROM window_totals WHERE seller_id = ? ORDER BY window_start", seller);
    while (row.step()) found(TimeOfDay(row.integer(0)), row.integer(1));
}

void each_hour(Connection& db, SellerId seller, const std::function<void(int, std::int64_t)>& found) {
    Query row = db.query("SELECT week_hour, collected FROM hour_totals WHERE seller_id = ? ORDER BY week_hour", seller);
    while (row.step()) found(static_cast<int>(row.integer(0)), row.integer(1));
}

void clear_totals(WriteTransaction& write, SellerId seller) {
    Connection& db = write.connection();
    db.query("DELETE FROM day_totals WHERE seller_id = ?", seller).run();
    db.query("DELETE FROM seller_totals WHERE seller_id = ?", seller).run();
    db.query("DELETE FROM category_totals WHERE seller_id = ?", seller).run();
    db.query("DELETE FROM window_totals WHERE seller_id = ?", seller).run();
    db.query("DELETE FROM hour_totals WHERE seller_id = ?", seller).run();
}

RefreshState find_refresh_state(Connection& db, SellerId seller) {
    Query row =
        db.query("SELECT closed_through, history_revision, upcoming FROM refresh_state WHERE seller_id = ?", seller);
    if (!row.step()) return {};
    return {.closed_through = row.time(0), .history_revision = row.integer(1), .upcoming = row.text(2)};
}

void put_refresh_state(WriteTransaction& write, SellerId seller, const RefreshState& state) {
    write.connection()
        .query(
            "INSERT OR REPLACE INTO refresh_state (seller_id, closed_through, history_revision, upcoming) VALUES (?, "
            "?, ?, ?)",
            seller, state.closed_through, state.history_revision, state.upcoming)
        .run();
}

void forget_seller(WriteTransaction& write, SellerId seller) {
    clear_totals(write, seller);
    write.connection().query("DELETE FROM contributions WHERE seller_id = ?", seller).run();
    write.connection().query("DELETE FROM refresh_state WHERE seller_id = ?", seller).run();
}

void raise_history_revisions(WriteTransaction& write) {
    write.connection().query("UPDATE refresh_state SET history_revision = history_revision + 1").run();
}

}  // namespace edge::storage
