#pragma once

#include "support/temporary_folder.hpp"

#include "edge/engine.hpp"

#include <memory>
#include <string>

namespace edge::test {

/// A shop on a real file, whose clock stands still until it is told.
class Shop {
public:
    explicit Shop(const EngineOptions& given = {}) : options(given) {
        options.clock = [this] { return now; };
        engine = std::make_unique<Engine>(Engine::create(path(), NewSeller{.name = "Corner Bakery"}, options));
        category = engine->add_category("Bread", *Co2Coefficient::parse("2.5")).id;
    }

    [[nodiscard]] std::string path() const { return folder.file("shop.db"); }
    void reopen() {
        engine.reset();
        engine = std::make_unique<Engine>(Engine::open(path(), options));
    }
    Bundle post(const std::string& name = "Evening bag", std::int64_t quantity = 20) {
        return engine->post_bundle(
            {.seller = engine->home_seller(),
             .name = name,
             .description = {},
             .categories = {category},
             .total_qty = quantity,
             .weight_grams = 800,
             .price = {399},
             .window = {.start = now - std::chrono::hours(1), .end = now + std::chrono::hours(2)}});
    }
    Reservation reserve(BundleId bundle) {
        return engine->reserve({.bundle = bundle, .consumer = "consumer-1", .claim_code = {}});
    }
    [[nodiscard]] std::string seller_key() { return engine->sync_status().seller; }

    TemporaryFolder folder;
    Timestamp now = Timestamp(std::chrono::seconds(1'764'000'000));
    EngineOptions options;
    std::unique_ptr<Engine> engine;
    CategoryId category{0};
};

}  // namespace edge::test
