#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace edge {

/// `units` × 10^-places as text with exactly that many places: (-5, 2) is "-0.05".
[[nodiscard]] std::string format_decimal(std::int64_t units, int places);
/// Plain decimal text (`-12.50`, `3`, `.5`, `1e-3`) to units of 10^-places. Nothing if it is not a number, does not
/// fit, or has a non-zero digit beyond `places`.
[[nodiscard]] std::optional<std::int64_t> parse_decimal(std::string_view text, int places);
/// `value` rounded to `places` by its exact binary value, as `printf("%.*f")` does (a true tie goes to the even
/// digit), in units of 10^-places. `value` must be finite and fit.
[[nodiscard]] std::int64_t round_to_units(double value, int places);

/// An exact decimal with a fixed number of places. TEXT with all its places in SQLite and JSON.
template <int Places>
class FixedDecimal {
public:
    static constexpr int places = Places;

    constexpr FixedDecimal() noexcept = default;
    [[nodiscard]] static constexpr FixedDecimal from_units(std::int64_t units) noexcept {
        FixedDecimal decimal;
        decimal.units_ = units;
        return decimal;
    }
    [[nodiscard]] static FixedDecimal round(double value) { return from_units(round_to_units(value, Places)); }
    [[nodiscard]] static std::optional<FixedDecimal> parse(std::string_view text) {
        const std::optional<std::int64_t> units = parse_decimal(text, Places);
        if (!units) return std::nullopt;
        return from_units(*units);
    }

    /// In units of 10^-Places.
    [[nodiscard]] constexpr std::int64_t units() const noexcept { return units_; }
    [[nodiscard]] std::string text() const { return format_decimal(units_, Places); }
    /// The nearest double.
    [[nodiscard]] constexpr double value() const noexcept {
        double scale = 1;
        for (int i = 0; i < Places; ++i) scale *= 10;
        return static_cast<double>(units_) / scale;
    }
    friend constexpr auto operator<=>(FixedDecimal, FixedDecimal) noexcept = default;

private:
    std::int64_t units_ = 0;
};

using PointValue = FixedDecimal<4>;      ///< `y` of a graph's point
using Probability = FixedDecimal<4>;     ///< 0.0000 to 1.0000
using Celsius = FixedDecimal<2>;         ///< temperature, degrees C
using Degrees = FixedDecimal<6>;         ///< latitude or longitude
using Co2Coefficient = FixedDecimal<9>;  ///< kg CO2e per kg

}  // namespace edge
