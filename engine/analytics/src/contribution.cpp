#include "edge/analytics/contribution.hpp"

#include <algorithm>

namespace edge::analytics {
namespace {

__extension__ using Wide = __int128;

std::int64_t count(std::int64_t value) { return std::clamp<std::int64_t>(value, 0, amount_limit); }

/// `items` × `each`, cut off at the limit.
std::int64_t product(std::int64_t items, std::int64_t each) {
    const Wide exact = static_cast<Wide>(items) * each;
    return static_cast<std::int64_t>(std::clamp<Wide>(exact, -amount_limit, amount_limit));
}

std::int64_t wrapped(std::uint64_t value) { return static_cast<std::int64_t>(value); }

Amounts amounts_of(const BundleOutcome& outcome) {
    const std::int64_t posted = count(outcome.total_qty);
    const std::int64_t sold = count(outcome.collected);
    Amounts amounts{.bundles = 1,
                    .posted = posted,
                    .sold = sold,
                    .grams_saved = product(sold, std::max<std::int64_t>(outcome.weight_grams, 0)),
                    .co2_grams = product(sold, outcome.carbon_dioxide),
                    .revenue_minor = product(sold, net_price(outcome.price, outcome.discount_percentage).minor)};
    if (outcome.closed) {
        amounts.closed_bundles = 1;
        amounts.closed_posted = posted;
        amounts.closed_sold = sold;
        amounts.closed_reserved = count(outcome.reserved);
        amounts.closed_no_shows = std::max<std::int64_t>(amounts.closed_reserved - sold, 0);
    }
    return amounts;
}

}  // namespace

Amounts& Amounts::operator+=(const Amounts& other) noexcept {
    for (const AmountField& field : amount_fields) {
        this->*field.member =
            wrapped(static_cast<std::uint64_t>(this->*field.member) + static_cast<std::uint64_t>(other.*field.member));
    }
    return *this;
}

Amounts& Amounts::operator-=(const Amounts& other) noexcept {
    for (const AmountField& field : amount_fields) {
        this->*field.member =
            wrapped(static_cast<std::uint64_t>(this->*field.member) - static_cast<std::uint64_t>(other.*field.member));
    }
    return *this;
}

Money net_price(Money price, std::int64_t discount_percentage) noexcept {
    const Wide hundredths = static_cast<Wide>(std::max<std::int64_t>(price.minor, 0)) *
                            (100 - std::clamp<std::int64_t>(discount_percentage, 0, 100));
    return Money{static_cast<std::int64_t>((hundredths + 50) / 100)};
}

void assign_contribution(Contribution& contribution, const BundleOutcome& outcome) {
    contribution.day = outcome.day;
    contribution.window_start = outcome.window_start;
    contribution.categories = outcome.categories;
    std::vector<CategoryId>& categories = contribution.categories;
    std::sort(categories.begin(), categories.end());
    categories.erase(std::unique(categories.begin(), categories.end()), categories.end());
    contribution.amounts = amounts_of(outcome);
}

Contribution contribution_of(const BundleOutcome& outcome) {
    Contribution contribution;
    assign_contribution(contribution, outcome);
    return contribution;
}

}  // namespace edge::analytics
