#include "support/marketplace.hpp"

#include "support/shop_fields.hpp"

#include "edge/protocol/row_identity.hpp"

#include <utility>

namespace edge::test {
namespace {

void lay(const std::string& target) {
    hub::init_postgres_store(target, {}, {.marketplace = hub::MarketplaceUse::fill, .lay_marketplace = true});
}

std::string key_of_seller(std::int64_t seller) { return protocol::marketplace_identity("sellers", seller).wire(); }

std::string text(std::int64_t number) { return std::to_string(number); }

}  // namespace

Marketplace::Marketplace(hub::MarketplaceUse use) : database_("marketplace", lay) {
    hub::init_postgres_store(target(), {}, {.marketplace = use, .lay_marketplace = false});
}

std::unique_ptr<hub::HubStore> Marketplace::open() const {
    hub::PostgresStoreOptions options;
    options.lock_timeout = std::chrono::seconds(30);
    return hub::open_postgres_store(target(), options);
}

std::vector<std::string> Marketplace::select(const std::string& sql) const {
    std::vector<std::string> rows;
    for (const std::vector<std::string>& values : database_.run(sql)) {
        std::string& row = rows.emplace_back();
        for (const std::string& value : values) row += (&value == values.data() ? "" : "|") + value;
    }
    return rows;
}

std::int64_t Marketplace::number(const std::string& sql) const { return std::stoll(select(sql).at(0)); }

std::int64_t Marketplace::add_seller(const std::string& name) const {
    return number("WITH u AS (INSERT INTO users (username, email, pw_hash, role) VALUES ('" + name + "', '" + name +
                  "@example.com', 'x', 'seller') RETURNING user_id) INSERT INTO sellers (user_id, seller_name, "
                  "address_line1, city, post_code, country) SELECT user_id, '" +
                  name + "', '1 High Street', 'Leeds', 'LS1 1AA', 'GB' FROM u RETURNING user_id");
}

std::int64_t Marketplace::add_consumer(const std::string& name) const {
    return number("WITH u AS (INSERT INTO users (username, email, pw_hash, role) VALUES ('" + name + "', '" + name +
                  "@example.com', 'x', 'consumer') RETURNING user_id) INSERT INTO consumers (user_id, fname, lname) "
                  "SELECT user_id, '" +
                  name + "', 'Smith' FROM u RETURNING user_id");
}

std::int64_t Marketplace::add_category(const std::string& name, const std::string& coefficient) const {
    return number("INSERT INTO category (category_name, category_coefficient) VALUES ('" + name + "', " + coefficient +
                  ") RETURNING category_id");
}

std::int64_t Marketplace::add_bundle(std::int64_t seller, const std::string& name) const {
    return number(
        "INSERT INTO bundles (seller_id, bundle_name, description, carbon_dioxide, total_qty, price, "
        "discount_percentage, window_start, window_end, created_at) VALUES (" +
        text(seller) + ", '" + name +
        "', NULL, 700, 6, 4.50, 10, '2026-11-23 18:00:00', '2026-11-23 19:00:00', '2026-11-23 10:00:00') "
        "RETURNING bundle_id");
}

std::int64_t Marketplace::reserve(std::int64_t bundle, std::int64_t consumer, const std::string& code) const {
    return number("INSERT INTO reservations (bundle_id, consumer_id, reserved_at, claim_code) VALUES (" + text(bundle) +
                  ", " + text(consumer) + ", '2026-11-23 15:00:00.123456', '" + code + "') RETURNING reservation_id");
}

EnrolledDevice::EnrolledDevice(std::int64_t seller, std::string replica)
    : SealingDevice(key_of_seller(seller), std::move(replica)), seller_(key_of_seller(seller)) {}

void EnrolledDevice::create(std::string_view table, std::string key, protocol::Fields fields) {
    protocol::JournalEntry entry;
    entry.table = table;
    entry.key = std::move(key);
    entry.first = protocol::Op::create;
    entry.last = protocol::Op::create;
    entry.fields = std::move(fields);
    change(std::move(entry));
}

void EnrolledDevice::edit(std::string_view table, int row, protocol::Fields fields) {
    protocol::JournalEntry entry;
    entry.table = table;
    entry.key = table == "sellers" ? seller_ : wire_key(row);
    entry.first = protocol::Op::update;
    entry.last = protocol::Op::update;
    entry.fields = std::move(fields);
    change(std::move(entry));
}

void EnrolledDevice::shop(const std::string& name) { create("sellers", seller_, seller_fields(name)); }

void EnrolledDevice::category(int category, const std::string& name, const std::string& coefficient) {
    create("category", wire_key(category), {{"name", name}, {"coefficient", coefficient}});
}

void EnrolledDevice::offer(int bundle, const std::string& name, std::vector<std::string> categories) {
    create("bundles", wire_key(bundle), bundle_fields(seller_, name, std::move(categories)));
}

void EnrolledDevice::input(int input, int bundle, int category, std::int64_t reservations,
                           const std::string& temperature) {
    const protocol::FieldValue known =
        temperature.empty() ? protocol::FieldValue(std::monostate{}) : protocol::FieldValue(temperature);
    create("forecast_input", wire_key(input),
           {{"bundle", wire_key(bundle)},
            {"seller", seller_},
            {"category", wire_key(category)},
            {"day_of_week", "Monday"},
            {"window_start", "2026-11-23T17:00:00Z"},
            {"window_end", "2026-11-23T18:00:00Z"},
            {"is_holiday", false},
            {"temperature", known},
            {"weather_flag", temperature.empty() ? known : protocol::FieldValue("rainy")},
            {"observed_reservations", reservations},
            {"observed_no_shows", std::int64_t{1}},
            {"posted_qty", std::int64_t{5}}});
}

void EnrolledDevice::output(int output, int bundle, std::int64_t sales, const std::string& generated) {
    create("forecast_output", wire_key(output),
           {{"bundle", wire_key(bundle)},
            {"seller", seller_},
            {"window_start", "2026-11-23T17:00:00Z"},
            {"predicted_reservations", sales},
            {"predicted_sales", sales},
            {"posted_qty", std::int64_t{5}},
            {"predicted_no_show_prob", "0.1500"},
            {"confidence", "0.6000"},
            {"rationale", "like last Monday"},
            {"method", "pooled"},
            {"generated_at", generated}});
}

void EnrolledDevice::graph(int graph, int type) {
    create("analytics_graphs", wire_key(graph),
           {{"seller", seller_}, {"graph_type", std::int64_t{type}}, {"created_at", "2026-11-23T09:00:00Z"}});
}

void EnrolledDevice::series(int series, int graph, const std::string& name, std::int64_t sort_index) {
    create("analytics_series", wire_key(series),
           {{"graph", wire_key(graph)}, {"series_name", name}, {"sort_index", sort_index}});
}

void EnrolledDevice::point(int series, int sort_index, const std::string& x, const std::string& y) {
    create("analytics_points", wire_key(series) + ":" + std::to_string(sort_index), {{"x", x}, {"y", y}});
}

}  // namespace edge::test
