#pragma once

#include "edge/analytics/contribution.hpp"

#include <cstdint>
#include <map>

namespace edge::analytics {

/// An hour of the week: 24 × weekday (0 = Monday) + hour, 0 to 167.
using WeekHour = int;
[[nodiscard]] WeekHour week_hour_of(LocalDate day, TimeOfDay window_start) noexcept;

/// All that graphs are made from: the sum of contributions, by what graphs group by. It is either the whole of a
/// seller or a signed difference: take the old contribution of every changed bundle off an empty one, add the new
/// one, and its entries name exactly the rows that change, and by how much.
///
/// An entry that comes to zero is gone, so equal sums are equal objects, in whatever order they were made.
struct Totals {
    Amounts overall;                                ///< sum of `days`
    std::map<LocalDate, Amounts> days;              ///< the days on which a bundle falls
    std::map<CategoryId, std::int64_t> categories;  ///< collected
    std::map<TimeOfDay, std::int64_t> windows;      ///< collected, by full window start
    std::map<WeekHour, std::int64_t> week_hours;    ///< collected, by the hour of the week in which windows start

    void add(const Contribution& contribution);
    void subtract(const Contribution& contribution);
    /// Adds a difference (or any other totals).
    void add(const Totals& other);
    friend bool operator==(const Totals&, const Totals&) = default;
};

}  // namespace edge::analytics
