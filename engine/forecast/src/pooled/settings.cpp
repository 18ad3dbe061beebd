#include "pooled/settings.hpp"

#include <cmath>

namespace edge::forecast::pooled {

namespace {

struct Setting {
    double series_drift;
    double seller_drift;
    double everyone_drift;
    double weekday_drift;
    double effect_scale;  ///< of the prior variances of everything but the level
};

/// From a world that never changes to one that changes every week, twice with small effects; last the no-shows.
constexpr std::array<Setting, lane_count> settings{{{.00, .000, .000, .000, 1.0},
                                                    {.02, .015, .004, .004, 1.0},
                                                    {.05, .030, .006, .004, 1.0},
                                                    {.10, .060, .010, .004, 1.0},
                                                    {.20, .100, .020, .004, 1.0},
                                                    {.02, .015, .004, .004, .15},
                                                    {.10, .040, .006, .004, .15},
                                                    {.02, .000, .010, .000, .10}}};

/// Prior standard deviations on the log scale.
struct EffectPrior {
    double weekday;
    double holiday;
    double temperature;
    double temperature_square;
    double weather;
    double window;
    double weekend_window;
};
constexpr std::array<EffectPrior, 3> effect_priors{
    {{.30, .30, .30, .15, .20, .60, .30}, {.20, .20, .20, .10, .10, .40, .15}, {.15, .15, .10, .05, .10, .50, .15}}};
constexpr std::array<double, 3> no_show_level_deviation{1.0, .15, .25};

constexpr double square(double value) { return value * value; }

double effect_deviation(const EffectPrior& prior, std::size_t feature) {
    if (feature < holiday_feature) return prior.weekday;
    if (feature < temperature_feature) return prior.holiday;
    if (feature == temperature_feature) return prior.temperature;
    if (feature == temperature_square_feature) return prior.temperature_square;
    if (feature < window_feature) return prior.weather;
    if (feature < weekend_window_feature) return prior.window;
    return prior.weekend_window;
}

using PriorTable = std::array<std::array<Lanes, feature_count>, 3>;

PriorTable make_prior_table() {
    PriorTable table;
    for (std::size_t owner = 0; owner < table.size(); ++owner) {
        table[owner][level_feature][no_show_lane] = square(no_show_level_deviation[owner]);
        for (std::size_t feature = 1; feature < feature_count; ++feature) {
            const double variance = square(effect_deviation(effect_priors[owner], feature));
            for (std::size_t lane = 0; lane < lane_count; ++lane) {
                table[owner][feature][lane] = variance * settings[lane].effect_scale;
            }
        }
    }
    return table;
}

std::array<Lanes, 3> make_level_drifts() {
    std::array<Lanes, 3> drifts;
    for (std::size_t lane = 0; lane < lane_count; ++lane) {
        drifts[0][lane] = square(settings[lane].everyone_drift);
        drifts[1][lane] = square(settings[lane].seller_drift);
        drifts[2][lane] = square(settings[lane].series_drift);
    }
    return drifts;
}

Lanes make_weekday_drift() {
    Lanes drift;
    for (std::size_t lane = 0; lane < lane_count; ++lane) drift[lane] = square(settings[lane].weekday_drift);
    return drift;
}

}  // namespace

const Lanes& level_drift_variance(Owner owner) noexcept {
    static const std::array<Lanes, 3> drifts = make_level_drifts();
    return drifts[static_cast<std::size_t>(owner)];
}

const Lanes& weekday_drift_variance() noexcept {
    static const Lanes drift = make_weekday_drift();
    return drift;
}

const Lanes& prior_variance(Owner owner, std::size_t feature) noexcept {
    static const PriorTable table = make_prior_table();
    return table[static_cast<std::size_t>(owner)][feature];
}

const std::array<double, component_count>& prior_log_weights() noexcept {
    static const std::array<double, component_count> logs = [] {
        constexpr std::array<double, component_count> weights{.10, .10, .10, .10, .05, .15, .15, .10, .10, .20};
        std::array<double, component_count> values{};
        for (std::size_t i = 0; i < weights.size(); ++i) values[i] = std::log(weights[i]);
        return values;
    }();
    return logs;
}

}  // namespace edge::forecast::pooled
