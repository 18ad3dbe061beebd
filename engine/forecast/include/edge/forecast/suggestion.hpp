#pragma once

#include "edge/core/decimal.hpp"

#include <cstdint>
#include <vector>

namespace edge::forecast {

class CountDistribution;

/// What a seller weighs when choosing how many items to post. Only the ratio of the first two matters.
struct Costs {
    double waste = 1.0;             ///< lost on an item that nobody fetches
    double margin = 1.0;            ///< earned on an item that is fetched
    double overbooking_risk = .05;  ///< accepted probability that more people come than there are items, 0 to 1
};

/// How many to prepare and to post, and what to expect of it.
struct Suggestion {
    std::int64_t items = 0;      ///< to prepare: the newsvendor quantity of the collected demand
    std::int64_t allowance = 0;  ///< may be posted on top because some who reserve do not come
    std::int64_t post = 0;       ///< items + allowance
    double expected_waste = 0;   ///< of `items`, left over
    double expected_lost = 0;    ///< collections missed for want of items
    double overflow_risk = 0;  ///< probability that more people come than there are items if all of `post` are reserved
};

/// What preparing a quantity amounts to.
struct QuantityOutcome {
    std::int64_t items = 0;
    double expected_waste = 0;  ///< left over
    double expected_lost = 0;   ///< collections missed for want of items
    double expected_cost = 0;   ///< waste and lost margin in the unit of `Costs`
};

/// The best quantity for an uncut demand of which each reservation stays away with probability `no_show`. Costs that
/// are not positive and finite count as equal.
[[nodiscard]] Suggestion suggest_quantity(const CountDistribution& demand, Probability no_show, const Costs& costs);

/// The outcomes of `items` and of two neighbours on either side, a tenth of `items` (at least one) apart, ascending;
/// fewer where there would be less than nothing.
[[nodiscard]] std::vector<QuantityOutcome> outcomes_around(const CountDistribution& demand, Probability no_show,
                                                           std::int64_t items, const Costs& costs);

}  // namespace edge::forecast
