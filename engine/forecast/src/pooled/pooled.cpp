#include "pooled/pooled.hpp"

#include "answer.hpp"
#include "exact_mean.hpp"
#include "pooled/effects.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace edge::forecast {

namespace {

using pooled::Context;
using pooled::Opinion;
using pooled::Prediction;
using pooled::SeriesKey;
using pooled::State;

constexpr std::int64_t few_rows = 10;
constexpr double busy_mean = 8;

std::vector<SeriesKey> keys_of(const Slot& slot) {
    std::vector<SeriesKey> keys;
    for (const CategoryId category : slot.categories) keys.push_back({.seller = slot.seller, .category = category});
    if (keys.empty()) keys.push_back({.seller = slot.seller, .category = {}});
    return keys;
}

CountDistribution distribution_of(const Prediction& prediction) {
    std::vector<NegativeBinomial> parts;
    parts.reserve(prediction.components.size());
    for (std::size_t i = 0; i < prediction.components.size(); ++i) {
        const Opinion& opinion = prediction.components[i];
        parts.push_back({.weight = prediction.weights[i], .mean = opinion.mean, .size = 1 / opinion.dispersion});
    }
    return CountDistribution(std::move(parts));
}

/// The median, but with few rows of a busy series the rounded mean.
std::int64_t point_of(const CountDistribution& reservations, std::int64_t rows) {
    const double mean = reservations.mean();
    if (rows < few_rows && mean >= busy_mean) return static_cast<std::int64_t>(std::nearbyint(std::min(mean, 1e15)));
    return reservations.quantile(.5);
}

}  // namespace

void Pooled::learn(const Observation& observation) {
    auto& [state, open] = learned_;
    if (!open.empty() && open.front().day != observation.day) {
        if (ahead_) {
            state = std::move(*ahead_);
        } else {
            state.learn_day(open);
        }
        open.clear();
    }
    open.push_back(observation);
    ahead_.reset();
}

std::optional<std::vector<std::uint8_t>> Pooled::save() const { return pooled::encode(learned_); }

bool Pooled::load(std::span<const std::uint8_t> bytes) {
    std::optional<pooled::Learned> loaded = pooled::decode(bytes);
    if (!loaded) return false;
    learned_ = std::move(*loaded);
    ahead_.reset();
    return true;
}

const State& Pooled::known() const {
    if (learned_.open.empty()) return learned_.state;
    if (!ahead_) {
        ahead_ = learned_.state;
        ahead_->learn_day(learned_.open);
    }
    return *ahead_;
}

Forecast Pooled::forecast(const Slot& slot) const {
    const State& state = known();
    const Context context = pooled::context_of(slot);
    const std::int64_t day = slot.day.time_since_epoch().count();
    const std::vector<SeriesKey> keys = keys_of(slot);
    std::vector<CountDistribution> demands;
    std::vector<double> no_shows;
    Forecast answer;
    answer.method = name();
    for (const SeriesKey& key : keys) {
        const Prediction prediction = state.predict(key, context, day);
        demands.push_back(distribution_of(prediction));
        no_shows.push_back(pooled::no_show_probability(prediction.beliefs[pooled::no_show_lane]));
        answer.history_rows += state.rows(key);
    }
    const CountDistribution demand = demands.size() == 1 ? demands.front() : mix(demands);
    answer.predicted_no_show_prob = Probability::round(std::clamp(exact_mean(no_shows), 0.0, 1.0));
    answer.demand_uncut = point_of(demand, answer.history_rows);
    set_distribution(answer, slot.posted ? demand.with_cap(*slot.posted) : demand);
    answer.predicted_reservations = point_of(answer.reservations, answer.history_rows);
    const double comes = 1 - answer.predicted_no_show_prob.value();
    answer.predicted_sales =
        static_cast<std::int64_t>(std::nearbyint(static_cast<double>(answer.predicted_reservations) * comes));
    answer.confidence = Probability::round(hit_probability(answer.reservations, answer.predicted_reservations));
    answer.effects = pooled::effects_of(state, keys, context, day);
    answer.rationale = bounded_text(pooled::rationale_of(answer, slot));
    set_suggestion(answer, slot.costs);
    return answer;
}

}  // namespace edge::forecast
