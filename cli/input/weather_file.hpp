#pragma once

#include "edge/engine_types.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace edge::cli {

/// What holds for rows that do not say otherwise.
struct WeatherDefaults {
    std::string place;  ///< "50.7,-3.5"; empty if the shop's place is not known
    std::string source;
    Timestamp fetched_at;
};

/// Columns `day` (or `date`), and optionally `temperature` (degrees C), `weather` (or `weather_flag`, `flag`), `kind`
/// (observed by default), `place`, `source`. Throws `corrupt_data` for the first row that cannot be used.
[[nodiscard]] std::vector<WeatherEntry> weather_from_csv(std::string_view text, const WeatherDefaults& defaults,
                                                         const std::string& path);

/// Latitude and longitude to a tenth of a degree, as weather rows name a place; empty if the seller has none.
[[nodiscard]] std::string place_of(const Seller& seller);

}  // namespace edge::cli
