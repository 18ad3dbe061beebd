#pragma once

#include "edge/forecast/method.hpp"

namespace edge::forecast {

inline constexpr LocalDate monday{std::chrono::days(20423)};  // 2025-12-01

/// A closed slot of bread on a Monday noon, mild and cloudy; a test states what differs.
struct ObservationBuilder {
    Observation observation{.seller = SellerId(1),
                            .category = CategoryId(1),
                            .day = monday,
                            .weekday = 0,
                            .window_start = std::chrono::hours(12),
                            .window_end = std::chrono::hours(14),
                            .temperature = Celsius::from_units(1000),
                            .weather = WeatherFlag::cloudy,
                            .reservations = 4,
                            .no_shows = 0};

    ObservationBuilder& on(LocalDate day) {
        observation.day = day;
        observation.weekday = weekday_index(day);
        return *this;
    }
    ObservationBuilder& at(TimeOfDay start) {
        observation.window_start = start;
        return *this;
    }
    ObservationBuilder& of(std::optional<CategoryId> category) {
        observation.category = category;
        return *this;
    }
    ObservationBuilder& from(SellerId seller) {
        observation.seller = seller;
        return *this;
    }
    ObservationBuilder& reserved(std::int64_t count, std::optional<std::int64_t> no_shows = 0) {
        observation.reservations = count;
        observation.no_shows = no_shows;
        return *this;
    }
    operator Observation() const { return observation; }  // NOLINT: it stands in for one
};

/// The coming slot of the same bread on a Monday noon.
inline Slot monday_slot() {
    return {.seller = SellerId(1),
            .categories = {CategoryId(1)},
            .day = monday + std::chrono::days(28),
            .window_start = std::chrono::hours(12),
            .window_end = std::chrono::hours(14),
            .temperature = Celsius::from_units(1000),
            .weather = WeatherFlag::cloudy};
}

}  // namespace edge::forecast
