#include "pooled/features.hpp"

#include <algorithm>
#include <cmath>

namespace edge::forecast::pooled {

namespace {

double hour_of(TimeOfDay time) {
    return std::chrono::duration<double, std::ratio<3600>>(std::chrono::floor<std::chrono::minutes>(time)).count();
}

/// Beyond any climate: what is out of it is no measurement.
std::optional<double> credible(const std::optional<Celsius>& temperature) {
    if (!temperature || std::abs(temperature->value()) > 60) return std::nullopt;
    return temperature->value();
}

}  // namespace

Context context_of(const Slot& slot) {
    return {.weekday = weekday_index(slot.day),
            .is_holiday = slot.is_holiday,
            .start_hour = hour_of(slot.window_start),
            .temperature = credible(slot.temperature),
            .weather = slot.weather};
}

Context context_of(const Observation& observation) {
    const bool stored = observation.weekday >= 0 && observation.weekday <= 6;
    return {.weekday = stored ? observation.weekday : weekday_index(observation.day),
            .is_holiday = observation.is_holiday,
            .start_hour = hour_of(observation.window_start),
            .temperature = credible(observation.temperature),
            .weather = observation.weather};
}

void FeatureVector::add(std::size_t feature, double value) {
    elements_.at(size_++) = {.feature = static_cast<std::uint8_t>(feature), .value = value};
}

void WindowRegistry::learn(double start_hour) {
    const bool known = std::find(hours.begin(), hours.end(), start_hour) != hours.end();
    if (!known && hours.size() < window_count) hours.push_back(start_hour);
}

std::optional<std::size_t> WindowRegistry::find(double start_hour) const {
    if (hours.size() < 2) return std::nullopt;
    std::size_t nearest = 0;
    for (std::size_t i = 1; i < hours.size(); ++i) {
        if (std::abs(hours[i] - start_hour) < std::abs(hours[nearest] - start_hour)) nearest = i;
    }
    // An hour that is not known yet resembles none of the others, as long as it can still get its own feature.
    if (hours[nearest] != start_hour && hours.size() < window_count) return std::nullopt;
    return nearest;
}

FeatureVector features_of(const Context& context, const WindowRegistry& windows, bool holiday_keeps_weekend_hours) {
    constexpr double mild = 15;
    constexpr double typical_square = .7;
    const bool weekend = context.weekday >= 5;
    FeatureVector x;
    x.add(level_feature, 1);
    x.add(weekday_feature + static_cast<std::size_t>(context.weekday), 1);
    if (context.is_holiday) x.add(holiday_feature + (weekend ? 1 : 0), 1);
    if (context.temperature) {
        const double tens = (*context.temperature - mild) / 10;
        x.add(temperature_feature, tens);
        x.add(temperature_square_feature, tens * tens - typical_square);
    }
    if (context.weather) x.add(weather_feature + static_cast<std::size_t>(*context.weather), 1);
    if (const std::optional<std::size_t> window = windows.find(context.start_hour)) {
        x.add(window_feature + *window, 1);
        const bool free_day = weekend || (context.is_holiday && holiday_keeps_weekend_hours);
        if (free_day) x.add(weekend_window_feature + *window, 1);
    }
    return x;
}

}  // namespace edge::forecast::pooled
