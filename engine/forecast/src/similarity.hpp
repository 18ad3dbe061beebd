#pragma once

#include "edge/forecast/method.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace edge::forecast {

/// The marketplace's method for up to 9 rows of a category, to the letter: a mean of past slots weighted by how alike
/// they are. From 10 rows on it is the plain mean, which up to 39 rows is exactly what the marketplace's tree model
/// gives (its minimum leaf size allows no split); the plain mean is kept beyond. The text still names that model, as
/// the marketplace's does, so that what is stored compares equal.
///
/// It departs from the marketplace in two places: a bundle without category is forecast from the seller's whole
/// history, and unknown weather is unknown (it resembles nothing) instead of 15 degrees and cloudy.
class Similarity final : public Method {
public:
    [[nodiscard]] std::string_view name() const noexcept override { return "similarity"; }
    void learn(const Observation& observation) override;
    [[nodiscard]] Forecast forecast(const Slot& slot) const override;

private:
    /// One learned slot in the terms that the comparison uses.
    struct Row {
        int weekday;
        double start_hour;  ///< hour and minute of the window's start; seconds are ignored
        bool is_holiday;
        std::optional<double> temperature;
        std::optional<WeatherFlag> weather;
        double reservations;
        std::optional<double> no_show_rate;  ///< empty where the source cannot tell
    };
    using Rows = std::vector<Row>;
    struct Estimate;

    [[nodiscard]] static double likeness(const Row& row, const Row& wanted);
    [[nodiscard]] static std::vector<double> weights(const Rows& rows, const Slot& slot);
    [[nodiscard]] static Estimate estimate(const Rows& rows, const Slot& slot);
    [[nodiscard]] static std::string rationale(const Rows& rows, const Slot& slot);
    [[nodiscard]] const Rows* find_rows(SellerId seller, std::optional<CategoryId> category) const;

    std::map<std::pair<SellerId, std::optional<CategoryId>>, Rows> by_category_;  ///< without category: every row
};

}  // namespace edge::forecast
