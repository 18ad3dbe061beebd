#pragma once

#include "edge/core/time.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace edge::forecast {

/// A public holiday.
struct Holiday {
    LocalDate day;
    std::string name;                  ///< "Boxing Day (observed)" for a substitute day
    std::vector<std::string> regions;  ///< where it is one, ascending: "GB-ENG", "GB-NIR" …, "IE", "PT"
    friend bool operator==(const Holiday&, const Holiday&) = default;
};

/// The public holidays of one year by day, from rules: fixed days, Easter, substitutes for weekends, the one-off days
/// of 2020 to 2026. A day of the week-end and its substitute are both listed.
///
/// Regions: GB (every holiday of any nation), GB-ENG, GB-WLS, GB-SCT, GB-NIR (that nation's), IE, PT. Any other
/// region, or a year outside 2000 to 2100, gives none.
[[nodiscard]] std::vector<Holiday> public_holidays(std::string_view region, int year);

/// Whether a forecast treats the day as a holiday. For GB only the days common to the whole country; for a nation its
/// own days too. Unknown region: false.
[[nodiscard]] bool is_holiday(LocalDate day, std::string_view region);

}  // namespace edge::forecast
