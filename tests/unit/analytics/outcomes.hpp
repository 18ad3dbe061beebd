#pragma once

#include "edge/analytics/outcome.hpp"

namespace edge::analytics {

inline LocalDate on(const char* day) { return parse_date(day).value(); }

inline TimeOfDay at(const char* time) { return parse_time_of_day(time).value(); }

/// Five bags of bread in one category, three collected of four reserved, the window over.
inline BundleOutcome bread() {
    return {.day = on("2026-03-04"),
            .window_start = at("17:30"),
            .categories = {CategoryId(1)},
            .total_qty = 5,
            .reserved = 4,
            .collected = 3,
            .weight_grams = 400,
            .carbon_dioxide = 900,
            .price = Money{500},
            .discount_percentage = 40,
            .closed = true};
}

}  // namespace edge::analytics
