#pragma once

#include "edge/core/entities.hpp"
#include "edge/core/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// What the engine says about windows to come, and about what became of what it said.
namespace edge {

/// What a seller weighs when choosing how many items to post. Of the first two only the ratio matters.
struct ForecastCosts {
    double waste = 1;               ///< lost on an item that nobody fetches
    double margin = 1;              ///< earned on an item that is fetched
    double overbooking_risk = .05;  ///< accepted probability that more people come than there are items
    friend bool operator==(const ForecastCosts&, const ForecastCosts&) = default;
};

/// A forecast as stored for an upcoming or past bundle.
struct StoredForecast {
    BundleId bundle{0};
    std::string bundle_name;
    SellerId seller{0};
    Timestamp window_start;
    std::optional<std::int64_t> predicted_reservations;
    std::int64_t predicted_sales = 0;
    std::int64_t posted_qty = 0;
    Probability predicted_no_show_prob;
    Probability confidence;
    std::string rationale;
    std::string method;
    std::optional<double> mean;           ///< of the distribution of reservations
    std::vector<std::int64_t> quantiles;  ///< 5 % to 95 % in steps of 5 %; 19 numbers, or none
    std::optional<std::int64_t> demand_uncut;
    std::optional<std::int64_t> suggested_qty;
    std::optional<std::int64_t> history_rows;
    Timestamp generated_at;
};

/// One thing known of a window, and what it does to the expected count: 1.38 is "Saturday +38 %".
struct ForecastEffect {
    std::string kind;  ///< weekday, window, holiday, weather, temperature or trend
    std::string cause;
    double factor = 1;
    double moved = 0;  ///< the expected count with it, less the one without
};

/// A window that is over, as a forecast learns it.
struct PastWindow {
    BundleId bundle{0};
    Timestamp window_start;
    std::int64_t reservations = 0;
    std::int64_t no_shows = 0;
    std::optional<std::int64_t> posted;
};

/// Why a stored forecast is what it is: as it was when the forecast was made. Empty but for `forecast` and `latest` if
/// the method does not take its answers apart, or another hand wrote the forecast.
struct ForecastExplanation {
    StoredForecast forecast;
    double base_level = 0;  ///< expected count of an ordinary window of this kind; times all factors it is `expected`
    double expected = 0;    ///< not held to what is posted
    std::vector<ForecastEffect> effects;  ///< largest first
    std::int64_t series_rows = 0;         ///< windows over of the seller in these categories
    std::int64_t seller_rows = 0;         ///< in any category
    std::int64_t all_rows = 0;            ///< of every seller known
    std::optional<LocalDate> first_day;   ///< of the series' rows
    std::optional<LocalDate> last_day;
    std::optional<std::int64_t> low;   ///< of the 80 % interval
    std::optional<std::int64_t> high;  ///< of the 80 % interval
    std::int64_t judged = 0;           ///< past windows that had such an interval beforehand
    std::int64_t held = 0;             ///< of those, the count fell within it
    std::vector<std::string> unknown;  ///< weather, temperature, history
    std::vector<PastWindow> latest;    ///< of the windows it rests on, newest first
};

/// For which window to say how many to post: a bundle's, or one that is only thought of.
struct SuggestionRequest {
    std::optional<BundleId> bundle;
    SellerId seller{0};                  ///< without a bundle
    std::vector<CategoryId> categories;  ///< without a bundle
    std::optional<PickupWindow> window;  ///< without a bundle
    std::optional<ForecastCosts> costs;  ///< those of the engine's options if not given
};

/// What preparing a quantity amounts to.
struct QuantityOutcome {
    std::int64_t items = 0;
    double expected_waste = 0;  ///< left over
    double expected_lost = 0;   ///< collections missed for want of items
    double expected_cost = 0;   ///< waste and lost margin in the unit of the costs
};

/// How many to prepare and to post, and what to expect of it.
struct SuggestionReport {
    PickupWindow window;
    std::vector<CategoryId> categories;
    ForecastCosts costs;
    std::int64_t post = 0;       ///< `items` and `allowance`
    std::int64_t items = 0;      ///< to prepare
    std::int64_t allowance = 0;  ///< on top, because some who reserve do not come
    double overflow_risk = 0;    ///< that more people come than there are items, if all of `post` are reserved
    double expected_waste = 0;   ///< of `items`
    double expected_lost = 0;    ///< of `items`
    double expected_demand = 0;  ///< mean number of reservations if there is no end of items
    std::int64_t low = 0;        ///< of the demand's 80 % interval
    std::int64_t high = 0;
    Probability no_show_prob;
    std::vector<QuantityOutcome> around;  ///< ascending, with `items` among them
    std::int64_t history_rows = 0;
    std::string method;
    std::string rationale;
};

/// How good forecasts were of the slots with so many earlier rows of their seller and category.
struct AccuracyRow {
    std::int64_t history_from = 0;
    std::optional<std::int64_t> history_to;  ///< included; nothing: no end
    std::int64_t slots = 0;
    double mae = 0;              ///< of the predicted reservations
    double rmse = 0;             ///< of the mean
    double bias = 0;             ///< mean less observed
    std::optional<double> mase;  ///< `mae` over that of "as last time on this weekday"; nothing if that never errs
    double pinball = 0;          ///< twice the mean pinball loss at 10, 50 and 90 %
    double crps = 0;             ///< twice the mean pinball loss at 5, 10 … 95 %
    double coverage = 0;         ///< share of counts within the 80 % interval
    double below = 0;
    double above = 0;
    double stated_confidence = 0;
    double hit_rate = 0;                ///< share of counts within max(1, 20 %) of the prediction
    double confidence_calibration = 0;  ///< mean distance of the two in ten bins by confidence
    std::optional<double> brier;        ///< of no-shows, a reservation; nothing if none is known
    std::optional<double> log_loss;
    std::optional<double> no_show_error;  ///< calibration error of no-shows
};

/// How one method did.
struct MethodReport {
    std::string method;
    AccuracyRow all;
    std::vector<AccuracyRow> by_history;  ///< ascending; lengths that no slot has are left out
};

/// How well forecasts would have done, each made from strictly earlier days.
struct BacktestReport {
    std::int64_t slots = 0;  ///< judged, a category each
    std::optional<LocalDate> first_day;
    std::optional<LocalDate> last_day;
    bool rows_in_order = true;          ///< of date; else the whole table was held to sort it
    std::vector<MethodReport> methods;  ///< the one asked for first
};

}  // namespace edge
