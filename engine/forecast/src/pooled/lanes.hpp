#pragma once

#include <array>
#include <cstddef>

namespace edge::forecast::pooled {

/// The models that run side by side: seven settings of the count model, and the no-show model. They share their
/// features and so the shape of their matrices; a number is kept for all of them together, which the compiler turns
/// into vector instructions.
inline constexpr std::size_t lane_count = 8;
inline constexpr std::size_t setting_count = 7;
inline constexpr std::size_t no_show_lane = 7;

struct alignas(64) Lanes {
    std::array<double, lane_count> value{};

    double& operator[](std::size_t lane) noexcept { return value[lane]; }
    double operator[](std::size_t lane) const noexcept { return value[lane]; }

    /// this += factor × other
    void add(double factor, const Lanes& other) noexcept {
        for (std::size_t i = 0; i < lane_count; ++i) value[i] += factor * other.value[i];
    }
    /// this += left × right
    void add(const Lanes& left, const Lanes& right) noexcept {
        for (std::size_t i = 0; i < lane_count; ++i) value[i] += left.value[i] * right.value[i];
    }
    /// this −= left × right
    void subtract(const Lanes& left, const Lanes& right) noexcept {
        for (std::size_t i = 0; i < lane_count; ++i) value[i] -= left.value[i] * right.value[i];
    }
    friend Lanes operator*(const Lanes& left, const Lanes& right) noexcept {
        Lanes product;
        for (std::size_t i = 0; i < lane_count; ++i) product.value[i] = left.value[i] * right.value[i];
        return product;
    }
    friend bool operator==(const Lanes&, const Lanes&) = default;
};

}  // namespace edge::forecast::pooled
