#pragma once

#include "support/database_dump.hpp"
#include "support/nearby_hub.hpp"
#include "support/synced_rows.hpp"
#include "support/temporary_folder.hpp"

#include "edge/engine.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

namespace edge::test {

/// One of several devices of one seller, which is the marketplace's seller 7 and so has one identity everywhere.
class Device {
public:
    explicit Device(NearbyHub& hub) : hub_(&hub) {
        engine = std::make_unique<Engine>(
            Engine::create(path(), NewSeller{.name = "Corner Bakery", .marketplace_id = 7}, options()));
    }

    [[nodiscard]] std::string path() const { return folder_.file("shop.db"); }
    /// What somebody does to the file while the program is down.
    void while_down(const std::string& statements) {
        engine.reset();
        sql(statements);
        engine = std::make_unique<Engine>(Engine::open(path(), options()));
    }
    SyncReport sync() { return engine->sync({.url = "http://hub", .exchange = hub_->exchange()}); }
    Bundle post(const std::string& name = "Evening bag") {
        std::vector<CategoryId> categories;
        for (const Category& one : engine->categories()) categories.push_back(one.id);
        return engine->post_bundle(
            {.seller = engine->home_seller(),
             .name = name,
             .description = {},
             .categories = categories,
             .total_qty = 20,
             .weight_grams = 800,
             .price = {399},
             .window = {.start = hub_->now - std::chrono::hours(1), .end = hub_->now + std::chrono::hours(9)}});
    }
    Reservation reserve(BundleId bundle) {
        return engine->reserve({.bundle = bundle, .consumer = "consumer-1", .claim_code = {}});
    }
    [[nodiscard]] std::string seller_key() { return engine->sync_status().seller; }
    /// As another hand may write.
    void sql(const std::string& statements) { run_sql(path(), "PRAGMA foreign_keys = ON; " + statements); }
    [[nodiscard]] std::vector<std::string> select(const std::string& statement) {
        return select_column(path(), statement);
    }
    /// The rows that every device of the seller holds.
    [[nodiscard]] std::vector<std::string> rows() { return shared(synced_rows(path())); }
    [[nodiscard]] std::vector<std::string> rows_at_hub() { return shared(hub_->rows(seller_key())); }

    std::unique_ptr<Engine> engine;
    std::chrono::minutes skew{0};  ///< of its clock, ahead of the hub's

private:
    [[nodiscard]] EngineOptions options() const {
        EngineOptions options;
        options.clock = [this] { return hub_->now + skew; };
        return options;
    }
    static std::vector<std::string> shared(std::vector<std::string> rows) {
        std::erase_if(
            rows, [](const std::string& row) { return row.starts_with("forecast_") || row.starts_with("analytics_"); });
        return rows;
    }

    NearbyHub* hub_;
    TemporaryFolder folder_;
};

}  // namespace edge::test
