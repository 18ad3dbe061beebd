#pragma once

#include "edge/analytics/outcome.hpp"
#include "edge/analytics/totals.hpp"
#include "edge/core/time.hpp"
#include "edge/storage/connection.hpp"
#include "edge/storage/outcomes.hpp"

#include <cstdint>
#include <map>

namespace edge {

/// What a bundle came to by `now`, on its seller's calendar.
[[nodiscard]] analytics::BundleOutcome outcome_of(const storage::BundleRow& bundle, const TimeZone& zone,
                                                  Timestamp now);

struct CountedTotals {
    std::map<SellerId, analytics::Totals> totals;  ///< one for each seller asked for
    std::int64_t bundles = 0;                      ///< of all sellers
    std::int64_t reservations = 0;
};

/// The totals of sellers, each on the calendar of its time zone, from the rows of record alone: one pass over the file,
/// in memory that does not grow with the reservations.
[[nodiscard]] CountedTotals count_totals(storage::Connection& db, const std::map<SellerId, TimeZone>& sellers,
                                         Timestamp now);

}  // namespace edge
