#pragma once

#include "edge/forecast/method.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace edge::forecast {

/// A table of closed slots, by day. The ids of its observations are places in the lists of names.
struct SlotHistory {
    std::vector<std::string> sellers;     ///< ascending
    std::vector<std::string> categories;  ///< ascending
    std::vector<Observation> rows;        ///< by day, then seller, category and window start
};

/// Reads CSV with a header line. Needed: series_id, category_id, date, day_of_week (0 = Monday), window_start_hour,
/// window_end_hour, is_holiday, observed_reservations; may be empty or absent: temperature, weather_flag, posted_qty,
/// observed_no_shows. Other columns are passed over. Throws `invalid_argument` with the line of what it cannot read.
[[nodiscard]] SlotHistory parse_slot_history(std::string_view csv);

/// One slot as it was known beforehand.
[[nodiscard]] Slot slot_of(const Observation& observation);

/// Forecasts every row from rows of strictly earlier days, one day at a time, in order: `visit` sees each row with its
/// forecast before the method learns the day. `visit` may throw to stop.
void backtest(Method& method, const SlotHistory& history,
              const std::function<void(const Observation&, const Forecast&)>& visit);

/// One line of predictions and the header above them: key, mean, point, no-show probability, q05 … q95.
[[nodiscard]] std::string prediction_header();
[[nodiscard]] std::string prediction_line(const SlotHistory& history, const Observation& row, const Forecast& forecast);

}  // namespace edge::forecast
