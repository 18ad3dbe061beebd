#pragma once

#include "edge/core/entities.hpp"
#include "edge/storage/connection.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace edge::storage {

/// A bundle as analytics and forecast inputs need it.
struct BundleRow {
    BundleId id{0};
    SellerId seller{0};
    std::vector<CategoryId> categories;  ///< ascending
    std::int64_t total_qty = 0;
    std::int64_t weight_grams = 0;
    std::int64_t carbon_dioxide = 0;
    Money price;
    std::int64_t discount_percentage = 0;
    PickupWindow window;
    std::int64_t reserved = 0;  ///< not cancelled, or collected all the same
    std::int64_t collected = 0;
};

/// Nothing if the bundle is gone.
[[nodiscard]] std::optional<BundleRow> find_bundle_row(Connection& db, BundleId bundle);
/// Every bundle of every seller in order of id. Reads reservations once, in the order they lie in the file, and keeps
/// two counts a bundle.
void each_bundle_row(Connection& db, const std::function<void(const BundleRow&)>& found);
/// Bundles whose window ended after `after` and by `by`.
[[nodiscard]] std::vector<BundleId> bundles_ended(Connection& db, SellerId seller, Timestamp after, Timestamp by);
/// Bundles whose window starts at or after `from` and before `before`.
[[nodiscard]] std::vector<BundleId> bundles_starting(Connection& db, SellerId seller, Timestamp from, Timestamp before);
[[nodiscard]] std::vector<BundleId> bundles_of_seller(Connection& db, SellerId seller);

}  // namespace edge::storage
