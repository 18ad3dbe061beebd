#include "edge/storage/outcomes.hpp"

#include "edge/storage/bundle_cursor.hpp"
#include "edge/storage/bundles.hpp"

#include <unordered_map>

namespace edge::storage {
namespace {

struct Counts {
    std::int32_t reserved = 0;
    std::int32_t collected = 0;
};

/// Counts by bundle: an array where ids are dense, as they are unless foreign rows say otherwise.
class CountsByBundle {
public:
    explicit CountsByBundle(std::int64_t largest_id) {
        constexpr std::int64_t largest_array = 4'000'000;
        if (largest_id > 0 && largest_id <= largest_array) dense_.resize(static_cast<std::size_t>(largest_id) + 1);
    }
    Counts& operator[](std::int64_t bundle) {
        if (bundle >= 0 && static_cast<std::size_t>(bundle) < dense_.size())
            return dense_[static_cast<std::size_t>(bundle)];
        return sparse_[bundle];
    }

private:
    std::vector<Counts> dense_;
    std::unordered_map<std::int64_t, Counts> sparse_;
};

CountsByBundle count_all_reservations(Connection& db) {
    Query largest = db.query("SELECT max(bundle_id) FROM bundles");
    largest.step();
    CountsByBundle counts(largest.integer(0));
    Query row = db.query("SELECT bundle_id, collected_at, cancelled_at FROM reservations");
    while (row.step()) {
        Counts& count = counts[row.integer(0)];
        const bool collected = !row.is_null(1);
        if (collected || row.is_null(2)) ++count.reserved;
        if (collected) ++count.collected;
    }
    return counts;
}

std::vector<BundleId> read_ids(Query row) {
    std::vector<BundleId> bundles;
    while (row.step()) bundles.emplace_back(row.integer(0));
    return bundles;
}

void read_bundle_columns(const Query& row, BundleRow& bundle) {
    bundle.id = BundleId(row.integer(0));
    bundle.seller = SellerId(row.integer(1));
    bundle.total_qty = row.integer(2);
    bundle.weight_grams = row.integer(3);
    bundle.carbon_dioxide = row.integer(4);
    bundle.price = Money{row.integer(5)};
    bundle.discount_percentage = row.integer(6);
    bundle.window = {.start = row.time(7), .end = row.time(8)};
}

}  // namespace

std::optional<BundleRow> find_bundle_row(Connection& db, BundleId id) {
    Query row = db.query(
        "SELECT bundle_id, seller_id, total_qty, weight_grams, carbon_dioxide, price_minor, discount_percentage, "
        "window_start, "
        "window_end FROM bundles WHERE bundle_id = ?",
        id);
    if (!row.step()) return std::nullopt;
    BundleRow bundle;
    read_bundle_columns(row, bundle);
    bundle.categories = categories_of(db, id);
    const BundleCounts counts = count_reservations(db, id);
    bundle.reserved = counts.reserved;
    bundle.collected = counts.collected;
    return bundle;
}

void each_bundle_row(Connection& db, const std::function<void(const BundleRow&)>& found) {
    CountsByBundle counts = count_all_reservations(db);
    // Both in order of bundle: memberships are read alongside, not looked up.
    BundleCursor membership(
        db.query("SELECT bundle_id, category_id FROM bundle_category ORDER BY bundle_id, category_id"));
    BundleRow bundle;
    Query row = db.query(
        "SELECT bundle_id, seller_id, total_qty, weight_grams, carbon_dioxide, price_minor, discount_percentage, "
        "window_start, "
        "window_end FROM bundles ORDER BY bundle_id");
    while (row.step()) {
        read_bundle_columns(row, bundle);
        bundle.categories.clear();
        for (; membership.seek(bundle.id); membership.advance())
            bundle.categories.emplace_back(membership.row().integer(1));
        const Counts count = counts[bundle.id.value()];
        bundle.reserved = count.reserved;
        bundle.collected = count.collected;
        found(bundle);
    }
}

std::vector<BundleId> bundles_ended(Connection& db, SellerId seller, Timestamp after, Timestamp by) {
    return read_ids(db.query("SELECT bundle_id FROM bundles WHERE seller_id = ? AND window_end > ? AND window_end <= ?",
                             seller, after, by));
}

std::vector<BundleId> bundles_starting(Connection& db, SellerId seller, Timestamp from, Timestamp before) {
    return read_ids(
        db.query("SELECT bundle_id FROM bundles WHERE seller_id = ? AND window_start >= ? AND window_start < ?", seller,
                 from, before));
}

std::vector<BundleId> bundles_of_seller(Connection& db, SellerId seller) {
    return read_ids(db.query("SELECT bundle_id FROM bundles WHERE seller_id = ?", seller));
}

}  // namespace edge::storage
