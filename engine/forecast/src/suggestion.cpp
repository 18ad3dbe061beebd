#include "edge/forecast/suggestion.hpp"

#include "quiet_policy.hpp"

#include "edge/forecast/count_distribution.hpp"

#include <boost/math/special_functions/beta.hpp>

#include <algorithm>
#include <cmath>

namespace edge::forecast {

namespace {

/// More than this many are not overbooked one by one; the share of no-shows is then as good as certain.
constexpr std::int64_t most_items_searched = 1'000'000;
/// No shop prepares more, and sums of a few stay far from overflow.
constexpr std::int64_t largest_quantity = 1'000'000'000'000'000;

/// The costs if they make sense, else equal ones.
Costs usable(const Costs& costs) {
    const bool sensible =
        std::isfinite(costs.waste) && std::isfinite(costs.margin) && costs.waste > 0 && costs.margin > 0;
    return sensible ? costs : Costs{.overbooking_risk = costs.overbooking_risk};
}

double critical_ratio(const Costs& costs) {
    const Costs weighed = usable(costs);
    return 1 / (1 + weighed.waste / weighed.margin);
}

/// Of preparing `items` for a number of people who come.
QuantityOutcome outcome_of(const CountDistribution& collected, std::int64_t items, const Costs& costs) {
    const double sold = collected.with_cap(items).mean();
    QuantityOutcome outcome{.items = items,
                            .expected_waste = std::max(0.0, static_cast<double>(items) - sold),
                            .expected_lost = std::max(0.0, collected.mean() - sold)};
    outcome.expected_cost = costs.waste * outcome.expected_waste + costs.margin * outcome.expected_lost;
    return outcome;
}

/// The probability that more than `items` come of `reserved` people.
double overflow_probability(std::int64_t reserved, std::int64_t items, double comes) {
    if (reserved <= items || comes <= 0) return 0;
    if (comes >= 1) return 1;
    return boost::math::ibeta(static_cast<double>(items + 1), static_cast<double>(reserved - items), comes, Quiet());
}

/// The largest number that may be posted on top, at most as many again: all posted are taken to be reserved, so the
/// true risk is lower.
std::int64_t overbooking_allowance(std::int64_t items, double comes, double risk) {
    if (items <= 0 || !(risk > 0)) return 0;
    std::int64_t low = 0;
    std::int64_t high = std::min(items, most_items_searched);
    while (low < high) {
        const std::int64_t middle = low + (high - low + 1) / 2;
        if (overflow_probability(items + middle, items, comes) <= risk) {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    return low;
}

}  // namespace

Suggestion suggest_quantity(const CountDistribution& demand, Probability no_show, const Costs& costs) {
    const double comes = std::clamp(1 - no_show.value(), 0.0, 1.0);
    const CountDistribution collected = demand.thinned(no_show);
    Suggestion suggestion;
    suggestion.items = collected.quantile(critical_ratio(costs));
    suggestion.allowance = overbooking_allowance(suggestion.items, comes, costs.overbooking_risk);
    suggestion.post = suggestion.items + suggestion.allowance;
    suggestion.overflow_risk = overflow_probability(suggestion.post, suggestion.items, comes);
    const QuantityOutcome outcome = outcome_of(collected, suggestion.items, usable(costs));
    suggestion.expected_waste = outcome.expected_waste;
    suggestion.expected_lost = outcome.expected_lost;
    return suggestion;
}

std::vector<QuantityOutcome> outcomes_around(const CountDistribution& demand, Probability no_show, std::int64_t items,
                                             const Costs& costs) {
    const CountDistribution collected = demand.thinned(no_show);
    const Costs weighed = usable(costs);
    const std::int64_t middle = std::clamp<std::int64_t>(items, 0, largest_quantity);
    const std::int64_t apart = std::max<std::int64_t>(1, middle / 10);
    std::vector<QuantityOutcome> outcomes;
    for (std::int64_t step = -2; step <= 2; ++step) {
        const std::int64_t quantity = middle + step * apart;
        if (quantity >= 0) outcomes.push_back(outcome_of(collected, quantity, weighed));
    }
    return outcomes;
}

}  // namespace edge::forecast
