#include "support/bakery.hpp"

#include "support/database_dump.hpp"

#include <gtest/gtest.h>

#include <utility>

namespace edge::test {

Timestamp at(std::string_view text) { return parse_timestamp(text).value(); }
LocalDate day(std::string_view text) { return parse_date(text).value(); }

NewSeller bakery_on(std::string time_zone) { return {.name = "Bakery", .time_zone = std::move(time_zone)}; }

NewBundle bread(std::string_view starts, std::int64_t total_qty) {
    return {.seller = Bakery::seller(),
            .name = "Bread bag",
            .categories = {CategoryId(1)},
            .total_qty = total_qty,
            .weight_grams = 500,
            .price = Money{400},
            .window = {.start = at(starts), .end = at(starts) + std::chrono::hours(2)}};
}

Bakery::Bakery(const NewSeller& seller, std::string forecast_method) : forecast_method_(std::move(forecast_method)) {
    set_time("2026-03-02 08:00");
    engine_ = std::make_unique<Engine>(Engine::create(path_, seller, options()));
    engine_->add_category("Bread", Co2Coefficient::parse("2.5").value());
    engine_->add_category("Fruit", Co2Coefficient::parse("1.5").value());
}

EngineOptions Bakery::options() const {
    EngineOptions options;
    options.clock = [world = world_] { return Timestamp(std::chrono::microseconds(world->now.load())); };
    options.random = [world = world_](std::uint8_t* bytes, std::size_t count) {
        const std::lock_guard lock(world->mutex);
        for (std::size_t i = 0; i < count; ++i) {
            world->random_state = world->random_state * 6364136223846793005U + 1442695040888963407U;
            bytes[i] = static_cast<std::uint8_t>(world->random_state >> 56U);
        }
    };
    options.log = [world = world_](LogLevel, std::string_view line) {
        const std::lock_guard lock(world->mutex);
        world->log.emplace_back(line);
    };
    options.forecast_method = forecast_method_;
    return options;
}

std::vector<std::string> Bakery::log() const {
    const std::lock_guard lock(world_->mutex);
    return world_->log;
}

void Bakery::sell(BundleId bundle, int count) {
    for (int i = 0; i < count; ++i) {
        const Reservation made = engine_->reserve({.bundle = bundle});
        static_cast<void>(engine_->collect(made.claim_code, bundle));
    }
}

void Bakery::sql(const std::string& statements) const { run_sql(path_, statements); }

void Bakery::sql_without_foreign_keys(const std::string& statements) const {
    run_sql(path_, "PRAGMA foreign_keys = OFF; " + statements);
}

std::vector<std::string> Bakery::select(const std::string& query) const { return select_column(path_, query); }

std::vector<std::string> Bakery::points(int type, std::size_t series, SellerId seller) {
    const Graph graph = engine_->graph(seller, type);
    std::vector<std::string> lines;
    for (const GraphPoint& point : graph.series.at(series).points) lines.push_back(point.x + " " + point.y.text());
    return lines;
}

Error refusal(const std::function<void()>& work) {
    try {
        work();
    } catch (const Error& error) {
        return error;
    }
    ADD_FAILURE() << "expected a refusal, and there was none";
    return {ErrorCode::internal, "no refusal"};
}

std::optional<std::string> detail(const Error& error, std::string_view name) {
    for (const auto& [key, value] : error.details()) {
        if (key == name) return value;
    }
    return std::nullopt;
}

std::string derived_rows(const std::string& path) {
    std::string text;
    const DatabaseDump dump = dump_database(path);
    for (const char* table :
         {"contributions", "day_totals", "seller_totals", "category_totals", "window_totals", "hour_totals"}) {
        for (const std::string& row : dump.at(table)) text += std::string(table) + ": " + row + "\n";
    }
    for (const char* query :
         {"SELECT 'graph: ' || seller_id || '|' || graph_type || '|' || series_index || '|' || series_name || '|' || "
          "point_index || '|' || x || '|' || y FROM v_graphs ORDER BY seller_id, graph_type, series_index, point_index",
          "SELECT 'input: ' || quote(bundle_id) || '|' || quote(seller_id) || '|' || quote(category_id) || '|' || "
          "day_of_week || '|' || window_start || '|' || window_end || '|' || is_holiday || '|' || quote(temperature) "
          "|| '|' || quote(weather_flag) || '|' || observed_reservations || '|' || observed_no_shows || '|' || "
          "quote(posted_qty) FROM forecast_input ORDER BY bundle_id, category_id",
          "SELECT 'output: ' || bundle_id || '|' || seller_id || '|' || window_start || '|' || "
          "quote(predicted_reservations) || '|' || predicted_sales || '|' || posted_qty || '|' || "
          "predicted_no_show_prob || '|' || confidence || '|' || quote(rationale) FROM forecast_output "
          "ORDER BY bundle_id"}) {
        for (const std::string& row : select_column(path, query)) text += row + "\n";
    }
    return text;
}

}  // namespace edge::test
