#include "seasonal_naive.hpp"

#include "answer.hpp"
#include "exact_mean.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace edge::forecast {

namespace {

constexpr std::int64_t largest_count = 1'000'000'000'000;
constexpr double cold_start_count = 1;
constexpr double error_fading = .97;
/// Everyone's no-show rate, worth this many reservations of one's own.
constexpr double typical_no_show = .12;
constexpr double typical_reservations = 10;

std::size_t weekday_slot(int weekday) { return static_cast<std::size_t>(std::clamp(weekday, 0, 6)); }

double bounded_count(std::int64_t count) {
    return static_cast<double>(std::clamp<std::int64_t>(count, 0, largest_count));
}

std::int64_t rounded_count(double value) { return static_cast<std::int64_t>(std::nearbyint(value)); }

}  // namespace

SeasonalNaive::Guess SeasonalNaive::Series::guess(int weekday, TimeOfDay window_start) const {
    if (const auto same = by_window.find({weekday, window_start}); same != by_window.end()) {
        return {.count = same->second, .basis = Basis::window};
    }
    if (const std::optional<double>& same_day = by_weekday.at(weekday_slot(weekday))) {
        return {.count = *same_day, .basis = Basis::weekday};
    }
    if (last) return {.count = *last, .basis = Basis::last};
    return {.count = cold_start_count, .basis = Basis::nothing};
}

void SeasonalNaive::Series::learn(const Observation& observation) {
    const double count = bounded_count(observation.reservations);
    if (last) {
        const double error = count - guess(observation.weekday, observation.window_start).count;
        squared_errors = error_fading * squared_errors + error * error;
        error_weight = error_fading * error_weight + 1;
    }
    by_window[{observation.weekday, observation.window_start}] = count;
    by_weekday.at(weekday_slot(observation.weekday)) = count;
    last = count;
    ++rows;
    if (observation.no_shows) {
        reservations += count;
        no_shows += std::min(count, bounded_count(*observation.no_shows));
    }
}

CountDistribution SeasonalNaive::Series::distribution(double count) const {
    // With few errors seen, the spread is drawn to that of a count with a dispersion of one half.
    constexpr double typical_rows = 2;
    const double mean = std::max(count, .5);
    const double typical = mean + mean * mean / 2;
    const double variance = (squared_errors + typical_rows * typical) / (error_weight + typical_rows);
    const double excess = std::max(variance - mean, 1e-6 * mean);
    return CountDistribution({{.weight = 1, .mean = mean, .size = mean * mean / excess}});
}

double SeasonalNaive::Series::no_show_prob() const {
    return (no_shows + typical_no_show * typical_reservations) / (reservations + typical_reservations);
}

void SeasonalNaive::learn(const Observation& observation) {
    if (observation.category) series_[{observation.seller, observation.category}].learn(observation);
    series_[{observation.seller, std::nullopt}].learn(observation);
}

std::string SeasonalNaive::rationale(const Guess& guess, const Slot& slot) {
    const std::string_view weekday = weekday_name(weekday_index(slot.day));
    switch (guess.basis) {
        case Basis::window:
            return fmt::format("{:.0f} reservations on the last {} at {}.", guess.count, weekday,
                               format_hour_minute(slot.window_start));
        case Basis::weekday: return fmt::format("{:.0f} reservations on the last {}.", guess.count, weekday);
        case Basis::last: return fmt::format("{:.0f} reservations in the last slot.", guess.count);
        case Basis::nothing: break;
    }
    return "No history for this seller and category yet.";
}

Forecast SeasonalNaive::forecast(const Slot& slot) const {
    std::vector<std::optional<CategoryId>> categories(slot.categories.begin(), slot.categories.end());
    if (categories.empty()) categories.emplace_back(std::nullopt);
    std::vector<double> counts;
    std::vector<double> no_shows;
    std::vector<CountDistribution> reservations;
    Forecast answer{.method = std::string(name())};
    const Series nothing;
    for (const std::optional<CategoryId>& category : categories) {
        const auto found = series_.find({slot.seller, category});
        const Series& series = found == series_.end() ? nothing : found->second;
        const Guess guess = series.guess(weekday_index(slot.day), slot.window_start);
        counts.push_back(guess.count);
        no_shows.push_back(series.no_show_prob());
        reservations.push_back(series.distribution(guess.count));
        answer.history_rows += series.rows;
        answer.rationale = rationale(guess, slot);
    }
    if (categories.size() > 1) answer.rationale = fmt::format("Mean of {} categories' last slots.", categories.size());
    const double count = exact_mean(counts);
    const double comes = 1 - exact_mean(no_shows);
    answer.demand_uncut = rounded_count(count);
    answer.predicted_reservations =
        std::min(answer.demand_uncut, std::max<std::int64_t>(0, slot.posted.value_or(largest_count)));
    answer.predicted_no_show_prob = Probability::round(1 - comes);
    answer.predicted_sales = rounded_count(static_cast<double>(answer.predicted_reservations) * comes);
    CountDistribution mixed = reservations.size() == 1 ? reservations.front() : mix(reservations);
    set_distribution(answer, slot.posted ? mixed.with_cap(*slot.posted) : mixed);
    answer.confidence = Probability::round(hit_probability(answer.reservations, answer.predicted_reservations));
    set_suggestion(answer, slot.costs);
    return answer;
}

}  // namespace edge::forecast
