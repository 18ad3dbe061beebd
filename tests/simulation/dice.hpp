#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace edge::simulation {

/// Random numbers that are the same everywhere for the same seed (splitmix64; the standard's distributions are not).
class Dice {
public:
    explicit Dice(std::uint64_t seed) noexcept : state_(seed) {}

    [[nodiscard]] std::uint64_t next() noexcept {
        state_ += 0x9e3779b97f4a7c15ULL;
        std::uint64_t mixed = state_;
        mixed = (mixed ^ (mixed >> 30U)) * 0xbf58476d1ce4e5b9ULL;
        mixed = (mixed ^ (mixed >> 27U)) * 0x94d049bb133111ebULL;
        return mixed ^ (mixed >> 31U);
    }
    /// 0 to bound - 1.
    [[nodiscard]] std::int64_t below(std::int64_t bound) noexcept {
        return static_cast<std::int64_t>(next() % static_cast<std::uint64_t>(bound));
    }
    [[nodiscard]] bool chance(int percent) noexcept { return below(100) < percent; }

    template <class T>
    [[nodiscard]] const T& one_of(std::span<const T> values) noexcept {
        return values[static_cast<std::size_t>(below(static_cast<std::int64_t>(values.size())))];
    }

private:
    std::uint64_t state_;
};

}  // namespace edge::simulation
