#pragma once

#include "edge/storage/forecasts.hpp"

#include <string_view>

namespace edge::storage {

/// The beginning of a statement whose rows `read_input` reads.
inline constexpr std::string_view input_columns =
    "SELECT input_id, bundle_id, seller_id, category_id, day_of_week, window_start, window_end, is_holiday, "
    "temperature, weather_flag, observed_reservations, observed_no_shows, posted_qty FROM forecast_input ";

[[nodiscard]] InputRow read_input(const Query& row);

}  // namespace edge::storage
