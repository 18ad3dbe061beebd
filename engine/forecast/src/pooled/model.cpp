#include "pooled/model.hpp"

#include <cmath>

namespace edge::forecast::pooled {

namespace {

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

}  // namespace

Model::Model(const Settings& settings) : settings_(settings) {
    for (std::size_t lane = 0; lane < lane_count; ++lane) {
        const LaneSetting& setting = settings.lanes[lane];
        level_drifts_[0][lane] = square(setting.everyone_drift);
        level_drifts_[1][lane] = square(setting.seller_drift);
        level_drifts_[2][lane] = square(setting.series_drift);
        weekday_drift_[lane] = square(setting.weekday_drift);
        for (std::size_t owner = 0; owner < prior_variances_.size(); ++owner) {
            for (std::size_t feature = 1; feature < feature_count; ++feature) {
                prior_variances_[owner][feature][lane] =
                    square(effect_deviation(settings.effects[owner], feature)) * setting.effect_scale;
            }
        }
    }
    for (std::size_t owner = 0; owner < prior_variances_.size(); ++owner) {
        prior_variances_[owner][level_feature][no_show_lane] = square(settings.no_shows.level_deviation[owner]);
    }
    for (std::size_t i = 0; i < component_count; ++i) log_weights_[i] = std::log(settings.weights[i]);
}

const Model& standard_model() {
    static const Model model(standard_settings());
    return model;
}

const Model& prototype_model() {
    static const Model model(prototype_settings());
    return model;
}

}  // namespace edge::forecast::pooled
