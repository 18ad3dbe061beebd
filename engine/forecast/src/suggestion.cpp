#include "edge/forecast/suggestion.hpp"

#include "edge/forecast/count_distribution.hpp"

#include <boost/math/special_functions/beta.hpp>

#include <algorithm>
#include <cmath>

namespace edge::forecast {

namespace {

namespace policies = boost::math::policies;
using Quiet =
    policies::policy<policies::promote_double<false>, policies::domain_error<policies::ignore_error>,
                     policies::pole_error<policies::ignore_error>, policies::overflow_error<policies::ignore_error>,
                     policies::evaluation_error<policies::ignore_error>>;

/// More than this many are not overbooked one by one; the share of no-shows is then as good as certain.
constexpr std::int64_t most_items_searched = 1'000'000;

double critical_ratio(const Costs& costs) {
    const bool usable =
        std::isfinite(costs.waste) && std::isfinite(costs.margin) && costs.waste > 0 && costs.margin > 0;
    return usable ? 1 / (1 + costs.waste / costs.margin) : .5;
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
    const double sold = collected.with_cap(suggestion.items).mean();
    suggestion.expected_waste = std::max(0.0, static_cast<double>(suggestion.items) - sold);
    suggestion.expected_lost = std::max(0.0, collected.mean() - sold);
    return suggestion;
}

}  // namespace edge::forecast
