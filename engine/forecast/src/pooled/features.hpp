#pragma once

#include "edge/forecast/slot.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace edge::forecast::pooled {

/// Where each group of features starts in x.
inline constexpr std::size_t window_count = 8;
inline constexpr std::size_t level_feature = 0;
inline constexpr std::size_t weekday_feature = 1;  ///< 7: Monday … Sunday
inline constexpr std::size_t holiday_feature = 8;  ///< on a weekday, on a weekend
inline constexpr std::size_t temperature_feature = 10;
inline constexpr std::size_t temperature_square_feature = 11;
inline constexpr std::size_t weather_feature = 12;  ///< 5, in the order of WeatherFlag
inline constexpr std::size_t window_feature = 17;
inline constexpr std::size_t weekend_window_feature = window_feature + window_count;  ///< and on holidays
inline constexpr std::size_t feature_count = weekend_window_feature + window_count;
/// Level and weekdays, which every block has from the start.
inline constexpr std::size_t base_feature_count = holiday_feature;

/// What is known of a slot before it happens.
struct Context {
    int weekday = 0;  ///< 0 to 6
    bool is_holiday = false;
    double start_hour = 0;
    std::optional<double> temperature{};
    std::optional<WeatherFlag> weather{};
};

[[nodiscard]] Context context_of(const Slot& slot);
[[nodiscard]] Context context_of(const Observation& observation);

/// The few elements of x that are not zero.
class FeatureVector {
public:
    struct Element {
        std::uint8_t feature;
        double value;
    };

    void add(std::size_t feature, double value);
    [[nodiscard]] const Element* begin() const noexcept { return elements_.data(); }
    [[nodiscard]] const Element* end() const noexcept { return elements_.data() + size_; }

private:
    std::array<Element, 9> elements_{};
    std::size_t size_ = 0;
};

/// The start hours seen so far, each with its one-hot feature. With more than eight, a new hour shares the feature
/// of the nearest.
class WindowRegistry {
public:
    void learn(double start_hour);
    /// Nothing while only one hour is known: the level says it all.
    [[nodiscard]] std::optional<std::size_t> find(double start_hour) const;

    std::vector<double> hours;  ///< at most `window_count`, in the order they appeared
};

/// `holiday_keeps_weekend_hours`: a window on a holiday is a weekend's window.
[[nodiscard]] FeatureVector features_of(const Context& context, const WindowRegistry& windows,
                                        bool holiday_keeps_weekend_hours);

}  // namespace edge::forecast::pooled
