#pragma once

#include "pooled/features.hpp"
#include "pooled/lanes.hpp"
#include "pooled/settings.hpp"

#include <array>
#include <cstddef>

namespace edge::forecast::pooled {

/// Whose effects a block holds.
enum class Owner : std::size_t { everyone, seller, series };

/// Settings, and what follows from them, made ready for the lanes. Outlives every state made with it.
class Model {
public:
    explicit Model(const Settings& settings);

    [[nodiscard]] const Settings& settings() const noexcept { return settings_; }
    /// Variance a day by which a level wanders, per lane.
    [[nodiscard]] const Lanes& level_drift_variance(Owner owner) const noexcept {
        return level_drifts_[static_cast<std::size_t>(owner)];
    }
    /// The same of each weekday effect.
    [[nodiscard]] const Lanes& weekday_drift_variance() const noexcept { return weekday_drift_; }
    /// Prior variance of one effect, per lane. For a level: that of the no-show lane only, the others learn it.
    [[nodiscard]] const Lanes& prior_variance(Owner owner, std::size_t feature) const noexcept {
        return prior_variances_[static_cast<std::size_t>(owner)][feature];
    }
    /// Log of each component's weight before anything is known, up to a constant.
    [[nodiscard]] const std::array<double, component_count>& prior_log_weights() const noexcept { return log_weights_; }

private:
    Settings settings_;
    std::array<Lanes, 3> level_drifts_;
    Lanes weekday_drift_;
    std::array<std::array<Lanes, feature_count>, 3> prior_variances_;
    std::array<double, component_count> log_weights_{};
};

/// With the settings of the method `pooled`.
[[nodiscard]] const Model& standard_model();
/// With those of the prototype.
[[nodiscard]] const Model& prototype_model();

}  // namespace edge::forecast::pooled
