#pragma once

#include "edge/core/entities.hpp"
#include "edge/storage/connection.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace edge::storage {

/// How many of a bundle are taken, and how many of those are fetched. Cancelled ones count as neither.
struct BundleCounts {
    std::int64_t reserved = 0;
    std::int64_t collected = 0;
};

/// [from, before) of window starts, windows that end after `ends_after`, in order of start, then id.
struct BundleRange {
    SellerId seller{0};
    Timestamp from = Timestamp::min();
    Timestamp before = Timestamp::max();
    Timestamp ends_after = Timestamp::min();
    bool include_closed = true;
    std::int64_t limit = -1;  ///< none if negative
};

[[nodiscard]] std::optional<Bundle> find_bundle(Connection& db, BundleId id);
/// Throws `unknown_bundle`.
[[nodiscard]] Bundle get_bundle(Connection& db, BundleId id);
[[nodiscard]] std::vector<Bundle> list_bundles(Connection& db, const BundleRange& range);
[[nodiscard]] std::vector<CategoryId> categories_of(Connection& db, BundleId id);
[[nodiscard]] BundleCounts count_reservations(Connection& db, BundleId id);

/// Takes the id given, or the next free one if that is 0. Returns the bundle with its id.
Bundle insert_bundle(WriteTransaction& write, Bundle bundle);
/// Writes what differs from what is stored, its categories included.
void update_bundle(WriteTransaction& write, const Bundle& bundle);

}  // namespace edge::storage
