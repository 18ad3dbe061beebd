#pragma once

#include "edge/storage/forecasts.hpp"

#include <string_view>

namespace edge::storage {

/// The beginning of a statement whose rows `read_input` reads.
inline constexpr std::string_view input_columns =
    "SELECT bundle_id, input_id, seller_id, category_id, day_of_week, window_start, window_end, is_holiday, "
    "temperature, weather_flag, observed_reservations, observed_no_shows, posted_qty FROM forecast_input ";

inline constexpr int input_id_column = 1;
inline constexpr int window_start_column = 5;

/// Into a row whose memory is used again.
void read_input(const Query& row, InputRow& input);

}  // namespace edge::storage
