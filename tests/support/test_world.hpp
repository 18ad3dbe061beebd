#pragma once

#include "edge/engine.hpp"

#include <cstdint>
#include <string>

namespace edge::test {

/// The world outside an engine under test: a clock that stands still until it is moved, and random bytes that are the
/// same for the same seed. Must outlive the engines that use it.
struct TestWorld {
    Timestamp now = parse_timestamp("2026-11-23T12:00:00Z").value();
    std::uint64_t seed = 1;

    /// Options of one engine; its random bytes start at the seed's beginning.
    [[nodiscard]] EngineOptions options(const std::string& vfs = {}) const;
};

/// The seed of a randomised test: EDGE_SEED if it is set, to see one failure again, else the one given.
[[nodiscard]] std::uint64_t seed_or(std::uint64_t usual);
/// How many rounds to run: EDGE_ROUNDS if it is set, else the number given.
[[nodiscard]] int rounds_or(int usual);

/// A bundle of the seller's first category whose window starts `from_now` after the world's now and lasts two hours.
[[nodiscard]] NewBundle bundle_in(const TestWorld& world, SellerId seller, std::chrono::hours from_now,
                                  std::int64_t quantity);

/// Claim codes of two open reservations of every shop, for one bundle whose window has begun.
inline constexpr const char* open_code = "K7M2QX";
inline constexpr const char* other_open_code = "ZZ22AA";

/// A closed file with one seller (Europe/London, GB-ENG), three categories, and `days` days of bundles before and two
/// after the world's now, reserved, collected, cancelled and missed. Refreshed if asked for.
enum class Refreshed { no, yes };
void make_shop(const std::string& path, const TestWorld& world, int days, Refreshed refreshed);

}  // namespace edge::test
