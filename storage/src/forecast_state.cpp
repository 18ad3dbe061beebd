#include "edge/storage/forecast_state.hpp"

#include "input_row.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace edge::storage {
namespace {

InputPlace read_place(const Query& row) { return {.seller = SellerId(row.integer(0)), .window_start = row.time(1)}; }

/// Of two inputs whose windows start together.
bool learned_before(const StoredInput& left, const StoredInput& right) {
    return std::tie(left.row.bundle, left.row.category, left.id) <
           std::tie(right.row.bundle, right.row.category, right.id);
}

}  // namespace

std::optional<ForecastStateRow> find_forecast_state(Connection& db, std::string_view method) {
    Query row =
        db.query("SELECT method, settled_before, observations, state FROM forecast_state WHERE method = ?", method);
    if (!row.step()) return std::nullopt;
    const std::span<const std::uint8_t> bytes = row.blob(3);
    return ForecastStateRow{.method = row.text(0),
                            .settled_before = row.day(1),
                            .observations = row.integer(2),
                            .state = {bytes.begin(), bytes.end()}};
}

std::optional<LocalDate> forecast_settled_before(Connection& db, std::string_view method) {
    Query row = db.query("SELECT settled_before FROM forecast_state WHERE method = ?", method);
    if (!row.step()) return std::nullopt;
    return row.day(0);
}

void put_forecast_state(WriteTransaction& write, const ForecastStateRow& row) {
    write.connection()
        .query(
            "INSERT INTO forecast_state (method, settled_before, observations, state) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (method) DO UPDATE SET settled_before = excluded.settled_before, "
            "observations = excluded.observations, state = excluded.state",
            row.method, row.settled_before, row.observations, std::span<const std::uint8_t>(row.state))
        .run();
}

void remove_forecast_states_but(WriteTransaction& write, std::string_view method) {
    write.connection().query("DELETE FROM forecast_state WHERE method <> ?", method).run();
}

std::optional<InputPlace> find_input_place(Connection& db, std::int64_t input) {
    Query row = db.query("SELECT seller_id, window_start FROM forecast_input WHERE input_id = ?", input);
    if (!row.step()) return std::nullopt;
    return read_place(row);
}

std::optional<InputPlace> last_input_place(Connection& db) {
    Query row = db.query(
        "SELECT seller_id, window_start FROM forecast_input ORDER BY window_start DESC, input_id DESC LIMIT 1");
    if (!row.step()) return std::nullopt;
    return read_place(row);
}

std::int64_t count_inputs(Connection& db) {
    Query row = db.query("SELECT count(*) FROM forecast_input");
    return row.step() ? row.integer(0) : 0;
}

void each_input_between(Connection& db, Timestamp first, Timestamp last,
                        const std::function<void(const InputRow&)>& found) {
    static const std::string sql =
        fmt::format("{} WHERE window_start BETWEEN ? AND ? ORDER BY window_start", input_columns);
    // The index gives the order of windows; the few rows of one are put in order here, since SQLite would copy all
    // columns of all rows to sort them.
    std::vector<StoredInput> window;
    const auto finish_window = [&] {
        if (window.size() > 1) std::sort(window.begin(), window.end(), learned_before);
        for (const StoredInput& input : window) found(input.row);
        window.clear();
    };
    Query row = db.query(sql, first, last);
    while (row.step()) {
        if (!window.empty() && window.front().row.window.start != row.time(window_start_column)) finish_window();
        StoredInput& input = window.emplace_back();
        input.id = row.integer(input_id_column);
        read_input(row, input.row);
    }
    finish_window();
}

std::vector<InputRow> inputs_before(Connection& db, const InputPlace& place, BundleId like, std::int64_t most) {
    static const std::string sql = fmt::format(
        "{} WHERE input_id IN (SELECT min(input_id) FROM forecast_input WHERE seller_id = ?1 AND window_start < ?2 AND "
        "(category_id IN (SELECT category_id FROM bundle_category WHERE bundle_id = ?3) OR NOT EXISTS (SELECT 1 FROM "
        "bundle_category WHERE bundle_id = ?3)) GROUP BY bundle_id ORDER BY max(window_start) DESC, bundle_id DESC "
        "LIMIT ?4) ORDER BY window_start DESC, bundle_id DESC",
        input_columns);
    std::vector<InputRow> rows;
    Query row = db.query(sql, place.seller, place.window_start, like, most);
    while (row.step()) read_input(row, rows.emplace_back());
    return rows;
}

std::string find_explanation(Connection& db, BundleId bundle) {
    Query row = db.query("SELECT explanation FROM forecast_details WHERE bundle_id = ?", bundle);
    return row.step() ? row.text(0) : "{}";
}

}  // namespace edge::storage
