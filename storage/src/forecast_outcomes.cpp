#include "edge/storage/forecast_outcomes.hpp"

#include "outcome_row.hpp"

#include <fmt/format.h>

#include <charconv>
#include <vector>

namespace edge::storage {
namespace {

/// The number at a place of "1,2,3".
std::optional<std::int64_t> number_at(std::string_view list, std::size_t place) {
    for (; place > 0; --place) {
        const std::size_t comma = list.find(',');
        if (comma == std::string_view::npos) return std::nullopt;
        list.remove_prefix(comma + 1);
    }
    std::int64_t number = 0;
    const auto [end, failure] = std::from_chars(list.data(), list.data() + list.size(), number);
    if (failure != std::errc()) return std::nullopt;
    return number;
}

}  // namespace

ForecastOutcomeRow read_outcome(const Query& row) {
    return {.bundle = BundleId(row.integer(0)),
            .seller = SellerId(row.integer(1)),
            .day = row.day(2),
            .window_start = row.time(3),
            .method = row.text(4),
            .predicted_reservations = row.integer(5),
            .mean = row.text(6),
            .low = row.integer(7),
            .high = row.integer(8),
            .no_show_prob = row.readable_decimal<Probability>(9).value_or(Probability()),
            .confidence = row.readable_decimal<Probability>(10).value_or(Probability()),
            .observed_reservations = row.integer(11),
            .observed_no_shows = row.integer(12)};
}

std::optional<ForecastOutcomeRow> find_forecast_outcome(Connection& db, BundleId bundle) {
    static const std::string sql = fmt::format("{} WHERE bundle_id = ?", outcome_columns);
    Query row = db.query(sql, bundle);
    if (!row.step()) return std::nullopt;
    return read_outcome(row);
}

std::optional<ForecastOutcomeRow> forecast_to_keep(Connection& db, BundleId bundle) {
    constexpr std::size_t tenth_percent = 1;
    constexpr std::size_t ninetieth_percent = 17;
    Query row = db.query(
        "SELECT o.bundle_id, o.seller_id, 0, o.window_start, o.method, o.predicted_reservations, d.mean, 0, 0, "
        "o.predicted_no_show_prob, o.confidence, 0, 0, d.quantiles FROM forecast_output o JOIN forecast_details d "
        "USING (bundle_id) WHERE o.bundle_id = ? AND o.predicted_reservations IS NOT NULL",
        bundle);
    if (!row.step()) return std::nullopt;
    const std::optional<std::int64_t> low = number_at(row.view(13), tenth_percent);
    const std::optional<std::int64_t> high = number_at(row.view(13), ninetieth_percent);
    if (!low || !high) return std::nullopt;
    ForecastOutcomeRow kept = read_outcome(row);
    kept.low = *low;
    kept.high = *high;
    return kept;
}

void put_forecast_outcome(WriteTransaction& write, const ForecastOutcomeRow& row) {
    write.connection()
        .query(
            "INSERT OR REPLACE INTO forecast_outcomes (bundle_id, seller_id, day, window_start, method, "
            "predicted_reservations, mean, low, high, predicted_no_show_prob, confidence, observed_reservations, "
            "observed_no_shows) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            row.bundle, row.seller, row.day, row.window_start, row.method, row.predicted_reservations, row.mean,
            row.low, row.high, row.no_show_prob, row.confidence, row.observed_reservations, row.observed_no_shows)
        .run();
}

void remove_forecast_outcome(WriteTransaction& write, BundleId bundle) {
    write.connection().query("DELETE FROM forecast_outcomes WHERE bundle_id = ?", bundle).run();
}

void each_forecast_outcome(Connection& db, SellerId seller, LocalDate from, LocalDate to,
                           const std::function<void(const ForecastOutcomeRow&)>& found) {
    static const std::string sql =
        fmt::format("{} WHERE seller_id = ? AND day BETWEEN ? AND ? ORDER BY day, bundle_id", outcome_columns);
    Query row = db.query(sql, seller, from, to);
    while (row.step()) found(read_outcome(row));
}

}  // namespace edge::storage
