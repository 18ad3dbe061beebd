#pragma once

#include "edge/analytics/forecast_accuracy.hpp"
#include "edge/analytics/graph_types.hpp"
#include "edge/analytics/totals.hpp"
#include "edge/core/entities.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace edge::analytics {

// Counts and sums become points exactly; what does not fit a point (beyond 9 × 10^14) shows as the nearest that does.

/// Predicted sales of one day, summed over its bundles.
struct DayForecast {
    LocalDate day;
    PointValue expected;
    PointValue low;   ///< of the day's prediction interval
    PointValue high;  ///< of the day's prediction interval
};

/// The name of a category; nothing if it has no row.
using CategoryNames = std::function<std::optional<std::string>(CategoryId)>;

/// How many points the graphs of the largest categories and windows have.
inline constexpr int top_count = 5;

// Types 1 and 5: a point a day, x = `YYYY-MM-DD`.

[[nodiscard]] GraphPoint sales_point(LocalDate day, const Amounts& amounts);
[[nodiscard]] GraphPoint posted_point(LocalDate day, const Amounts& amounts);
/// Series `sales` and `posted`, for the days on which a bundle falls.
[[nodiscard]] std::vector<GraphSeries> sales_vs_posted(const std::map<LocalDate, Amounts>& days);
/// Series `forecast`, `forecast_low` and `forecast_high`: what follows the two above in type 5. `forecasts` ascending.
[[nodiscard]] std::vector<GraphSeries> forecast_series(std::span<const DayForecast> forecasts);

// Types 2 and 101: the gauge.

struct SellThrough {
    PointValue sold;    ///< percent
    PointValue unsold;  ///< percent
    friend bool operator==(const SellThrough&, const SellThrough&) = default;
};
/// `sold / posted * 100` in IEEE double, in that order, at most 100, rounded to 2 places by its exact binary value (as
/// `%.2f` does); 0 when nothing was posted. Unsold is 100 less the rounded value.
[[nodiscard]] SellThrough sell_through(std::int64_t posted, std::int64_t sold);
/// Points `sold` and `unsold`.
[[nodiscard]] std::vector<GraphPoint> sell_through_points(std::int64_t posted, std::int64_t sold);

// Types 3 and 4: the largest groups.

/// x = name, or `#<id>` where there is none. Ties by smaller id.
[[nodiscard]] std::vector<GraphPoint> top_categories(const std::map<CategoryId, std::int64_t>& collected,
                                                     const CategoryNames& names, int count = top_count);
/// x = `HH:MM`; windows that differ by less than a minute keep points of their own. Ties by earlier time.
[[nodiscard]] std::vector<GraphPoint> top_windows(const std::map<TimeOfDay, std::int64_t>& collected,
                                                  int count = top_count);

// Types 102 and 104 to 106: a point a week, x = its Monday as `YYYY-MM-DD`.

/// The Monday of the day's ISO week.
[[nodiscard]] LocalDate week_of(LocalDate day) noexcept;
/// Weeks by their Monday. Given the days of some weeks only, exact for these.
[[nodiscard]] std::map<LocalDate, Amounts> weeks_of(const std::map<LocalDate, Amounts>& days);
/// No-shows in percent of reservations, windows over, 2 places rounded as in `sell_through`. Nothing without any such
/// reservation.
[[nodiscard]] std::optional<GraphPoint> no_show_point(LocalDate monday, const Amounts& week);
/// In kg. Nothing, like the next two, for a week in which no window is over and nothing was collected.
[[nodiscard]] std::optional<GraphPoint> waste_point(LocalDate monday, const Amounts& week);
/// In kg CO2e.
[[nodiscard]] std::optional<GraphPoint> co2_point(LocalDate monday, const Amounts& week);
/// In major units of a currency with so many minor digits, 0 to 4 (else throws `invalid_argument`).
[[nodiscard]] std::optional<GraphPoint> revenue_point(LocalDate monday, const Amounts& week, int minor_digits);

// Type 103

/// Series `Monday` to `Sunday`, all with the same points, to be stacked: x = `HH:00` for each hour in which anything
/// was collected on any weekday, y = collected.
[[nodiscard]] std::vector<GraphSeries> week_hour_series(const std::map<WeekHour, std::int64_t>& collected);

// All of them

struct GraphSources {
    const Totals& totals;
    const CategoryNames& names;
    std::span<const DayForecast> forecasts;               ///< ascending by day
    int minor_digits = 2;                                 ///< of the seller's currency
    std::map<LocalDate, ForecastScore> forecast_weeks{};  ///< by Monday
};
/// One graph of every type, ascending by type, from nothing but its sources.
[[nodiscard]] std::vector<Graph> build_graphs(SellerId seller, const GraphSources& sources);

}  // namespace edge::analytics
