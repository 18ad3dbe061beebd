#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace edge {

/// 29 characters that are not mistaken for one another on paper or a screen: no 0 O, 1 I L, U V.
inline constexpr std::string_view claim_code_alphabet = "23456789ABCDEFGHJKMNPQRSTWXYZ";
inline constexpr std::size_t claim_code_length = 6;

/// A uniformly distributed number in [0, bound), from a cryptographic generator.
using RandomBelow = std::function<std::uint32_t(std::uint32_t bound)>;

/// A new claim code; whether it is free within its bundle is the caller's to check.
[[nodiscard]] std::string make_claim_code(const RandomBelow& random_below);

/// What two typings of one code have in common: upper case, without spaces, dashes and dots. ASCII only; other bytes
/// stay as they are. The column `reservations.claim_key` holds the same in SQL.
[[nodiscard]] std::string normalise_claim_code(std::string_view typed);

}  // namespace edge
