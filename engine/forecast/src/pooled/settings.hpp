#pragma once

#include "pooled/features.hpp"
#include "pooled/lanes.hpp"

#include <array>
#include <cstddef>

namespace edge::forecast::pooled {

/// Whose effects a block holds.
enum class Owner : std::size_t { everyone, seller, series };

/// Standard deviation a day by which a level wanders, per lane.
[[nodiscard]] const Lanes& level_drift_variance(Owner owner) noexcept;
/// The same of each weekday effect.
[[nodiscard]] const Lanes& weekday_drift_variance() noexcept;
/// Prior variance of one effect, per lane. For a series' level: that of the no-show lane only, the others learn it.
[[nodiscard]] const Lanes& prior_variance(Owner owner, std::size_t feature) noexcept;

/// Besides the settings: two exponential means and the mean of similar slots.
inline constexpr std::size_t expert_count = 3;
inline constexpr std::size_t component_count = setting_count + expert_count;
/// Log of each component's weight before anything is known, up to a constant.
[[nodiscard]] const std::array<double, component_count>& prior_log_weights() noexcept;

/// The one of middling drift, for what needs a single mean.
inline constexpr std::size_t moderate_setting = 2;
/// The one that knows no drift.
inline constexpr std::size_t unchanging_setting = 0;
/// Before any is known: what the marketplace assumes.
inline constexpr double no_show_start = .15;

}  // namespace edge::forecast::pooled
