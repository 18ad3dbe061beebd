#pragma once

#include "edge/core/id.hpp"
#include "edge/core/money.hpp"
#include "edge/core/time.hpp"

#include <cstdint>
#include <vector>

namespace edge::analytics {

/// What is known of one bundle at one moment: all that any graph needs. Values may be anything 64 bits hold, as
/// foreign rows may; `contribution_of` says what it makes of absurd ones.
struct BundleOutcome {
    LocalDate day;                       ///< of its window start, on the seller's calendar
    TimeOfDay window_start{};            ///< to the microsecond
    std::vector<CategoryId> categories;  ///< in any order
    std::int64_t total_qty = 0;          ///< items posted
    std::int64_t reserved = 0;  ///< reservations that count: collected, open or not shown up for; not cancelled
    std::int64_t collected = 0;
    std::int64_t weight_grams = 0;         ///< of one item
    std::int64_t carbon_dioxide = 0;       ///< grams of CO2e saved by one item
    Money price;                           ///< of one item, before the discount
    std::int64_t discount_percentage = 0;  ///< 0 to 100
    bool closed = false;                   ///< its window is over
};

}  // namespace edge::analytics
