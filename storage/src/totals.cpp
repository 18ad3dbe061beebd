#include "edge/storage/totals.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace edge::storage {
namespace {

std::string join(const std::vector<CategoryId>& categories) {
    std::string text;
    for (const CategoryId category : categories) text += fmt::format("{}{}", text.empty() ? "" : ",", category.value());
    return text;
}

std::vector<CategoryId> split(std::string_view text) {
    std::vector<CategoryId> categories;
    while (!text.empty()) {
        std::int64_t id = 0;
        const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), id);
        if (failure != std::errc())
            throw Error(ErrorCode::corrupt_data, fmt::format("cannot read a contribution's categories '{}'", text));
        categories.emplace_back(id);
        text.remove_prefix(static_cast<std::size_t>(end - text.data()));
        if (!text.empty()) text.remove_prefix(1);
    }
    return categories;
}

AmountRow read_amounts(const Query& row, int first) {
    AmountRow amounts{};
    for (std::size_t i = 0; i < amounts.size(); ++i) amounts.at(i) = row.integer(first + static_cast<int>(i));
    return amounts;
}

bool is_zero(const AmountRow& amounts) {
    return std::all_of(amounts.begin(), amounts.end(), [](std::int64_t amount) { return amount == 0; });
}

ContributionRow read_contribution(const Query& row) {
    ContributionRow contribution{.seller = SellerId(row.integer(1)),
                                 .day = row.day(2),
                                 .window_start = TimeOfDay(row.integer(3)),
                                 .categories = split(row.view(4))};
    contribution.amounts.front() = 1;
    for (std::size_t i = 1; i < contribution.amounts.size(); ++i)
        contribution.amounts.at(i) = row.integer(4 + static_cast<int>(i));
    return contribution;
}

/// Adds to one number and removes its row when it comes to zero. The three statements are those of one table.
template <class Key>
void add_to_count(WriteTransaction& write, std::string_view upsert, std::string_view remove, SellerId seller, Key key,
                  std::int64_t difference) {
    if (difference == 0) return;
    write.connection().query(upsert, seller, key, difference).run();
    write.connection().query(remove, seller, key).run();
}

}  // namespace

std::optional<ContributionRow> find_contribution(Connection& db, BundleId bundle) {
    Query row = db.query(
        "SELECT bundle_id, seller_id, day, window_start, categories, posted, sold, closed_bundles, closed_posted, "
        "closed_sold, "
        "closed_reserved, closed_no_shows, grams_saved, co2_grams, revenue_minor FROM contributions WHERE bundle_id = "
        "?",
        bundle);
    if (!row.step()) return std::nullopt;
    return read_contribution(row);
}

void put_contribution(WriteTransaction& write, BundleId bundle, const ContributionRow& row) {
    const AmountRow& a = row.amounts;
    const std::string categories = join(row.categories);
    write.connection()
        .query(
            "INSERT OR REPLACE INTO contributions (bundle_id, seller_id, day, window_start, categories, posted, sold, "
            "closed_bundles, "
            "closed_posted, closed_sold, closed_reserved, closed_no_shows, grams_saved, co2_grams, revenue_minor) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            bundle, row.seller, row.day, row.window_start, categories, a[1], a[2], a[3], a[4], a[5], a[6], a[7], a[8],
            a[9], a[10])
        .run();
}

void remove_contribution(WriteTransaction& write, BundleId bundle) {
    write.connection().query("DELETE FROM contributions WHERE bundle_id = ?", bundle).run();
}

void each_contribution(Connection& db, SellerId seller,
                       const std::function<void(BundleId, const ContributionRow&)>& found) {
    Query row = db.query(
        "SELECT bundle_id, seller_id, day, window_start, categories, posted, sold, closed_bundles, closed_posted, "
        "closed_sold, "
        "closed_reserved, closed_no_shows, grams_saved, co2_grams, revenue_minor FROM contributions WHERE seller_id = "
        "? "
        "ORDER BY bundle_id",
        seller);
    while (row.step()) found(BundleId(row.integer(0)), read_contribution(row));
}

void add_to_day(WriteTransaction& write, SellerId seller, LocalDate day, const AmountRow& d) {
    if (is_zero(d)) return;
    Connection& db = write.connection();
    db.query(
          "INSERT INTO day_totals (seller_id, day, bundles, posted, sold, closed_bundles, closed_posted, closed_sold, "
          "closed_reserved, closed_no_shows, grams_saved, co2_grams, revenue_minor) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, "
          "?, ?, ?, ?) "
          "ON CONFLICT (seller_id, day) DO UPDATE SET bundles = bundles + excluded.bundles, posted = posted + "
          "excluded.posted, "
          "sold = sold + excluded.sold, closed_bundles = closed_bundles + excluded.closed_bundles, "
          "closed_posted = closed_posted + excluded.closed_posted, closed_sold = closed_sold + excluded.closed_sold, "
          "closed_reserved = closed_reserved + excluded.closed_reserved, "
          "closed_no_shows = closed_no_shows + excluded.closed_no_shows, grams_saved = grams_saved + "
          "excluded.grams_saved, "
          "co2_grams = co2_grams + excluded.co2_grams, revenue_minor = revenue_minor + excluded.revenue_minor",
          seller, day, d[0], d[1], d[2], d[3], d[4], d[5], d[6], d[7], d[8], d[9], d[10])
        .run();
    db.query("DELETE FROM day_totals WHERE seller_id = ? AND day = ? AND bundles = 0", seller, day).run();
}

void add_to_seller(WriteTransaction& write, SellerId seller, const AmountRow& d) {
    if (is_zero(d)) return;
    Connection& db = write.connection();
    db.query(
          "INSERT INTO seller_totals (seller_id, bundles, posted, sold, closed_bundles, closed_posted, closed_sold, "
          "closed_reserved, "
          "closed_no_shows, grams_saved, co2_grams, revenue_minor) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
          "ON CONFLICT (seller_id) DO UPDATE SET bundles = bundles + excluded.bundles, posted = posted + "
          "excluded.posted, "
          "sold = sold + excluded.sold, closed_bundles = closed_bundles + excluded.closed_bundles, "
          "closed_posted = closed_posted + excluded.closed_posted, closed_sold = closed_sold + excluded.closed_sold, "
          "closed_reserved = closed_reserved + excluded.closed_reserved, "
          "closed_no_shows = closed_no_shows + excluded.closed_no_shows, grams_saved = grams_saved + "
          "excluded.grams_saved, "
          "co2_grams = co2_grams + excluded.co2_grams, revenue_minor = revenue_minor + excluded.revenue_minor",
          seller, d[0], d[1], d[2], d[3], d[4], d[5], d[6], d[7], d[8], d[9], d[10])
        .run();
    db.query("DELETE FROM seller_totals WHERE seller_id = ? AND bundles = 0", seller).run();
}

void add_to_category(WriteTransaction& write, SellerId seller, CategoryId category, std::int64_t difference) {
    add_to_count(write,
                 "INSERT INTO category_totals (seller_id, category_id, collected) VALUES (?, ?, ?) ON CONFLICT "
                 "(seller_id, category_id) "
                 "DO UPDATE SET collected = collected + excluded.collected",
                 "DELETE FROM category_totals WHERE seller_id = ? AND category_id = ? AND collected = 0", seller,
                 category, difference);
}

void add_to_window(WriteTransaction& write, SellerId seller, TimeOfDay window_start, std::int64_t difference) {
    add_to_count(write,
                 "INSERT INTO window_totals (seller_id, window_start, collected) VALUES (?, ?, ?) ON CONFLICT "
                 "(seller_id, window_start) "
                 "DO UPDATE SET collected = collected + excluded.collected",
                 "DELETE FROM window_totals WHERE seller_id = ? AND window_start = ? AND collected = 0", seller,
                 window_start, difference);
}

void add_to_hour(WriteTransaction& write, SellerId seller, int week_hour, std::int64_t difference) {
    add_to_count(
        write,
        "INSERT INTO hour_totals (seller_id, week_hour, collected) VALUES (?, ?, ?) ON CONFLICT (seller_id, week_hour) "
        "DO UPDATE SET collected = collected + excluded.collected",
        "DELETE FROM hour_totals WHERE seller_id = ? AND week_hour = ? AND collected = 0", seller, week_hour,
        difference);
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
    db.query("DELETE FROM contributions WHERE seller_id = ?", seller).run();
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

}  // namespace edge::storage
