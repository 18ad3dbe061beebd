#include "edge/core/money.hpp"

#include "edge/core/decimal.hpp"

#include <algorithm>
#include <array>

namespace edge {

int minor_digits(std::string_view currency) noexcept {
    // ISO 4217, list one: every currency in use whose minor unit is not a hundredth.
    constexpr std::array<std::string_view, 16> without = {"BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW",
                                                          "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"};
    constexpr std::array<std::string_view, 7> thousandths = {"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"};
    if (std::find(without.begin(), without.end(), currency) != without.end()) return 0;
    if (std::find(thousandths.begin(), thousandths.end(), currency) != thousandths.end()) return 3;
    return 2;
}

std::string format_money(Money amount, std::string_view currency) {
    return format_decimal(amount.minor, minor_digits(currency));
}

std::optional<Money> parse_money(std::string_view text, std::string_view currency) {
    const std::optional<std::int64_t> minor = parse_decimal(text, minor_digits(currency));
    if (!minor) return std::nullopt;
    return Money{*minor};
}

}  // namespace edge
