#include "edge/storage/forecasts.hpp"

#include "input_row.hpp"

#include "edge/storage/bundles.hpp"

namespace edge::storage {
namespace {

std::optional<std::string_view> flag_name(std::optional<WeatherFlag> flag) {
    if (!flag) return std::nullopt;
    return name_of(*flag);
}

}  // namespace

void read_input(const Query& row, InputRow& input) {
    input.bundle = BundleId(row.integer(0));
    input.seller = SellerId(row.integer(2));
    input.category = row.is_null(3) ? std::nullopt : std::optional(CategoryId(row.integer(3)));
    input.day_of_week = row.view(4);
    input.window = {.start = row.time(5), .end = row.time(6)};
    input.is_holiday = row.integer(7) != 0;
    input.temperature = row.readable_decimal<Celsius>(8);
    input.weather = row.is_null(9) ? std::nullopt : parse_weather_flag(row.view(9));
    input.reservations = row.integer(10);
    input.no_shows = row.integer(11);
    input.posted = row.optional_integer(12);
}

void insert_input(WriteTransaction& write, const InputRow& row, const Uuid& uuid) {
    write.connection()
        .query(
            "INSERT INTO forecast_input (uuid, bundle_id, seller_id, category_id, day_of_week, window_start, "
            "window_end, is_holiday, "
            "temperature, weather_flag, observed_reservations, observed_no_shows, posted_qty) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            uuid, row.bundle, row.seller, row.category, row.day_of_week, row.window.start, row.window.end,
            row.is_holiday, row.temperature, flag_name(row.weather), row.reservations, row.no_shows, row.posted)
        .run();
}

void update_input(WriteTransaction& write, std::int64_t id, const InputRow& row) {
    write.connection()
        .query(
            "UPDATE forecast_input SET seller_id = ?, category_id = ?, day_of_week = ?, window_start = ?, window_end = "
            "?, "
            "is_holiday = ?, temperature = ?, weather_flag = ?, observed_reservations = ?, observed_no_shows = ?, "
            "posted_qty = ? "
            "WHERE input_id = ?",
            row.seller, row.category, row.day_of_week, row.window.start, row.window.end, row.is_holiday,
            row.temperature, flag_name(row.weather), row.reservations, row.no_shows, row.posted, id)
        .run();
}

void remove_input(WriteTransaction& write, std::int64_t id) {
    write.connection().query("DELETE FROM forecast_input WHERE input_id = ?", id).run();
}

std::vector<UpcomingBundle> upcoming_bundles(Connection& db, SellerId seller, Timestamp now) {
    std::vector<UpcomingBundle> bundles;
    Query row = db.query(
        "SELECT b.bundle_id, b.window_start, b.window_end, b.total_qty, d.context, o.output_id FROM bundles b "
        "LEFT JOIN forecast_output o ON o.bundle_id = b.bundle_id LEFT JOIN forecast_details d ON d.bundle_id = "
        "b.bundle_id "
        "WHERE b.seller_id = ? AND b.window_start > ? ORDER BY b.window_start, b.bundle_id",
        seller, now);
    while (row.step()) {
        const BundleId id(row.integer(0));
        bundles.push_back({.id = id,
                           .window = {.start = row.time(1), .end = row.time(2)},
                           .total_qty = row.integer(3),
                           .categories = categories_of(db, id),
                           .context = row.is_null(5) ? std::nullopt : row.optional_text(4)});
    }
    return bundles;
}

bool put_forecast(WriteTransaction& write, const OutputRow& row, const Uuid& uuid, Timestamp now) {
    Connection& db = write.connection();
    const std::int64_t before = db.total_changes();
    db.query(
          "INSERT INTO forecast_output (uuid, bundle_id, seller_id, window_start, predicted_reservations, "
          "predicted_sales, posted_qty, "
          "predicted_no_show_prob, confidence, rationale, method, generated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
          "?, ?) "
          "ON CONFLICT (bundle_id) DO UPDATE SET seller_id = excluded.seller_id, window_start = excluded.window_start, "
          "predicted_reservations = excluded.predicted_reservations, predicted_sales = excluded.predicted_sales, "
          "posted_qty = excluded.posted_qty, predicted_no_show_prob = excluded.predicted_no_show_prob, "
          "confidence = excluded.confidence, rationale = excluded.rationale, method = excluded.method, "
          "generated_at = excluded.generated_at WHERE (seller_id, window_start, predicted_reservations, "
          "predicted_sales, posted_qty, "
          "predicted_no_show_prob, confidence, rationale, method) IS NOT (excluded.seller_id, excluded.window_start, "
          "excluded.predicted_reservations, excluded.predicted_sales, excluded.posted_qty, "
          "excluded.predicted_no_show_prob, "
          "excluded.confidence, excluded.rationale, excluded.method)",
          uuid, row.bundle, row.seller, row.window_start, row.predicted_reservations, row.predicted_sales,
          row.posted_qty, row.no_show_prob, row.confidence, row.rationale, row.method, now)
        .run();
    const bool changed = db.total_changes() != before;
    db.query(
          "INSERT OR REPLACE INTO forecast_details (bundle_id, context, mean, quantiles, demand_uncut, suggested_qty, "
          "history_rows, "
          "distribution, explanation) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
          row.bundle, row.context, row.mean, row.quantiles, row.demand_uncut, row.suggested_qty, row.history_rows,
          std::span<const std::uint8_t>(row.distribution), row.explanation)
        .run();
    return changed;
}

std::map<BundleId, std::string> forecast_texts(Connection& db, SellerId seller, Timestamp now) {
    std::map<BundleId, std::string> texts;
    Query row = db.query(
        "SELECT b.bundle_id, quote(o.seller_id) || quote(o.window_start) || quote(o.predicted_reservations) || "
        "quote(o.predicted_sales) || quote(o.posted_qty) || quote(o.predicted_no_show_prob) || quote(o.confidence) || "
        "quote(o.rationale) || quote(o.method) || quote(d.mean) || quote(d.quantiles) || quote(d.demand_uncut) || "
        "quote(d.suggested_qty) || quote(d.history_rows) || quote(d.distribution) || quote(d.explanation) "
        "FROM bundles b JOIN forecast_output o USING (bundle_id) LEFT JOIN forecast_details d USING (bundle_id) "
        "WHERE b.seller_id = ? AND b.window_start > ?",
        seller, now);
    while (row.step()) texts.emplace(BundleId(row.integer(0)), row.text(1));
    return texts;
}

std::vector<StoredDistribution> upcoming_distributions(Connection& db, SellerId seller, Timestamp now) {
    std::vector<StoredDistribution> found;
    Query row = db.query(
        "SELECT b.window_start, o.predicted_sales, o.predicted_no_show_prob, d.distribution FROM bundles b "
        "JOIN forecast_output o ON o.bundle_id = b.bundle_id JOIN forecast_details d ON d.bundle_id = b.bundle_id "
        "WHERE b.seller_id = ? AND b.window_start > ? ORDER BY b.window_start, b.bundle_id",
        seller, now);
    while (row.step()) {
        const std::span<const std::uint8_t> bytes = row.blob(3);
        found.push_back({.window_start = row.time(0),
                         .predicted_sales = row.integer(1),
                         .no_show_prob = row.readable_decimal<Probability>(2).value_or(Probability()),
                         .distribution = {bytes.begin(), bytes.end()}});
    }
    return found;
}

}  // namespace edge::storage
