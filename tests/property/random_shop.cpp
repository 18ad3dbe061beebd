#include "property/random_shop.hpp"

#include "support/database_dump.hpp"

#include "edge/core/error.hpp"

#include <fmt/format.h>

#include <array>

namespace edge::test {
namespace {

bool is_refusal(ErrorCode code) {
    return code >= ErrorCode::sold_out || code == ErrorCode::conflict || code == ErrorCode::already_exists ||
           code == ErrorCode::invalid_argument;
}

std::int64_t count(Timestamp instant) { return instant.time_since_epoch().count(); }

constexpr std::array zones = {"Europe/London", "Europe/Lisbon", "America/St_Johns", "UTC", "Pacific/Auckland"};

}  // namespace

RandomShop::RandomShop(std::uint64_t seed) : random_(seed) {
    world_.now = parse_timestamp("2026-10-20T09:00:00Z").value();  // a week before clocks go back
    world_.seed = seed;
    make_shop(path_, world_, 6, Refreshed::no);
    world_.seed = seed + 1'000'000;
    engine_.emplace(Engine::open(path_, world_.options()));
    by_sql("INSERT INTO sellers (user_id, seller_name, time_zone) VALUES (2, 'Another', 'Europe/Lisbon')");
}

std::int64_t RandomShop::between(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(high - low + 1));
}

std::int64_t RandomShop::any_bundle() {
    const std::vector<std::string> ids =
        select_column(path_, fmt::format("SELECT bundle_id FROM bundles ORDER BY {}, bundle_id LIMIT 1",
                                         fmt::format("abs(bundle_id - {})", between(1, 40))));
    return ids.empty() ? 1 : std::stoll(ids.front());
}

std::string RandomShop::any_code() {
    const std::vector<std::string> codes = select_column(
        path_, fmt::format("SELECT claim_code FROM reservations ORDER BY abs(reservation_id - {}), reservation_id "
                           "LIMIT 1",
                           between(1, 80)));
    return codes.empty() ? "NONE" : codes.front();
}

Timestamp RandomShop::any_start() {
    // Whole and broken hours, so that windows share their start now and then.
    return std::chrono::floor<std::chrono::hours>(world_.now) + std::chrono::hours(between(-240, 240)) +
           std::chrono::seconds(between(0, 3) == 0 ? between(0, 3599) : 0);
}

std::vector<CategoryId> RandomShop::any_categories() {
    std::vector<CategoryId> categories;
    for (const Category& category : engine_->categories())
        if (between(0, 2) == 0) categories.push_back(category.id);
    if (categories.empty()) categories.emplace_back(between(1, 4));
    return categories;
}

void RandomShop::by_sql(const std::string& sql) {
    history_ += sql + '\n';
    run_sql(path_, sql);
}

void RandomShop::post() {
    NewBundle bundle = bundle_in(world_, SellerId(between(0, 4) == 0 ? 2 : 1), std::chrono::hours(1), between(0, 6));
    bundle.categories = any_categories();
    bundle.window.start = any_start();
    bundle.window.end = bundle.window.start + std::chrono::hours(between(1, 30));
    history_ += fmt::format("post {} at {}\n", bundle.total_qty, format_timestamp(bundle.window.start));
    static_cast<void>(engine_->post_bundle(bundle));
}

void RandomShop::edit() {
    BundleEdit edit;
    if (between(0, 2) == 0) edit.total_qty = between(0, 9);
    if (between(0, 2) == 0) edit.categories = any_categories();
    if (between(0, 2) == 0) edit.price = Money{between(0, 999)};
    if (between(0, 1) == 0) {
        const Timestamp start = any_start();
        edit.window = PickupWindow{.start = start, .end = start + std::chrono::hours(between(1, 30))};
    }
    const std::int64_t bundle = any_bundle();
    history_ +=
        fmt::format("edit {}{}\n", bundle, edit.window ? " to " + format_timestamp(edit.window->start) : std::string());
    static_cast<void>(engine_->edit_bundle(BundleId(bundle), edit));
}

void RandomShop::at_the_counter() {
    const std::int64_t bundle = any_bundle();
    switch (between(0, 5)) {
        case 0:
            history_ += fmt::format("close {}\n", bundle);
            static_cast<void>(engine_->close_bundle(BundleId(bundle)));
            break;
        case 1:
        case 2: {
            const std::string code = any_code();
            history_ += fmt::format("collect {}\n", code);
            static_cast<void>(engine_->collect(code));
            break;
        }
        case 3: {
            const std::string code = any_code();
            history_ += fmt::format("cancel {}\n", code);
            static_cast<void>(engine_->cancel(code));
            break;
        }
        default:
            history_ += fmt::format("reserve {}\n", bundle);
            static_cast<void>(
                engine_->reserve({.bundle = BundleId(bundle), .consumer = {}, .claim_code = std::nullopt}));
    }
}

void RandomShop::edit_seller() {
    SellerEdit edit;
    switch (between(0, 3)) {
        case 0: edit.holiday_region = between(0, 1) == 0 ? "PT" : "GB-SCT"; break;
        case 1: edit.latitude = Degrees::from_units(between(-60, 60) * 1'000'000); break;
        default: edit.time_zone = zones.at(static_cast<std::size_t>(between(0, 4)));
    }
    history_ += fmt::format("edit seller {}\n", edit.time_zone.value_or("elsewhere"));
    static_cast<void>(engine_->edit_seller(SellerId(between(1, 2)), edit));
}

void RandomShop::pass_time() {
    world_.now += std::chrono::minutes(between(1, std::int64_t{36} * 60));
    history_ += fmt::format("now {}\n", format_timestamp(world_.now));
}

void RandomShop::foreign_write_of_bundles() {
    const std::int64_t bundle = any_bundle();
    switch (between(0, 7)) {
        case 0: by_sql(fmt::format("DELETE FROM bundles WHERE bundle_id = {}", bundle)); break;
        case 1: by_sql(fmt::format("UPDATE bundles SET total_qty = -3 WHERE bundle_id = {}", bundle)); break;
        case 2:
            by_sql(fmt::format(
                "UPDATE bundles SET window_start = {0}, window_end = {0} + 3600000000 WHERE bundle_id = {1}",
                count(any_start()), bundle));
            break;
        case 3: by_sql(fmt::format("UPDATE bundles SET seller_id = 3 - seller_id WHERE bundle_id = {}", bundle)); break;
        case 4: by_sql(fmt::format("DELETE FROM bundle_category WHERE bundle_id = {}", bundle)); break;
        case 5:
            by_sql(fmt::format(
                "INSERT OR IGNORE INTO bundle_category SELECT {}, category_id FROM category WHERE category_id = {}",
                bundle, between(1, 3)));
            break;
        case 6:
            by_sql(
                fmt::format("UPDATE bundles SET price_minor = {}, weight_grams = {}, carbon_dioxide = {} "
                            "WHERE bundle_id = {}",
                            between(0, 500), between(0, 900), between(0, 2000), bundle));
            break;
        default:
            by_sql(
                fmt::format("INSERT INTO bundles (seller_id, bundle_name, total_qty, window_start, window_end) "
                            "VALUES (1, 'Foreign', {0}, {1}, {1} + 7200000000)",
                            between(0, 5), count(any_start())));
    }
}

void RandomShop::foreign_write() {
    const std::int64_t bundle = any_bundle();
    const std::string where = fmt::format("WHERE claim_code = '{}'", any_code());
    switch (between(0, 11)) {
        case 0: by_sql("DELETE FROM reservations " + where); break;
        case 1: by_sql(fmt::format("UPDATE reservations SET collected_at = {} {}", count(world_.now), where)); break;
        case 2: by_sql("UPDATE reservations SET collected_at = NULL, cancelled_at = NULL " + where); break;
        case 3: by_sql(fmt::format("UPDATE OR IGNORE reservations SET bundle_id = {} {}", bundle, where)); break;
        case 4:  // an old booking that arrives late
            by_sql(
                fmt::format("INSERT INTO reservations (bundle_id, claim_code, reserved_at, collected_at) "
                            "VALUES ({}, 'F{}', 1, {})",
                            bundle, between(0, 1'000'000'000), between(0, 1) == 0 ? "NULL" : "2"));
            break;
        case 5:
            by_sql(fmt::format("UPDATE category SET category_name = category_name || '+' WHERE category_id = {}",
                               between(1, 3)));
            break;
        case 6:  // a category that is used loses its row
            by_sql(
                fmt::format("PRAGMA foreign_keys = OFF; DELETE FROM category WHERE category_id = {}", between(1, 3)));
            break;
        case 7:
            by_sql(
                fmt::format("INSERT OR IGNORE INTO category (category_id, category_name, category_coefficient) "
                            "VALUES ({0}, 'New {0}', '1.000000000')",
                            between(1, 5)));
            break;
        case 8:
            by_sql(fmt::format("INSERT OR IGNORE INTO holidays (region, day, name) VALUES ('GB-ENG', {}, 'Fair')",
                               count(any_start()) / 86'400'000'000));
            break;
        case 9: by_sql(fmt::format("DELETE FROM forecast_input WHERE bundle_id = {}", bundle)); break;
        case 10:
            by_sql(
                fmt::format("UPDATE forecast_input SET observed_reservations = observed_reservations + 1 "
                            "WHERE bundle_id = {}",
                            bundle));
            break;
        default:
            by_sql(
                fmt::format("BEGIN; INSERT INTO bundles (bundle_id, seller_id, bundle_name, total_qty, window_start, "
                            "window_end) VALUES (777, 1, 'Gone', 1, 0, 1); DELETE FROM bundles WHERE bundle_id = 777; "
                            "COMMIT"));
    }
}

void RandomShop::step() {
    try {
        switch (between(0, 12)) {
            case 0:
            case 1: post(); break;
            case 2:
            case 3: edit(); break;
            case 4:
            case 5:
            case 6:
            case 7: at_the_counter(); break;
            case 8: edit_seller(); break;
            case 9: pass_time(); break;
            case 10: foreign_write_of_bundles(); break;
            default: foreign_write();
        }
    } catch (const Error& error) {
        history_ += fmt::format("  refused: {}\n", error.what());
        if (!is_refusal(error.code())) throw;
    }
}

}  // namespace edge::test
