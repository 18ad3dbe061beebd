#pragma once

#include "edge/analytics/outcome.hpp"

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace edge::analytics {

/// Sums over bundles, or what one bundle adds to them, or a difference of two such. "Closed" counts only the bundles
/// whose window is over.
struct Amounts {
    std::int64_t bundles = 0;
    std::int64_t posted = 0;  ///< items; a bundle with a negative quantity counts as 0
    std::int64_t sold = 0;    ///< reservations collected
    std::int64_t closed_bundles = 0;
    std::int64_t closed_posted = 0;
    std::int64_t closed_sold = 0;
    std::int64_t closed_reserved = 0;
    std::int64_t closed_no_shows = 0;  ///< reserved, neither cancelled nor collected
    std::int64_t grams_saved = 0;      ///< weight of what was collected
    std::int64_t co2_grams = 0;        ///< CO2e saved by what was collected
    std::int64_t revenue_minor = 0;    ///< paid for what was collected, in minor units of the seller's currency

    /// Addition and subtraction wrap around at 64 bits instead of overflowing, so adding and taking away again is
    /// exact whatever the values. Sums of contributions never come near the limits (see `amount_limit`).
    Amounts& operator+=(const Amounts& other) noexcept;
    Amounts& operator-=(const Amounts& other) noexcept;
    [[nodiscard]] bool is_zero() const noexcept { return *this == Amounts{}; }
    friend bool operator==(const Amounts&, const Amounts&) = default;
};

/// One member of `Amounts` with its name, for code that treats all alike, such as a table with a column for each.
struct AmountField {
    std::string_view name;
    std::int64_t Amounts::*member;
};

/// Every member of `Amounts`, in order of declaration.
inline constexpr std::array<AmountField, 11> amount_fields = {{
    {"bundles", &Amounts::bundles},
    {"posted", &Amounts::posted},
    {"sold", &Amounts::sold},
    {"closed_bundles", &Amounts::closed_bundles},
    {"closed_posted", &Amounts::closed_posted},
    {"closed_sold", &Amounts::closed_sold},
    {"closed_reserved", &Amounts::closed_reserved},
    {"closed_no_shows", &Amounts::closed_no_shows},
    {"grams_saved", &Amounts::grams_saved},
    {"co2_grams", &Amounts::co2_grams},
    {"revenue_minor", &Amounts::revenue_minor},
}};
static_assert(sizeof(Amounts) == amount_fields.size() * sizeof(std::int64_t), "every amount has its field");

/// The most that one bundle adds to any amount: small enough that 2^31 bundles fit 64 bits, far above any real
/// bundle (four thousand tonnes, forty million pounds).
inline constexpr std::int64_t amount_limit = 0xFFFF'FFFF;

/// What one bundle adds to every total of its seller.
struct Contribution {
    LocalDate day;
    TimeOfDay window_start{};
    std::vector<CategoryId> categories;  ///< ascending, each once
    Amounts amounts;
    friend bool operator==(const Contribution&, const Contribution&) = default;
};

/// What the customer pays for one item: price less discount, rounded half up to the minor unit, as a till does.
/// A negative price counts as 0, a discount beyond 0 to 100 as the nearer of the two.
[[nodiscard]] Money net_price(Money price, std::int64_t discount_percentage) noexcept;

/// Negative quantities, counts, weights and prices count as 0; CO2e may be negative; each amount is cut off at
/// ±`amount_limit`. Revenue is `net_price` × collected.
[[nodiscard]] Contribution contribution_of(const BundleOutcome& outcome);
/// The same into a contribution that is there already: its memory is used again, for loops over many bundles.
void assign_contribution(Contribution& contribution, const BundleOutcome& outcome);

}  // namespace edge::analytics
