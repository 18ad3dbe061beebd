#include "similarity.hpp"

#include "answer.hpp"
#include "exact_mean.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace edge::forecast {

namespace {

constexpr std::size_t rows_for_plain_mean = 10;
constexpr double cold_start_no_show = .15;
constexpr double cold_start_confidence = .05;
/// Larger counts are no counts of bags; sums of them would not stay exact.
constexpr std::int64_t largest_count = 1'000'000'000'000;

double hour_and_minute(TimeOfDay time) {
    const auto hour = std::chrono::floor<std::chrono::hours>(time);
    const auto minute = std::chrono::floor<std::chrono::minutes>(time - hour);
    return static_cast<double>(hour.count()) + static_cast<double>(minute.count()) / 60;
}

double weighted_mean(const std::vector<double>& weights, const std::vector<double>& values) {
    return std::inner_product(weights.begin(), weights.end(), values.begin(), 0.0);
}

std::int64_t rounded_count(double value) {
    return static_cast<std::int64_t>(std::clamp(std::nearbyint(value), 0.0, 1e15));
}

double confidence_of(std::size_t rows) {
    const auto count = static_cast<double>(rows);
    return std::min(.90, count / (count + 20));
}

/// Spread from the weighted squares of what the mean leaves over, drawn to a typical one while rows are few.
double size_for(double mean, const std::vector<double>& weights, const std::vector<double>& counts) {
    constexpr double typical_dispersion = .3;
    constexpr double typical_rows = 3;
    if (mean <= 0) return 1;
    double squares = 0;
    double concentration = 0;
    for (std::size_t i = 0; i < counts.size(); ++i) {
        squares += weights[i] * (counts[i] - mean) * (counts[i] - mean);
        concentration += weights[i] * weights[i];
    }
    const double rows = 1 / concentration;
    const double observed = std::max(0.0, (squares - mean) / (mean * mean));
    const double dispersion = (rows * observed + typical_rows * typical_dispersion) / (rows + typical_rows);
    const double of_the_mean = (1 / mean + dispersion) / rows;
    return 1 / (dispersion + of_the_mean);
}

std::string conditions_text(const Slot& slot) {
    std::string weather = slot.weather ? std::string(name_of(*slot.weather)) : "weather unknown";
    if (slot.temperature) {
        weather += fmt::format(", {:.1f}°C", slot.temperature->value());
    } else if (slot.weather) {
        weather += ", temperature unknown";
    }
    return fmt::format("{}{}, {}-{}, {}", weekday_name(weekday_index(slot.day)),
                       slot.is_holiday ? " (public holiday)" : "", format_hour_minute(slot.window_start),
                       format_hour_minute(slot.window_end), weather);
}

}  // namespace

/// For one category.
struct Similarity::Estimate {
    std::int64_t sales = 1;
    Probability no_show = Probability::round(cold_start_no_show);
    Probability confidence = Probability::round(cold_start_confidence);
    CountDistribution reservations{{{.weight = 1, .mean = 1, .size = 1}}};
    std::size_t rows = 0;
    std::string rationale =
        "No historical data found for this seller and category. Forecast is a conservative cold-start estimate.";
};

void Similarity::learn(const Observation& observation) {
    Row row{.weekday = observation.weekday,
            .start_hour = hour_and_minute(observation.window_start),
            .is_holiday = observation.is_holiday,
            .temperature = {},
            .weather = observation.weather,
            .reservations = static_cast<double>(std::clamp<std::int64_t>(observation.reservations, 0, largest_count)),
            .no_show_rate = {}};
    if (observation.temperature) row.temperature = observation.temperature->value();
    if (observation.no_shows) {
        const auto stayed_away = static_cast<double>(std::clamp<std::int64_t>(*observation.no_shows, 0, largest_count));
        row.no_show_rate = row.reservations > 0 ? stayed_away / row.reservations : 0;
    }
    if (observation.category) by_category_[{observation.seller, observation.category}].push_back(row);
    by_category_[{observation.seller, std::nullopt}].push_back(row);
}

double Similarity::likeness(const Row& row, const Row& wanted) {
    double weight = 0;
    if (row.weekday == wanted.weekday) weight += 2.0;
    weight += std::max(0.0, 1.5 * (1 - std::abs(row.start_hour - wanted.start_hour) / 2));
    if (row.is_holiday == wanted.is_holiday) weight += 1.5;
    if (row.weather && row.weather == wanted.weather) weight += 1.0;
    if (row.temperature && wanted.temperature) {
        weight += std::max(0.0, 0.5 * (1 - std::abs(*row.temperature - *wanted.temperature) / 5));
    }
    return std::max(weight, 0.000001);
}

std::vector<double> Similarity::weights(const Rows& rows, const Slot& slot) {
    std::vector<double> weights(rows.size(), 1.0);
    if (rows.size() < rows_for_plain_mean) {
        Row wanted{.weekday = weekday_index(slot.day),
                   .start_hour = hour_and_minute(slot.window_start),
                   .is_holiday = slot.is_holiday,
                   .temperature = {},
                   .weather = slot.weather,
                   .reservations = 0,
                   .no_show_rate = {}};
        if (slot.temperature) wanted.temperature = slot.temperature->value();
        for (std::size_t i = 0; i < rows.size(); ++i) weights[i] = likeness(rows[i], wanted);
    }
    const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
    for (double& weight : weights) weight /= total;
    return weights;
}

Similarity::Estimate Similarity::estimate(const Rows& rows, const Slot& slot) {
    const std::vector<double> shares = weights(rows, slot);
    const bool plain = rows.size() >= rows_for_plain_mean;
    std::vector<double> counts;
    std::vector<double> rates;
    std::vector<double> rate_shares;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        counts.push_back(rows[i].reservations);
        if (!rows[i].no_show_rate || (plain && rows[i].reservations == 0)) continue;
        rates.push_back(*rows[i].no_show_rate);
        rate_shares.push_back(shares[i]);
    }
    const double mean = plain ? exact_mean(counts) : weighted_mean(shares, counts);
    const bool rates_known =
        std::any_of(rows.begin(), rows.end(), [](const Row& row) { return row.no_show_rate.has_value(); });
    double no_show = cold_start_no_show;
    if (rates_known && plain) {
        no_show = exact_mean(rates);
    } else if (rates_known) {
        const double known =
            rates.size() == rows.size() ? 1 : std::accumulate(rate_shares.begin(), rate_shares.end(), 0.0);
        no_show = weighted_mean(rate_shares, rates) / known;
    }
    return {.sales = rounded_count(mean),
            .no_show = Probability::round(std::clamp(no_show, 0.0, 1.0)),
            .confidence = Probability::round(confidence_of(rows.size())),
            .reservations = CountDistribution({{.weight = 1, .mean = mean, .size = size_for(mean, shares, counts)}}),
            .rows = rows.size(),
            .rationale = rationale(rows, slot)};
}

std::string Similarity::rationale(const Rows& rows, const Slot& slot) {
    std::vector<double> counts;
    std::vector<double> rates;
    for (const Row& row : rows) {
        counts.push_back(row.reservations);
        if (row.no_show_rate && row.reservations > 0) rates.push_back(*row.no_show_rate);
    }
    return fmt::format("Based on {} past slot{} ({}) using {}: avg {:.1f} reservations, {:.1f}% no-show rate.",
                       rows.size(), rows.size() == 1 ? "" : "s", conditions_text(slot),
                       rows.size() < rows_for_plain_mean ? "similarity-weighted average" : "LightGBM",
                       exact_mean(counts), exact_mean(rates) * 100);
}

const Similarity::Rows* Similarity::find_rows(SellerId seller, std::optional<CategoryId> category) const {
    const auto found = by_category_.find({seller, category});
    return found == by_category_.end() ? nullptr : &found->second;
}

Forecast Similarity::forecast(const Slot& slot) const {
    std::vector<std::optional<CategoryId>> categories(slot.categories.begin(), slot.categories.end());
    if (categories.empty()) categories.emplace_back(std::nullopt);
    std::vector<double> sales;
    std::vector<double> no_shows;
    std::vector<double> confidences;
    std::vector<CountDistribution> reservations;
    Forecast answer{.method = std::string(name())};
    for (const std::optional<CategoryId>& category : categories) {
        const Rows* rows = find_rows(slot.seller, category);
        const Estimate part = rows == nullptr ? Estimate() : estimate(*rows, slot);
        sales.push_back(static_cast<double>(part.sales));
        no_shows.push_back(part.no_show.value());
        confidences.push_back(part.confidence.value());
        reservations.push_back(part.reservations);
        answer.history_rows += static_cast<std::int64_t>(part.rows);
        answer.rationale = part.rationale;
    }
    if (categories.size() > 1) {
        answer.rationale = fmt::format("Multi-category forecast (averaged across {} categories).", categories.size());
    }
    answer.predicted_reservations = rounded_count(exact_mean(sales));
    answer.predicted_sales = answer.predicted_reservations;
    answer.demand_uncut = answer.predicted_reservations;
    answer.predicted_no_show_prob = Probability::round(exact_mean(no_shows));
    answer.confidence = Probability::round(exact_mean(confidences));
    set_distribution(answer, reservations.size() == 1 ? reservations.front() : mix(reservations));
    set_suggestion(answer, slot.costs);
    return answer;
}

}  // namespace edge::forecast
