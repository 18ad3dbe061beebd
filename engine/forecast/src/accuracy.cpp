#include "edge/forecast/accuracy.hpp"

#include "answer.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace edge::forecast {

namespace {

constexpr std::size_t tenth_percent = 1;
constexpr std::size_t median = 9;
constexpr std::size_t ninetieth_percent = 17;
constexpr std::int64_t endless = std::numeric_limits<std::int64_t>::max();
constexpr std::array<std::pair<std::int64_t, std::int64_t>, 5> history_lengths = {
    {{0, 0}, {1, 9}, {10, 39}, {40, 199}, {200, endless}}};

double pinball_loss(double count, double quantile, double level) {
    return std::max(level * (count - quantile), (level - 1) * (count - quantile));
}

double count_of(const Observation& row) { return static_cast<double>(std::max<std::int64_t>(0, row.reservations)); }

bool is_hit(double count, std::int64_t predicted) {
    const double margin = std::max(1.0, std::floor(.2 * static_cast<double>(predicted)));
    return std::abs(count - static_cast<double>(predicted)) <= margin;
}

std::size_t length_class(std::int64_t earlier) {
    std::size_t index = 0;
    while (earlier > history_lengths.at(index).second) ++index;
    return index;
}

}  // namespace

void AccuracyMeter::add(const Observation& row, const Forecast& forecast, double reference) {
    const double count = count_of(row);
    const auto quantile = [&](std::size_t index) { return static_cast<double>(forecast.quantiles.at(index)); };
    const auto point = static_cast<double>(forecast.predicted_reservations);
    ++slots_;
    errors_ += std::abs(point - count);
    reference_errors_ += std::abs(reference - count);
    squares_ += (forecast.mean - count) * (forecast.mean - count);
    bias_ += forecast.mean - count;
    double losses = 0;
    for (std::size_t i = 0; i < quantile_count; ++i)
        losses += 2 * pinball_loss(count, quantile(i), quantile_levels().at(i));
    crps_ += losses / quantile_count;
    pinball_ += 2.0 / 3.0 *
                (pinball_loss(count, quantile(tenth_percent), .1) + pinball_loss(count, quantile(median), .5) +
                 pinball_loss(count, quantile(ninetieth_percent), .9));
    below_ += count < quantile(tenth_percent) ? 1 : 0;
    above_ += count > quantile(ninetieth_percent) ? 1 : 0;
    const double confidence = forecast.confidence.value();
    Bin& bin = bins_.at(static_cast<std::size_t>(std::clamp(std::floor(confidence * 10), 0.0, 9.0)));
    ++bin.slots;
    bin.stated += confidence;
    bin.hits += is_hit(count, forecast.predicted_reservations) ? 1 : 0;
    if (!row.no_shows || count <= 0) return;
    const auto missed = static_cast<double>(std::max<std::int64_t>(0, *row.no_shows));
    add_no_shows(count, missed, forecast.predicted_no_show_prob.value());
}

void AccuracyMeter::add_no_shows(double count, double missed, double probability) {
    const double held = std::clamp(probability, .001, .999);
    brier_ += missed * (1 - probability) * (1 - probability) + (count - missed) * probability * probability;
    log_loss_ -= missed * std::log(held) + (count - missed) * std::log(1 - held);
    no_shows_.push_back({.probability = probability, .reservations = count, .missed = missed});
}

Accuracy AccuracyMeter::accuracy() const {
    Accuracy accuracy{.slots = slots_};
    if (slots_ == 0) return accuracy;
    const auto slots = static_cast<double>(slots_);
    accuracy.mae = errors_ / slots;
    accuracy.rmse = std::sqrt(squares_ / slots);
    accuracy.bias = bias_ / slots;
    if (reference_errors_ > 0) accuracy.mase = errors_ / reference_errors_;
    accuracy.pinball = pinball_ / slots;
    accuracy.crps = crps_ / slots;
    accuracy.below = below_ / slots;
    accuracy.above = above_ / slots;
    accuracy.coverage = 1 - accuracy.below - accuracy.above;
    for (const Bin& bin : bins_) {
        accuracy.stated_confidence += bin.stated / slots;
        accuracy.hit_rate += bin.hits / slots;
        accuracy.confidence_calibration += std::abs(bin.stated - bin.hits) / slots;
    }
    fill_no_shows(accuracy);
    return accuracy;
}

void AccuracyMeter::fill_no_shows(Accuracy& accuracy) const {
    if (no_shows_.empty()) return;
    std::vector<NoShows> sorted = no_shows_;
    std::ranges::stable_sort(sorted, {}, &NoShows::probability);
    const double all = std::accumulate(sorted.begin(), sorted.end(), 0.0,
                                       [](double sum, const NoShows& one) { return sum + one.reservations; });
    std::array<double, 10> excess{};
    double before = 0;
    for (const NoShows& one : sorted) {
        const double middle = before + one.reservations / 2;
        before += one.reservations;
        const auto bin = static_cast<std::size_t>(std::min(std::floor(middle / all * 10), 9.0));
        excess.at(bin) += one.probability * one.reservations - one.missed;
    }
    double error = 0;
    for (const double one : excess) error += std::abs(one);
    accuracy.brier = brier_ / all;
    accuracy.log_loss = log_loss_ / all;
    accuracy.no_show_error = error / all;
}

SeasonalReference::Series SeasonalReference::series_of(const Observation& row) {
    return {row.seller, row.category, std::chrono::floor<std::chrono::hours>(row.window_start).count()};
}

double SeasonalReference::forecast(const Observation& row) const {
    const Series series = series_of(row);
    if (const auto found = by_weekday_.find({series, row.weekday}); found != by_weekday_.end()) return found->second;
    const auto found = last_.find(series);
    return found == last_.end() ? 1 : found->second;
}

void SeasonalReference::learn(const Observation& row) {
    const Series series = series_of(row);
    last_[series] = by_weekday_[{series, row.weekday}] = count_of(row);
}

MethodJudge::MethodJudge(std::string_view name) : method_(make_method(name)) {
    static_assert(std::tuple_size_v<decltype(by_history_)> == history_lengths.size());
}

void MethodJudge::take_day(std::span<const Observation> day, const Visit& visit) {
    for (const Observation& row : day) {
        const Forecast forecast = method_->forecast(slot_of(row));
        if (!visit(row, forecast)) continue;
        const double last_time = reference_.forecast(row);
        const auto earlier = earlier_.find({row.seller, row.category});
        const std::size_t length = length_class(earlier == earlier_.end() ? 0 : earlier->second);
        all_.add(row, forecast, last_time);
        by_history_.at(length).add(row, forecast, last_time);
    }
    for (const Observation& row : day) {
        method_->learn(row);
        reference_.learn(row);
        ++earlier_[{row.seller, row.category}];
    }
}

MethodAccuracy MethodJudge::accuracy() const {
    MethodAccuracy judged{.method = std::string(method_->name()), .all = all_.accuracy()};
    for (std::size_t i = 0; i < by_history_.size(); ++i) {
        const auto [from, to] = history_lengths.at(i);
        const Accuracy accuracy = by_history_.at(i).accuracy();
        if (accuracy.slots == 0) continue;
        judged.by_history.push_back(
            {.from = from, .to = to == endless ? std::nullopt : std::optional(to), .accuracy = accuracy});
    }
    return judged;
}

}  // namespace edge::forecast
