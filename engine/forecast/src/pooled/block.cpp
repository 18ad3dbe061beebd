#include "pooled/block.hpp"

#include <algorithm>

namespace edge::forecast::pooled {

Block::Block(const Model& model, Owner owner) : model_(&model), owner_(owner) {
    row_of_.fill(inactive);
    features_.reserve(base_feature_count);
    mean_.reserve(base_feature_count);
    covariance_.reserve(entry(base_feature_count, 0));
    for (std::size_t feature = 0; feature < base_feature_count; ++feature) activate(feature);
}

void Block::activate(std::size_t feature) {
    const std::size_t row = features_.size();
    row_of_[feature] = static_cast<std::uint8_t>(row);
    features_.push_back(static_cast<std::uint8_t>(feature));
    mean_.emplace_back();
    covariance_.resize(entry(row + 1, 0));
    covariance_[entry(row, row)] = model_->prior_variance(owner_, feature);
}

void Block::activate(const FeatureVector& x) {
    for (const FeatureVector::Element& element : x) {
        if (row_of_[element.feature] == inactive) activate(element.feature);
    }
}

double Block::days_since(std::int64_t day) const {
    constexpr std::int64_t most_days = 21;
    if (!day_ || day <= *day_) return 0;
    return static_cast<double>(std::min(most_days, day - *day_));
}

void Block::drift_to(std::int64_t day) {
    const double days = days_since(day);
    if (days > 0) {
        covariance_[0].add(days, model_->level_drift_variance(owner_));
        for (std::size_t row = weekday_feature; row < base_feature_count; ++row) {
            covariance_[entry(row, row)].add(days, model_->weekday_drift_variance());
        }
    }
    day_ = std::max(day, day_.value_or(day));
}

void Block::project(const FeatureVector& x, std::int64_t day, Lanes& mean, Lanes& variance) const {
    const double days = days_since(day);
    for (const FeatureVector::Element& element : x) {
        const std::size_t row = row_of_[element.feature];
        if (row == inactive) {
            variance.add(element.value * element.value, model_->prior_variance(owner_, element.feature));
            continue;
        }
        mean.add(element.value, mean_[row]);
        for (const FeatureVector::Element& other : x) {
            const std::size_t column = row_of_[other.feature];
            if (column != inactive) variance.add(element.value * other.value, covariance_[entry(row, column)]);
        }
        if (row == level_feature) variance.add(days, model_->level_drift_variance(owner_));
        if (row >= weekday_feature && row < base_feature_count) variance.add(days, model_->weekday_drift_variance());
    }
}

void Block::project(const FeatureVector& x, std::vector<Lanes>& spread, Lanes& mean, Lanes& variance) const {
    spread.assign(features_.size(), Lanes());
    for (const FeatureVector::Element& element : x) {
        const std::size_t column = row_of_[element.feature];
        mean.add(element.value, mean_[column]);
        for (std::size_t row = 0; row < spread.size(); ++row) {
            spread[row].add(element.value, covariance_[entry(row, column)]);
        }
    }
    for (const FeatureVector::Element& element : x) variance.add(element.value, spread[row_of_[element.feature]]);
}

void Block::update(const std::vector<Lanes>& spread, const Lanes& step, const Lanes& shrink) {
    std::size_t index = 0;
    for (std::size_t row = 0; row < spread.size(); ++row) {
        mean_[row].add(spread[row], step);
        const Lanes scaled = spread[row] * shrink;
        for (std::size_t column = 0; column <= row; ++column) covariance_[index++].subtract(scaled, spread[column]);
    }
}

}  // namespace edge::forecast::pooled
