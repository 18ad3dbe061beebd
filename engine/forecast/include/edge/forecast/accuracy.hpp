#pragma once

#include "edge/forecast/backtest.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace edge::forecast {

/// How good forecasts of some slots were. Zeros without slots.
struct Accuracy {
    std::int64_t slots = 0;
    double mae = 0;              ///< of `predicted_reservations`
    double rmse = 0;             ///< of the mean
    double bias = 0;             ///< mean less observed
    std::optional<double> mase;  ///< `mae` over that of "as last time on this weekday"; nothing if that never errs
    double pinball = 0;          ///< twice the mean pinball loss at 10, 50 and 90 %
    double crps = 0;             ///< twice the mean pinball loss at 5, 10 … 95 %
    double coverage = 0;         ///< share of counts within the 80 % interval
    double below = 0;            ///< share under it
    double above = 0;            ///< share over it
    double stated_confidence = 0;
    double hit_rate = 0;                  ///< share of counts within max(1, 20 %) of `predicted_reservations`
    double confidence_calibration = 0;    ///< mean distance of the two in ten bins by confidence, weighted by slots
    std::optional<double> brier;          ///< of no-shows, a reservation; nothing if none is known
    std::optional<double> log_loss;       ///< of no-shows, probabilities held to .001 … .999
    std::optional<double> no_show_error;  ///< calibration error of no-shows in ten bins of equal mass
    friend bool operator==(const Accuracy&, const Accuracy&) = default;
};

/// Adds slots up to an Accuracy.
class AccuracyMeter {
public:
    /// `reference` is the forecast of the seasonal reference that `mase` compares with.
    void add(const Observation& row, const Forecast& forecast, double reference);
    [[nodiscard]] Accuracy accuracy() const;

private:
    struct Bin {
        std::int64_t slots = 0;
        double stated = 0;
        double hits = 0;
    };
    struct NoShows {
        double probability;
        double reservations;
        double missed;
    };
    void add_no_shows(double count, double missed, double probability);
    void fill_no_shows(Accuracy& accuracy) const;

    std::int64_t slots_ = 0;
    double errors_ = 0;
    double reference_errors_ = 0;
    double squares_ = 0;
    double bias_ = 0;
    double pinball_ = 0;
    double crps_ = 0;
    double below_ = 0;
    double above_ = 0;
    std::array<Bin, 10> bins_{};
    double brier_ = 0;
    double log_loss_ = 0;
    std::vector<NoShows> no_shows_;
};

/// "As last time": the count of the same seller, category, start hour and weekday, else of the start hour, else 1.
class SeasonalReference {
public:
    [[nodiscard]] double forecast(const Observation& row) const;
    void learn(const Observation& row);

private:
    using Series = std::tuple<SellerId, std::optional<CategoryId>, std::int64_t>;
    [[nodiscard]] static Series series_of(const Observation& row);
    std::map<Series, double> last_;
    std::map<std::pair<Series, int>, double> by_weekday_;
};

/// Accuracy of slots with so many earlier rows of their seller and category.
struct HistoryAccuracy {
    std::int64_t from = 0;
    std::optional<std::int64_t> to{};  ///< included; nothing: no end
    Accuracy accuracy{};
    friend bool operator==(const HistoryAccuracy&, const HistoryAccuracy&) = default;
};

/// How a method did over a history.
struct MethodAccuracy {
    std::string method;
    Accuracy all{};
    std::vector<HistoryAccuracy> by_history{};  ///< 0, 1 to 9, 10 to 39, 40 to 199, 200 and more; empty ones left out
    friend bool operator==(const MethodAccuracy&, const MethodAccuracy&) = default;
};

/// Backtests a method, a day after the other, and judges it. Beside what the method keeps, a row leaves 24 bytes if its
/// no-shows are known and nothing else.
class MethodJudge {
public:
    explicit MethodJudge(std::string_view name);

    /// Sees each row with its forecast, before its day is learned, and says whether it counts; may throw to stop.
    using Visit = std::function<bool(const Observation&, const Forecast&)>;
    /// The rows of a day that is later than all before.
    void take_day(std::span<const Observation> day, const Visit& visit);
    [[nodiscard]] MethodAccuracy accuracy() const;

private:
    using Series = std::pair<SellerId, std::optional<CategoryId>>;

    std::unique_ptr<Method> method_;
    AccuracyMeter all_;
    std::array<AccuracyMeter, 5> by_history_;
    SeasonalReference reference_;
    std::map<Series, std::int64_t> earlier_;  ///< rows
};

}  // namespace edge::forecast
