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
/// Every bundle of a seller in order of id. Reads reservations once, in the order they lie in the file, and keeps two
/// counts a bundle.
void each_bundle_row(Connection& db, SellerId seller, const std::function<void(const BundleRow&)>& found);
/// Bundles whose window ended after `after` and by `by`.
[[nodiscard]] std::vector<BundleId> bundles_ended(Connection& db, SellerId seller, Timestamp after, Timestamp by);

/// One entry of the journal, as analytics reads it.
struct ChangedRow {
    int table = 0;  ///< a CapturedTable
    std::int64_t row = 0;
    int op = 0;  ///< 1 created, 2 updated, 3 deleted
    std::int64_t mask = 0;
    std::optional<std::int64_t> parent;  ///< the bundle of a reservation or forecast input
};
/// What analytics has not seen yet, in order.
void each_unseen_change(Connection& db, const std::function<void(const ChangedRow&)>& found);
[[nodiscard]] std::int64_t count_unseen_changes(Connection& db);
/// Everything in the journal counts as seen by analytics; what sync has seen too is dropped. Writes nothing if there
/// was nothing new.
void mark_changes_seen(WriteTransaction& write);

}  // namespace edge::storage
