#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace edge {

/// An amount in the seller's currency, counted in minor units (pence, cents), so that sums are exact.
struct Money {
    std::int64_t minor = 0;
    friend auto operator<=>(Money, Money) = default;
};

/// How many digits an ISO 4217 currency has behind the point: 2 for most, 0 for JPY, 3 for KWD.
[[nodiscard]] int minor_digits(std::string_view currency) noexcept;
/// "3.99"
[[nodiscard]] std::string format_money(Money amount, std::string_view currency);
/// `3.99` or `4`. Nothing if it is no number or finer than the currency.
[[nodiscard]] std::optional<Money> parse_money(std::string_view text, std::string_view currency);

}  // namespace edge
