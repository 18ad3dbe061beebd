#include "edge/storage/bundles.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace edge::storage {
namespace {

constexpr std::string_view bundle_columns =
    "SELECT bundle_id, uuid, seller_id, bundle_name, description, total_qty, weight_grams, carbon_dioxide, "
    "price_minor, "
    "discount_percentage, window_start, window_end, created_at, closed_at FROM bundles ";

Bundle read_bundle(Connection& db, const Query& row) {
    const BundleId id(row.integer(0));
    return {.id = id,
            .uuid = row.uuid(1),
            .seller = SellerId(row.integer(2)),
            .name = row.text(3),
            .description = row.text(4),
            .categories = categories_of(db, id),
            .total_qty = row.integer(5),
            .weight_grams = row.integer(6),
            .carbon_dioxide = row.integer(7),
            .price = Money{row.integer(8)},
            .discount_percentage = row.integer(9),
            .window = {.start = row.time(10), .end = row.time(11)},
            .created_at = row.time(12),
            .closed_at = row.optional_time(13)};
}

void insert_categories(WriteTransaction& write, const Bundle& bundle) {
    for (const CategoryId category : bundle.categories) {
        write.connection()
            .query("INSERT INTO bundle_category (bundle_id, category_id) VALUES (?, ?)", bundle.id, category)
            .run();
    }
}

}  // namespace

std::vector<CategoryId> categories_of(Connection& db, BundleId id) {
    std::vector<CategoryId> categories;
    Query row = db.query("SELECT category_id FROM bundle_category WHERE bundle_id = ? ORDER BY category_id", id);
    while (row.step()) categories.emplace_back(row.integer(0));
    return categories;
}

std::optional<Bundle> find_bundle(Connection& db, BundleId id) {
    static const std::string sql = fmt::format("{} WHERE bundle_id = ?", bundle_columns);
    Query row = db.query(sql, id);
    if (!row.step()) return std::nullopt;
    return read_bundle(db, row);
}

Bundle get_bundle(Connection& db, BundleId id) {
    std::optional<Bundle> bundle = find_bundle(db, id);
    if (!bundle) {
        throw Error(ErrorCode::unknown_bundle,
                    fmt::format("cannot find bundle {}: there is none with that id", id.value()),
                    {{"bundle_id", std::to_string(id.value())}}, "edge-analytics bundle list shows them");
    }
    return *bundle;
}

std::vector<Bundle> list_bundles(Connection& db, const BundleRange& range) {
    const auto sql_with = [](std::string_view unindexed) {
        return fmt::format(
            "{0} WHERE seller_id = ? AND {1}window_start >= ? AND {1}window_start < ? AND window_end > ? AND (? OR "
            "closed_at IS NULL) ORDER BY window_start, bundle_id LIMIT ?",
            bundle_columns, unindexed);
    };
    static const std::string by_start = sql_with("");
    static const std::string by_end = sql_with("+");  // a plus keeps SQLite from the index on starts
    const bool begins_with_history = range.from == Timestamp::min() && range.ends_after != Timestamp::min();
    std::vector<Bundle> bundles;
    Query row = db.query(begins_with_history ? by_end : by_start, range.seller, range.from, range.before,
                         range.ends_after, range.include_closed, range.limit);
    while (row.step()) bundles.push_back(read_bundle(db, row));
    return bundles;
}

BundleCounts count_reservations(Connection& db, BundleId id) {
    Query row = db.query(
        "SELECT count(*) FILTER (WHERE cancelled_at IS NULL OR collected_at IS NOT NULL), count(collected_at) FROM "
        "reservations "
        "WHERE bundle_id = ?",
        id);
    row.step();
    return {.reserved = row.integer(0), .collected = row.integer(1)};
}

Bundle insert_bundle(WriteTransaction& write, Bundle bundle) {
    const std::optional<std::int64_t> id = bundle.id.value() == 0 ? std::nullopt : std::optional(bundle.id.value());
    write.connection()
        .query(
            "INSERT INTO bundles (bundle_id, uuid, seller_id, bundle_name, description, total_qty, weight_grams, "
            "carbon_dioxide, "
            "price_minor, discount_percentage, window_start, window_end, created_at, closed_at) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            id, bundle.uuid, bundle.seller, bundle.name, bundle.description, bundle.total_qty, bundle.weight_grams,
            bundle.carbon_dioxide, bundle.price.minor, bundle.discount_percentage, bundle.window.start,
            bundle.window.end, bundle.created_at, bundle.closed_at)
        .run();
    bundle.id = BundleId(write.connection().last_insert_id());
    insert_categories(write, bundle);
    return bundle;
}

void update_bundle(WriteTransaction& write, const Bundle& bundle) {
    Connection& db = write.connection();
    db.query(
          "UPDATE bundles SET bundle_name = ?, description = ?, total_qty = ?, weight_grams = ?, carbon_dioxide = ?, "
          "price_minor = ?, "
          "discount_percentage = ?, window_start = ?, window_end = ?, closed_at = ? WHERE bundle_id = ?",
          bundle.name, bundle.description, bundle.total_qty, bundle.weight_grams, bundle.carbon_dioxide,
          bundle.price.minor, bundle.discount_percentage, bundle.window.start, bundle.window.end, bundle.closed_at,
          bundle.id)
        .run();
    if (categories_of(db, bundle.id) == bundle.categories) return;
    db.query("DELETE FROM bundle_category WHERE bundle_id = ?", bundle.id).run();
    insert_categories(write, bundle);
}

}  // namespace edge::storage
