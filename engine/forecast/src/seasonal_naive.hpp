#pragma once

#include "edge/forecast/method.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>

namespace edge::forecast {

/// What happened last time: the last count of the same seller, category, weekday and window start, else of the same
/// weekday, else of any slot, else 1. Its interval comes from how far it was off before.
class SeasonalNaive final : public Method {
public:
    [[nodiscard]] std::string_view name() const noexcept override { return "seasonal_naive"; }
    void learn(const Observation& observation) override;
    [[nodiscard]] Forecast forecast(const Slot& slot) const override;

private:
    enum class Basis { window, weekday, last, nothing };
    struct Guess {
        double count;
        Basis basis;
    };
    struct Series {
        std::map<std::pair<int, TimeOfDay>, double> by_window;  ///< weekday and window start to the last count
        std::array<std::optional<double>, 7> by_weekday;
        std::optional<double> last;
        std::int64_t rows = 0;
        double squared_errors = 0;  ///< of the guesses so far, fading
        double error_weight = 0;
        double reservations = 0;  ///< of rows whose no-shows are known
        double no_shows = 0;

        [[nodiscard]] Guess guess(int weekday, TimeOfDay window_start) const;
        void learn(const Observation& observation);
        [[nodiscard]] CountDistribution distribution(double count) const;
        [[nodiscard]] double no_show_prob() const;
    };

    [[nodiscard]] static std::string rationale(const Guess& guess, const Slot& slot);

    std::map<std::pair<SellerId, std::optional<CategoryId>>, Series> series_;  ///< without category: every row
};

}  // namespace edge::forecast
