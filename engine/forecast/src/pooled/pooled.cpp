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
using pooled::Prediction;
using pooled::SeriesKey;
using pooled::State;

std::vector<SeriesKey> keys_of(const Slot& slot) {
    std::vector<SeriesKey> keys;
    for (const CategoryId category : slot.categories) keys.push_back({.seller = slot.seller, .category = category});
    if (keys.empty()) keys.push_back({.seller = slot.seller, .category = {}});
    return keys;
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
    std::optional<pooled::Learned> loaded = pooled::decode(bytes, learned_.state.model());
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
    std::vector<State::View> views;
    std::vector<CountDistribution> demands;
    std::vector<double> no_shows;
    pooled::TailLevels tails;
    Forecast answer;
    answer.method = name();
    for (const SeriesKey& key : keys_of(slot)) {
        views.push_back(state.view(key));
        const Prediction prediction = state.predict(views.back(), context, day);
        demands.push_back(pooled::distribution_of(prediction));
        tails = prediction.tails;
        no_shows.push_back(pooled::no_show_probability(prediction.beliefs[pooled::no_show_lane]));
        answer.history_rows += views.back().series->similar.rows();
    }
    const CountDistribution demand = demands.size() == 1 ? demands.front() : mix(demands);
    answer.predicted_no_show_prob = Probability::round(std::clamp(exact_mean(no_shows), 0.0, 1.0));
    answer.demand_uncut = pooled::point_of(demand, answer.history_rows);
    set_distribution(answer, slot.posted ? demand.with_cap(*slot.posted) : demand, tails.adjusted());
    answer.predicted_reservations = pooled::point_of(answer.reservations, answer.history_rows);
    const double comes = 1 - answer.predicted_no_show_prob.value();
    answer.predicted_sales =
        static_cast<std::int64_t>(std::nearbyint(static_cast<double>(answer.predicted_reservations) * comes));
    answer.confidence =
        Probability::round(state.confidence_for(hit_probability(answer.reservations, answer.predicted_reservations)));
    answer.explanation = pooled::explanation_of(state, views, slot);
    answer.explanation.interval.low = answer.quantiles[1];
    answer.explanation.interval.high = answer.quantiles[17];
    answer.effects = answer.explanation.effects;
    answer.rationale = bounded_text(pooled::rationale_of(answer, slot));
    set_suggestion(answer, slot.costs);
    return answer;
}

}  // namespace edge::forecast
