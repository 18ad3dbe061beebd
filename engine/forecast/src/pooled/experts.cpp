#include "pooled/experts.hpp"

#include <algorithm>
#include <cmath>

namespace edge::forecast::pooled {

namespace {

constexpr double slow_fading = .90;
constexpr double weekday_fading = .75;
constexpr double dispersion_fading = .985;
constexpr double smallest_mean = .02;
constexpr double smallest_dispersion = .01;

void learn_dispersion(double count, const Opinion& opinion, RunningDispersion& own, RunningDispersion& everyone) {
    const double mean = opinion.mean;
    const double residual = count - mean;
    const double held = std::min(residual * residual, 9 * (mean + mean * mean * opinion.dispersion));
    const double worth = .3 / (.3 + 1 / mean + opinion.dispersion);
    const double value = (held - mean) / (mean * mean);
    own.add(value, worth * worth, dispersion_fading);
    everyone.add(value, worth * worth, dispersion_fading);
}

double likeness(const Context& row, const Context& wanted) {
    double weight = .3;
    if (row.weekday == wanted.weekday) weight += 2;
    weight += 1.5 * std::max(0.0, 1 - std::abs(row.start_hour - wanted.start_hour) / 2);
    if (row.is_holiday == wanted.is_holiday) weight += 1.5;
    if (row.weather == wanted.weather) weight += 1;
    if (row.temperature && wanted.temperature) {
        weight += .5 * std::max(0.0, 1 - std::abs(*row.temperature - *wanted.temperature) / 5);
    } else if (!row.temperature && !wanted.temperature) {
        weight += .5;
    }
    return weight * weight;
}

}  // namespace

Opinion WindowMeans::slow_opinion(double typical, const Everyone& everyone) const {
    const double spread = slow_dispersion_.towards(everyone.slow_dispersion.mean());
    return {.mean = std::max(smallest_mean, known_ ? slow_.towards(typical) : typical),
            .dispersion = std::max(smallest_dispersion, spread) + (known_ ? 0 : .5)};
}

Opinion WindowMeans::weekday_opinion(int weekday, double typical, const Everyone& everyone) const {
    const double spread = weekday_dispersion_.towards(everyone.weekday_dispersion.mean());
    const double overall = known_ ? fast_.towards(typical) : typical;
    const FadingMean& same_day = by_weekday_.at(static_cast<std::size_t>(weekday));
    return {.mean = std::max(smallest_mean, same_day.weight > 0 ? same_day.towards(overall) : overall),
            .dispersion = std::max(smallest_dispersion, spread) + (known_ ? 0 : .5)};
}

void WindowMeans::learn(int weekday, double count, const Opinion& slow, const Opinion& by_weekday, Everyone& everyone) {
    if (known_) {
        learn_dispersion(count, slow, slow_dispersion_, everyone.slow_dispersion);
        learn_dispersion(count, by_weekday, weekday_dispersion_, everyone.weekday_dispersion);
    }
    slow_.add(count, slow_fading);
    fast_.add(count, weekday_fading);
    by_weekday_.at(static_cast<std::size_t>(weekday)).add(count, weekday_fading);
    known_ = true;
}

Opinion SimilarSlots::opinion(const Context& context, double typical, const RunningDispersion& everyone) const {
    constexpr double typical_weight = .3;
    double weight = typical_weight;
    double sum = typical_weight * typical;
    for (const Row& row : last_) {
        const double similar = likeness(row.context, context);
        weight += similar;
        sum += similar * row.count;
    }
    const double of_the_mean = rows_ == 0 ? .8 : .3 / static_cast<double>(rows_);
    return {.mean = std::max(smallest_mean, last_.empty() ? typical : sum / weight),
            .dispersion = std::max(smallest_dispersion, dispersion_.towards(everyone.mean())) + of_the_mean};
}

void SimilarSlots::learn(const Context& context, double count, const Opinion& opinion, RunningDispersion& everyone) {
    if (rows_ > 0) learn_dispersion(count, opinion, dispersion_, everyone);
    const Row row{.context = context, .count = count};
    if (last_.size() < remembered) {
        last_.push_back(row);
    } else {
        last_[static_cast<std::size_t>(rows_) % remembered] = row;
    }
    ++rows_;
}

}  // namespace edge::forecast::pooled
