#pragma once

#include "edge/core/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace edge::forecast {

enum class EffectKind { weekday, window, holiday, weather, temperature, trend };

/// One thing known of a slot, and what it does to the expected count: 1.38 is "Saturday +38 %".
struct Effect {
    std::string cause{};
    double factor = 1;
    EffectKind kind = EffectKind::weekday;
    double moved = 0;  ///< the expected count with it, less the one without, in items
    friend bool operator==(const Effect&, const Effect&) = default;
};

/// The history that an answer rests on.
struct Evidence {
    std::int64_t series_rows = 0;          ///< closed slots of the seller in these categories
    std::int64_t seller_rows = 0;          ///< of the seller in any category
    std::int64_t all_rows = 0;             ///< of every seller known
    std::optional<LocalDate> first_day{};  ///< of the series' rows; empty without any
    std::optional<LocalDate> last_day{};
    friend bool operator==(const Evidence&, const Evidence&) = default;
};

/// The 80 % interval of an answer, and how its like did before.
struct IntervalRecord {
    std::int64_t low = 0;     ///< the 10 % quantile
    std::int64_t high = 0;    ///< the 90 % quantile
    std::int64_t judged = 0;  ///< past slots of these series that had such an interval beforehand
    std::int64_t held = 0;    ///< of those, the count fell within it
    /// Past hit rate; nothing before the first slot was judged.
    [[nodiscard]] std::optional<double> hit_rate() const {
        if (judged <= 0) return std::nullopt;
        return static_cast<double>(held) / static_cast<double>(judged);
    }
    friend bool operator==(const IntervalRecord&, const IntervalRecord&) = default;
};

/// Why a forecast is what it is. `base_level` times the factors of all effects is `expected`.
struct Explanation {
    double base_level = 0;          ///< the expected count of an ordinary slot of this kind: every effect taken away
    double expected = 0;            ///< mean demand of the slot, not held to what is posted
    std::vector<Effect> effects{};  ///< largest first
    Evidence evidence{};
    IntervalRecord interval{};
    std::vector<std::string> unknown{};  ///< what was not known of the slot: "weather", "temperature", "history"
    friend bool operator==(const Explanation&, const Explanation&) = default;
};

}  // namespace edge::forecast
