#pragma once

#include "edge/storage/forecast_outcomes.hpp"

#include <string_view>

namespace edge::storage {

/// The beginning of a statement whose rows `read_outcome` reads.
inline constexpr std::string_view outcome_columns =
    "SELECT bundle_id, seller_id, day, window_start, method, predicted_reservations, mean, low, high, "
    "predicted_no_show_prob, confidence, observed_reservations, observed_no_shows FROM forecast_outcomes ";

[[nodiscard]] ForecastOutcomeRow read_outcome(const Query& row);

}  // namespace edge::storage
