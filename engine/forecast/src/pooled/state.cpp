#include "pooled/state.hpp"

#include "answer.hpp"
#include "negative_binomial.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>

namespace edge::forecast::pooled {

namespace {

constexpr double score_fading = .985;
constexpr double dispersion_fading = .985;
constexpr double everyone_dispersion_fading = .9995;
constexpr double everyone_count_fading = .999;
/// A series teaches its seller and everyone once its own level has settled.
constexpr std::int64_t rows_before_teaching = 5;
constexpr std::int64_t largest_count = 1'000'000'000;

double bounded_count(std::int64_t count) {
    return static_cast<double>(std::clamp<std::int64_t>(count, 0, largest_count));
}

std::int64_t number_of(LocalDate day) { return day.time_since_epoch().count(); }

/// `value`, not shared with a copy of the state.
template <class Value>
Value& own(std::shared_ptr<Value>& value) {
    if (value.use_count() > 1) value = std::make_shared<Value>(*value);
    return *value;
}

/// How much the level of a known series says about that of a new one.
double relation(const SeriesKey& known, const SeriesKey& wanted) {
    if (known.seller == wanted.seller) return 1;
    return known.category == wanted.category ? .4 : .15;
}

/// The mean of a log rate of that `variance` whose rate has the mean `count`.
double level_of(double count, double variance, const Settings& settings) {
    return std::log(count / rate_of({.mean = 0, .variance = variance}, settings).mean());
}

NegativeBinomial part_of(const Opinion& opinion) {
    return {.weight = 1, .mean = opinion.mean, .size = 1 / opinion.dispersion};
}

double log_score(const Opinion& opinion, double count, bool is_lower_bound) {
    const auto whole = static_cast<std::int64_t>(count);
    const NegativeBinomial part = part_of(opinion);
    const double score =
        is_lower_bound ? std::log(std::max(1e-300, 1 - cdf_of(part, whole - 1))) : log_pmf_of(part, whole);
    return std::clamp(score, -12.0, 0.0);
}

void weigh(const SeriesState& series, const std::array<double, component_count>& prior, Prediction& prediction) {
    std::array<double, component_count>& weights = prediction.weights;
    for (std::size_t i = 0; i < component_count; ++i) weights[i] = series.scores[i] + prior[i];
    const double best = *std::max_element(weights.begin(), weights.end());
    double total = 0;
    for (double& weight : weights) {
        weight = std::exp(weight - best);
        total += weight;
    }
    for (double& weight : weights) weight /= total;
}

/// What similar slots are looked for by.
Context compared(Context context, const Settings& settings) {
    if (settings.unknown_weather_stays_unknown) return context;
    context.weather = context.weather.value_or(WeatherFlag::cloudy);
    context.temperature = context.temperature.value_or(15);
    return context;
}

auto canonical_order(const Observation& row) {
    return std::tuple(row.seller, row.category, row.window_start, row.window_end, row.reservations, row.no_shows,
                      row.posted, row.weekday, row.is_holiday, row.temperature, row.weather);
}

}  // namespace

Everyone::Everyone(const Model& model) : block(model, Owner::everyone) {
    const double no_shows = model.settings().no_shows.start;
    dispersion.fill({.sum = .08 * 4, .weight = 4});
    block.level()[no_show_lane] = std::log(no_shows / (1 - no_shows));
}

void TrackRecord::learn(std::int64_t day, bool is_within) {
    first_day = std::min(day, first_day.value_or(day));
    last_day = std::max(day, last_day.value_or(day));
    ++judged;
    if (is_within) ++held;
}

// The median; for the first rows of a busy series nearer to the mean, because a new series is more often
// underrated than overrated. It fades with every row.
std::int64_t point_of(const CountDistribution& reservations, std::int64_t rows) {
    constexpr std::int64_t few_rows = 10;
    constexpr double busy_mean = 8;
    const std::int64_t median = reservations.quantile(.5);
    const double mean = reservations.mean();
    if (rows == 0 || rows >= few_rows || mean < busy_mean) return median;
    const double share_of_mean = 1 - static_cast<double>(rows) / few_rows;
    const double point = share_of_mean * mean + (1 - share_of_mean) * static_cast<double>(median);
    return static_cast<std::int64_t>(std::nearbyint(std::min(point, 1e15)));
}

CountDistribution distribution_of(const Prediction& prediction) {
    std::vector<NegativeBinomial> parts;
    parts.reserve(component_count);
    for (std::size_t i = 0; i < component_count; ++i) {
        parts.push_back(part_of(prediction.components[i]));
        parts.back().weight = prediction.weights[i];
    }
    return CountDistribution(std::move(parts));
}

/// One row between the prediction from before its day and its turn to be learned.
struct State::Work {
    SeriesKey key;
    Context context;
    std::int64_t day;
    double count;
    std::optional<double> no_shows;
    std::int64_t posted;  ///< beyond any count if it is not known
    std::optional<std::int64_t> sold_out_at;
    std::int64_t rows_before;  ///< of the series, when its day began
    bool says_nothing;         ///< nothing was posted, so nothing could be reserved
    FeatureVector x;
    Prediction before;
};

State::State(const Model& model)
    : model_(&model),
      new_seller_(std::make_shared<const SellerState>(model)),
      everyone_(std::make_shared<Everyone>(model)) {}

/// A known series, and how much its level says about that of a new one.
struct State::Relative {
    double weight;
    const Lanes* level;
};

std::vector<State::Relative> State::relatives_of(const SeriesKey& key) const {
    // More say nothing new, and a new series stays cheap among thousands.
    constexpr std::size_t most_of_a_kind = 300;
    std::vector<Relative> relatives;
    const auto collect = [&](auto first, auto end, std::size_t most) {
        for (; first != end && relatives.size() < most; ++first) {
            const auto& [other, state] = *first;
            if (state->block.rows > 0) {
                relatives.push_back({.weight = relation(other, key), .level = &state->block.level()});
            }
        }
    };
    const auto own = series_.lower_bound({.seller = key.seller, .category = {}});
    const auto after =
        std::find_if(own, series_.end(), [&](const auto& entry) { return entry.first.seller != key.seller; });
    collect(own, after, most_of_a_kind);
    collect(series_.begin(), own, 2 * most_of_a_kind);
    collect(after, series_.end(), 2 * most_of_a_kind);
    return relatives;
}

SeriesState State::new_series(const SeriesKey& key) const {
    constexpr double typical_weight = .15;
    constexpr double typical_variance_weight = .5;
    const Settings& settings = model_->settings();
    const LevelPrior& prior = settings.level;
    const double typical_level = prior.typical_is_mean ? level_of(prior.typical_count, prior.typical_variance, settings)
                                                       : std::log(prior.typical_count);
    const std::vector<Relative> relatives = relatives_of(key);
    SeriesState series(*model_);
    for (std::size_t lane = 0; lane < setting_count; ++lane) {
        double weight = typical_weight;
        double sum = typical_weight * typical_level;
        for (const Relative& relative : relatives) {
            weight += relative.weight;
            sum += relative.weight * (*relative.level)[lane];
        }
        const double level = sum / weight;
        double variance_weight = typical_variance_weight;
        double squares = typical_variance_weight * prior.typical_variance;
        for (const Relative& relative : relatives) {
            const double away = (*relative.level)[lane] - level;
            variance_weight += relative.weight;
            squares += relative.weight * away * away;
        }
        series.block.level()[lane] = level;
        series.block.level_variance()[lane] = std::max(prior.smallest_variance, squares / variance_weight);
    }
    return series;
}

Prediction State::predict(const SellerState& seller, const SeriesState& series, const Context& context,
                          std::int64_t day) const {
    const Settings& settings = model_->settings();
    const FeatureVector x = features_of(context, windows_, settings.holiday_keeps_weekend_hours);
    Lanes mean;
    Lanes variance;
    everyone_->block.project(x, day, mean, variance);
    seller.block.project(x, day, mean, variance);
    series.block.project(x, day, mean, variance);
    Prediction prediction;
    for (std::size_t lane = 0; lane < lane_count; ++lane) {
        prediction.beliefs[lane] = {.mean = mean[lane], .variance = variance[lane]};
    }
    for (std::size_t lane = 0; lane < setting_count; ++lane) {
        const Rate rate = rate_of(prediction.beliefs[lane], settings);
        const double dispersion = series.dispersion[lane].towards(everyone_->dispersion[lane].mean());
        prediction.rates[lane] = rate;
        prediction.dispersion[lane] = dispersion;
        prediction.components[lane] = {.mean = rate.mean(), .dispersion = dispersion + 1 / rate.shape};
    }
    static const WindowMeans unseen;
    const auto window = series.windows.find(context.start_hour);
    const WindowMeans& means = window == series.windows.end() ? unseen : window->second;
    // With few rows the experts lean on the state-space model, which knows the other series and the effects.
    const double typical = settings.experts_lean_on_model ? prediction.components[moderate_setting].mean
                                                          : everyone_->counts.sum / everyone_->counts.weight;
    prediction.components[setting_count] = means.slow_opinion(typical, everyone_->windows);
    prediction.components[setting_count + 1] = means.weekday_opinion(context.weekday, typical, everyone_->windows);
    prediction.components[setting_count + 2] =
        series.similar.opinion(compared(context, settings), typical, everyone_->similar);
    weigh(series, model_->prior_log_weights(), prediction);
    prediction.tails = seller.tails;
    return prediction;
}

State::View State::view(const SeriesKey& key) const {
    const auto seller = sellers_.find(key.seller);
    const auto series = series_.find(key);
    return {.seller = seller == sellers_.end() ? new_seller_.get() : seller->second.get(),
            .series = series == series_.end() ? std::make_shared<const SeriesState>(new_series(key)) : series->second};
}

Prediction State::predict(const View& view, const Context& context, std::int64_t day) const {
    return predict(*view.seller, *view.series, context, day);
}

State::Work State::prepare(const Observation& observation) {
    const SeriesKey key{.seller = observation.seller, .category = observation.category};
    const double count = bounded_count(observation.reservations);
    const std::int64_t posted = observation.posted.value_or(largest_count + 1);
    Work work{.key = key,
              .context = context_of(observation),
              .day = number_of(observation.day),
              .count = count,
              .no_shows = {},
              .posted = posted,
              .sold_out_at = {},
              .rows_before = 0,
              .says_nothing = posted <= 0 && count == 0,
              .x = {},
              .before = {}};
    if (observation.no_shows) work.no_shows = std::min(count, bounded_count(*observation.no_shows));
    if (posted > 0 && count >= static_cast<double>(posted)) work.sold_out_at = posted;
    work.x = features_of(work.context, windows_, model_->settings().holiday_keeps_weekend_hours);

    std::shared_ptr<SellerState>& seller = sellers_[key.seller];
    if (!seller) seller = std::make_shared<SellerState>(*model_);
    if (!series_.contains(key)) series_.emplace(key, std::make_shared<SeriesState>(new_series(key)));
    std::shared_ptr<SeriesState>& series = series_[key];
    for (Block* block : {&own(everyone_).block, &own(seller).block, &own(series).block}) {
        block->activate(work.x);
        block->drift_to(work.day);
    }
    work.rows_before = series->similar.rows();
    work.before = predict(*seller, *series, work.context, work.day);
    return work;
}

void State::learn_day(std::span<const Observation> day) {
    std::vector<Observation> rows(day.begin(), day.end());
    std::sort(rows.begin(), rows.end(), [](const Observation& left, const Observation& right) {
        return canonical_order(left) < canonical_order(right);
    });
    for (const Observation& row : rows) windows_.learn(context_of(row).start_hour);
    std::vector<Work> works;
    works.reserve(rows.size());
    for (const Observation& row : rows) works.push_back(prepare(row));
    for (const Work& work : works) {
        if (!work.says_nothing) learn_row(work);
    }
}

void State::learn_row(const Work& work) {
    learn_blocks(work);
    learn_dispersion(work);
    learn_scores(work);
    learn_intervals(work);
    learn_experts(work);
}

void State::learn_blocks(const Work& work) {
    const std::array<Block*, 3> blocks{&everyone_->block, &sellers_[work.key.seller]->block, &series_[work.key]->block};
    Lanes mean;
    Lanes variance;
    for (std::size_t i = 0; i < blocks.size(); ++i) blocks[i]->project(work.x, spreads_[i], mean, variance);
    Lanes move;
    Lanes shrink;
    for (std::size_t lane = 0; lane < setting_count; ++lane) {
        const Belief belief{.mean = mean[lane], .variance = variance[lane]};
        const Step step = count_step(belief, work.before.dispersion[lane],
                                     {.value = work.count, .sold_out_at = work.sold_out_at}, model_->settings());
        move[lane] = step.move;
        shrink[lane] = step.shrink;
    }
    if (work.no_shows && work.count > 0) {
        const Belief belief{.mean = mean[no_show_lane], .variance = variance[no_show_lane]};
        const Step step = no_show_step(belief, *work.no_shows, work.count, model_->settings());
        move[no_show_lane] = step.move;
        shrink[no_show_lane] = step.shrink;
    }
    blocks[2]->update(spreads_[2], move, shrink);
    if (blocks[2]->rows < rows_before_teaching) {
        for (std::size_t lane = 0; lane < setting_count; ++lane) move[lane] = shrink[lane] = 0;
    }
    blocks[0]->update(spreads_[0], move, shrink);
    blocks[1]->update(spreads_[1], move, shrink);
    for (Block* block : blocks) ++block->rows;
}

void State::learn_dispersion(const Work& work) {
    constexpr double settled_shape = 2.5;
    SeriesState& series = *series_[work.key];
    for (std::size_t lane = 0; lane < setting_count; ++lane) {
        const Rate& rate = work.before.rates[lane];
        if (rate.shape <= settled_shape) continue;
        const DispersionEvidence evidence =
            dispersion_evidence(work.count, rate.mean(), 1 / rate.shape, work.before.dispersion[lane]);
        series.dispersion[lane].add(evidence.value, evidence.weight, dispersion_fading);
        everyone_->dispersion[lane].add(evidence.value, evidence.weight, everyone_dispersion_fading);
    }
}

void State::learn_scores(const Work& work) {
    SeriesState& series = *series_[work.key];
    if (!series.scored) {
        series.scored = true;
        return;
    }
    std::array<double, component_count> scores{};
    double mean = 0;
    for (std::size_t i = 0; i < component_count; ++i) {
        scores[i] = log_score(work.before.components[i], work.count, work.sold_out_at.has_value());
        mean += scores[i] / component_count;
    }
    for (std::size_t i = 0; i < component_count; ++i) {
        series.scores[i] = series.scores[i] * score_fading + scores[i] - mean;
    }
}

void State::learn_intervals(const Work& work) {
    TailLevels& tails = sellers_[work.key.seller]->tails;
    const std::array<double, quantile_count> answered = tails.adjusted();
    const std::array<double, 4> levels{tails.below(), answered[1], answered[17], 1 - tails.above()};
    const CountDistribution demand = distribution_of(work.before);
    const std::vector<std::int64_t> bounds = demand.quantiles(levels);
    const auto held_to_posted = [&](std::int64_t bound) { return static_cast<double>(std::min(bound, work.posted)); };
    series_[work.key]->record.learn(work.day,
                                    work.count >= held_to_posted(bounds[1]) && work.count <= held_to_posted(bounds[2]));
    const CountDistribution answer = work.posted <= largest_count ? demand.with_cap(work.posted) : demand;
    const std::int64_t point = point_of(answer, work.rows_before);
    const bool hit = std::abs(work.count - static_cast<double>(point)) <= static_cast<double>(hit_margin(point));
    everyone_->confidence.learn(hit_probability(answer, point), hit);
    if (work.sold_out_at) return;  // the demand is not known, so neither is its quantile
    tails.learn(work.count<static_cast<double>(bounds[0]), work.count> static_cast<double>(bounds[3]));
}

void State::learn_experts(const Work& work) {
    SeriesState& series = *series_[work.key];
    const std::array<Opinion, component_count>& opinions = work.before.components;
    series.windows[work.context.start_hour].learn(work.context.weekday, work.count, opinions[setting_count],
                                                  opinions[setting_count + 1], everyone_->windows);
    series.similar.learn(compared(work.context, model_->settings()), work.count, opinions[setting_count + 2],
                         everyone_->similar);
    everyone_->counts.add(work.count, everyone_count_fading);
}

}  // namespace edge::forecast::pooled
