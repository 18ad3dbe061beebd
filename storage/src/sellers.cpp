#include "edge/storage/sellers.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace edge::storage {
namespace {

constexpr std::string_view seller_columns =
    "SELECT user_id, uuid, seller_name, address_line1, address_line2, city, post_code, region, country, latitude, "
    "longitude, "
    "time_zone, currency, holiday_region FROM sellers ";

Seller read_seller(const Query& row) {
    return {.id = SellerId(row.integer(0)),
            .uuid = row.uuid(1),
            .name = row.text(2),
            .address_line1 = row.text(3),
            .address_line2 = row.text(4),
            .city = row.text(5),
            .post_code = row.text(6),
            .region = row.text(7),
            .country = row.text(8),
            .latitude = row.readable_decimal<Degrees>(9),
            .longitude = row.readable_decimal<Degrees>(10),
            .time_zone = row.text(11),
            .currency = row.text(12),
            .holiday_region = row.text(13)};
}

Category read_category(const Query& row) {
    return {.id = CategoryId(row.integer(0)),
            .uuid = row.uuid(1),
            .name = row.text(2),
            .coefficient = row.decimal<Co2Coefficient>(3)};
}

std::optional<std::int64_t> id_or_next(std::int64_t id) { return id == 0 ? std::nullopt : std::optional(id); }

}  // namespace

void check_seller(std::string_view name, std::string_view time_zone, std::string_view currency) {
    if (name.empty()) throw Error(ErrorCode::invalid_argument, "cannot use the seller: it has no name");
    const bool letters = std::all_of(currency.begin(), currency.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
    if (currency.size() != 3 || !letters) {
        throw Error(ErrorCode::invalid_argument,
                    fmt::format("cannot use currency '{}': it is not an ISO 4217 code", currency), {},
                    "give a code such as GBP or EUR");
    }
    static_cast<void>(TimeZone::find(time_zone));
}

std::optional<Seller> find_seller(Connection& db, SellerId id) {
    static const std::string sql = fmt::format("{} WHERE user_id = ?", seller_columns);
    Query row = db.query(sql, id);
    if (!row.step()) return std::nullopt;
    return read_seller(row);
}

Seller get_seller(Connection& db, SellerId id) {
    std::optional<Seller> seller = find_seller(db, id);
    if (!seller) {
        throw Error(ErrorCode::not_found, fmt::format("cannot find seller {}: there is none with that id", id.value()),
                    {{"seller_id", std::to_string(id.value())}});
    }
    return *seller;
}

std::vector<Seller> list_sellers(Connection& db) {
    static const std::string sql = fmt::format("{} ORDER BY user_id", seller_columns);
    std::vector<Seller> sellers;
    Query row = db.query(sql);
    while (row.step()) sellers.push_back(read_seller(row));
    return sellers;
}

Seller insert_seller(WriteTransaction& write, Seller seller) {
    write.connection()
        .query(
            "INSERT INTO sellers (user_id, uuid, seller_name, address_line1, address_line2, city, post_code, region, "
            "country, "
            "latitude, longitude, time_zone, currency, holiday_region) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
            "?)",
            id_or_next(seller.id.value()), seller.uuid, seller.name, seller.address_line1, seller.address_line2,
            seller.city, seller.post_code, seller.region, seller.country, seller.latitude, seller.longitude,
            seller.time_zone, seller.currency, seller.holiday_region)
        .run();
    seller.id = SellerId(write.connection().last_insert_id());
    return seller;
}

void update_seller(WriteTransaction& write, const Seller& seller) {
    write.connection()
        .query(
            "UPDATE sellers SET seller_name = ?, address_line1 = ?, address_line2 = ?, city = ?, post_code = ?, region "
            "= ?, "
            "country = ?, latitude = ?, longitude = ?, time_zone = ?, currency = ?, holiday_region = ? WHERE user_id = "
            "?",
            seller.name, seller.address_line1, seller.address_line2, seller.city, seller.post_code, seller.region,
            seller.country, seller.latitude, seller.longitude, seller.time_zone, seller.currency, seller.holiday_region,
            seller.id)
        .run();
}

std::vector<Category> list_categories(Connection& db) {
    std::vector<Category> categories;
    Query row =
        db.query("SELECT category_id, uuid, category_name, category_coefficient FROM category ORDER BY category_id");
    while (row.step()) categories.push_back(read_category(row));
    return categories;
}

std::optional<Category> find_category(Connection& db, CategoryId id) {
    Query row = db.query(
        "SELECT category_id, uuid, category_name, category_coefficient FROM category WHERE category_id = ?", id);
    if (!row.step()) return std::nullopt;
    return read_category(row);
}

std::optional<Category> find_category(Connection& db, std::string_view name) {
    Query row = db.query(
        "SELECT category_id, uuid, category_name, category_coefficient FROM category WHERE category_name = ?", name);
    if (!row.step()) return std::nullopt;
    return read_category(row);
}

std::optional<std::string> find_category_name(Connection& db, CategoryId id) {
    Query row = db.query("SELECT category_name FROM category WHERE category_id = ?", id);
    if (!row.step()) return std::nullopt;
    return row.text(0);
}

Category insert_category(WriteTransaction& write, Category category) {
    write.connection()
        .query("INSERT INTO category (category_id, uuid, category_name, category_coefficient) VALUES (?, ?, ?, ?)",
               id_or_next(category.id.value()), category.uuid, category.name, category.coefficient)
        .run();
    category.id = CategoryId(write.connection().last_insert_id());
    return category;
}

}  // namespace edge::storage
