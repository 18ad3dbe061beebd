#include "pooled/settings.hpp"

#include "pooled/priors.hpp"

namespace edge::forecast::pooled {

const Settings& standard_settings() {
    static const Settings settings = [] {
        Settings learned;
        learned.level.typical_count = priors().typical_count;
        return learned;
    }();
    return settings;
}

const Settings& prototype_settings() {
    static const Settings settings = [] {
        Settings prototype;
        prototype.lanes[6] = {.07, .040, .006, .004, .15};
        prototype.lanes[no_show_lane] = {.02, .010, .010, .000, .10};
        prototype.effects[2].window = .40;
        prototype.level = {
            .typical_count = 3, .typical_is_mean = false, .typical_variance = 2.25, .smallest_variance = .3};
        prototype.surprise = {.degrees = 0};
        prototype.no_shows = {.start = .12, .level_deviation = {1.0, .25, .25}, .correlation = .02};
        prototype.weights = {.10, .10, .10, .10, .05, .15, .15, .05, .05, .25};
        prototype.experts_lean_on_model = false;
        prototype.holiday_keeps_weekend_hours = false;
        prototype.unknown_weather_stays_unknown = false;
        prototype.functions_are_exact = false;
        prototype.moves_by_whole_variance = false;
        return prototype;
    }();
    return settings;
}

}  // namespace edge::forecast::pooled
