#pragma once

#include "pooled/lanes.hpp"

#include <array>
#include <cstddef>

namespace edge::forecast::pooled {

/// Besides the settings: two exponential means and the mean of similar slots.
inline constexpr std::size_t expert_count = 3;
inline constexpr std::size_t component_count = setting_count + expert_count;
/// The one of middling drift, for what needs a single mean.
inline constexpr std::size_t moderate_setting = 2;
/// The one that knows no drift.
inline constexpr std::size_t unchanging_setting = 0;

/// How far a lane's levels and weekdays wander a day (standard deviations), and how large its effects may be.
struct LaneSetting {
    double series_drift;
    double seller_drift;
    double everyone_drift;
    double weekday_drift;
    double effect_scale;  ///< of the prior variances of everything but the level
};

/// Prior standard deviations of effects, on the log scale.
struct EffectPrior {
    double weekday;
    double holiday;
    double temperature;
    double temperature_square;
    double weather;
    double window;
    double weekend_window;
};

/// What is expected of the level of a new series.
struct LevelPrior {
    double typical_count = 1;     ///< of any shop
    bool typical_is_mean = true;  ///< the mean of the rate; else the exponential of the mean of its logarithm
    double typical_variance = 8;  ///< so wide that the first rows settle the level, which measured best
    double smallest_variance = .3;
};

/// A count far from what a settled level expects is more often an event than a new level. It teaches the effects as
/// under a Student distribution: fully up to `free` standard deviations squared, ever less beyond.
struct Surprise {
    double degrees = 8;             ///< of freedom; 0: every count teaches fully
    double free = 3;                ///< squared standard deviations
    double settled_variance = .10;  ///< of a belief that is settled: before, a surprise is how the level is found
};

struct NoShowPrior {
    double start = .15;                                    ///< before any is known: what the marketplace assumes
    std::array<double, 3> level_deviation{1.0, .15, .25};  ///< of everyone, a seller, a series; log odds
    double correlation = .01;                              ///< of two reservations of one slot
};

/// The numbers of the method that are chosen, not learned from a shop's history.
struct Settings {
    /// From a world that never changes to one that changes every week, twice with small effects; last the no-shows.
    std::array<LaneSetting, lane_count> lanes{{{.00, .000, .000, .000, 1.0},
                                               {.02, .015, .004, .004, 1.0},
                                               {.05, .030, .006, .004, 1.0},
                                               {.10, .060, .010, .004, 1.0},
                                               {.20, .100, .020, .004, 1.0},
                                               {.02, .015, .004, .004, .15},
                                               {.10, .040, .006, .004, .15},
                                               {.02, .000, .010, .000, .10}}};
    /// Of everyone, a seller, a series.
    std::array<EffectPrior, 3> effects{{{.30, .30, .30, .15, .20, .60, .30},
                                        {.20, .20, .20, .10, .10, .40, .15},
                                        {.15, .15, .10, .05, .10, .50, .15}}};
    LevelPrior level{};
    Surprise surprise{};
    NoShowPrior no_shows{};
    /// Of each component before anything is known, up to a factor.
    std::array<double, component_count> weights{.10, .10, .10, .10, .05, .15, .15, .10, .10, .20};
    bool experts_lean_on_model = true;  ///< with few rows; else on the mean of all counts
    bool holiday_keeps_weekend_hours = true;
    bool unknown_weather_stays_unknown = true;  ///< when slots are compared; else cloudy at 15 °C
    bool functions_are_exact = true;            ///< digamma and trigamma; else the first terms of their series
    bool moves_by_whole_variance = true;        ///< also where a belief is wider than its rate is taken to be
};

/// Of the method `pooled`.
[[nodiscard]] const Settings& standard_settings();
/// Of the Python prototype that it departs from, to be held against its numbers.
[[nodiscard]] const Settings& prototype_settings();

}  // namespace edge::forecast::pooled
