#include "edge/forecast/day_total.hpp"
#include "edge/forecast/method.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <limits>

namespace edge::forecast {

namespace {

std::int64_t any_count() {
    return *rc::gen::oneOf(rc::gen::inRange<std::int64_t>(0, 30), rc::gen::inRange<std::int64_t>(0, 2'000'000),
                           rc::gen::arbitrary<std::int64_t>(), rc::gen::just(std::numeric_limits<std::int64_t>::max()),
                           rc::gen::just(std::numeric_limits<std::int64_t>::min()));
}

std::optional<std::int64_t> maybe_count() {
    return *rc::gen::arbitrary<bool>() ? std::optional<std::int64_t>(any_count()) : std::nullopt;
}

std::optional<Celsius> any_temperature() {
    return *rc::gen::element<std::optional<Celsius>>(std::nullopt, Celsius::from_units(1500),
                                                     Celsius::from_units(-4000),
                                                     Celsius::from_units(std::numeric_limits<std::int64_t>::max()));
}

std::optional<WeatherFlag> any_weather() {
    return *rc::gen::element<std::optional<WeatherFlag>>(std::nullopt, WeatherFlag::sunny, WeatherFlag::rainy,
                                                         WeatherFlag::snowy);
}

LocalDate any_day() {
    // Mostly within two years, sometimes centuries away.
    return LocalDate(
        std::chrono::days(*rc::gen::oneOf(rc::gen::inRange(20'000, 20'730), rc::gen::inRange(-90'000, 90'000))));
}

Observation any_observation() {
    const LocalDate day = any_day();
    return {.seller = SellerId(*rc::gen::inRange(1, 4)),
            .category = *rc::gen::element<std::optional<CategoryId>>(std::nullopt, CategoryId(1), CategoryId(2)),
            .day = day,
            .weekday = *rc::gen::oneOf(rc::gen::just(weekday_index(day)), rc::gen::inRange(-3, 9)),
            .window_start = std::chrono::minutes(*rc::gen::inRange(0, 1441)),
            .window_end = std::chrono::minutes(*rc::gen::inRange(0, 1441)),
            .is_holiday = *rc::gen::arbitrary<bool>(),
            .temperature = any_temperature(),
            .weather = any_weather(),
            .reservations = any_count(),
            .no_shows = maybe_count(),
            .posted = maybe_count()};
}

std::vector<Observation> any_history() {
    std::vector<Observation> history;
    const int rows = *rc::gen::inRange(0, 60);
    history.reserve(static_cast<std::size_t>(rows));
    for (int i = 0; i < rows; ++i) history.push_back(any_observation());
    return history;
}

Slot any_slot() {
    Slot slot{.seller = SellerId(*rc::gen::inRange(1, 5)),
              .day = any_day(),
              .window_start = std::chrono::minutes(*rc::gen::inRange(0, 1441)),
              .window_end = std::chrono::minutes(*rc::gen::inRange(0, 1441)),
              .is_holiday = *rc::gen::arbitrary<bool>(),
              .temperature = any_temperature(),
              .weather = any_weather(),
              .posted = maybe_count()};
    for (int category = 1; category <= *rc::gen::inRange(0, 4); ++category) slot.categories.emplace_back(category);
    return slot;
}

std::unique_ptr<Method> taught(std::string_view name, const std::vector<Observation>& history) {
    std::unique_ptr<Method> method = make_method(name);
    for (const Observation& observation : history) method->learn(observation);
    return method;
}

void check_sound(const Forecast& answer) {
    RC_ASSERT(answer.predicted_reservations >= 0);
    RC_ASSERT(answer.predicted_sales >= 0);
    RC_ASSERT(answer.demand_uncut >= 0);
    RC_ASSERT(answer.suggested_qty >= 0);
    RC_ASSERT(std::isfinite(answer.mean));
    RC_ASSERT(answer.mean >= 0);
    RC_ASSERT(answer.quantiles.front() >= 0);
    RC_ASSERT(std::is_sorted(answer.quantiles.begin(), answer.quantiles.end()));
    for (const Probability probability : {answer.predicted_no_show_prob, answer.confidence}) {
        RC_ASSERT(probability.units() >= 0);
        RC_ASSERT(probability.units() <= 10'000);
    }
    RC_ASSERT(!answer.rationale.empty());
    const auto starts_character = [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U; };
    RC_ASSERT(std::count_if(answer.rationale.begin(), answer.rationale.end(), starts_character) <= 500);
    RC_ASSERT(std::isfinite(answer.explanation.base_level));
    for (const Effect& effect : answer.effects) {
        RC_ASSERT(std::isfinite(effect.factor));
        RC_ASSERT(std::isfinite(effect.moved));
    }
    RC_ASSERT(CountDistribution::decode(answer.reservations.encode()) == answer.reservations);
}

bool same(const Forecast& left, const Forecast& right) {
    return left.predicted_reservations == right.predicted_reservations && left.mean == right.mean &&
           left.quantiles == right.quantiles && left.predicted_no_show_prob == right.predicted_no_show_prob &&
           left.predicted_sales == right.predicted_sales && left.suggested_qty == right.suggested_qty &&
           left.confidence == right.confidence && left.rationale == right.rationale &&
           left.reservations == right.reservations && left.history_rows == right.history_rows &&
           left.explanation == right.explanation;
}

RC_GTEST_PROP(ForecastProperty, AnyHistoryGivesASoundForecast, ()) {
    const std::vector<Observation> history = any_history();
    const Slot slot = any_slot();

    for (const std::string_view name : method_names()) check_sound(taught(name, history)->forecast(slot));
}

RC_GTEST_PROP(ForecastProperty, TheSameHistoryGivesTheSameForecastToTheLastBit, ()) {
    const std::vector<Observation> history = any_history();
    const Slot slot = any_slot();

    for (const std::string_view name : method_names()) {
        const std::unique_ptr<Method> method = taught(name, history);
        const Forecast first = method->forecast(slot);
        RC_ASSERT(same(method->forecast(slot), first));
        RC_ASSERT(same(taught(name, history)->forecast(slot), first));
    }
}

RC_GTEST_PROP(ForecastProperty, ASavedMethodContinuesAsIfNeverSaved, ()) {
    const std::vector<Observation> history = any_history();
    const std::vector<Observation> later = any_history();
    const Slot slot = any_slot();

    for (const std::string_view name : method_names()) {
        const std::unique_ptr<Method> method = taught(name, history);
        const std::optional<std::vector<std::uint8_t>> saved = method->save();
        if (!saved) continue;
        const std::unique_ptr<Method> loaded = make_method(name);
        RC_ASSERT(loaded->load(*saved));
        for (const Observation& observation : later) {
            method->learn(observation);
            loaded->learn(observation);
        }
        RC_ASSERT(same(loaded->forecast(slot), method->forecast(slot)));
        RC_ASSERT(loaded->save() == method->save());
    }
}

RC_GTEST_PROP(ForecastProperty, RandomBytesNeverDecode, (const std::vector<std::uint8_t>& bytes)) {
    RC_ASSERT(!CountDistribution::decode(bytes));
    for (const std::string_view name : method_names()) RC_ASSERT(!make_method(name)->load(bytes));
}

RC_GTEST_PROP(ForecastProperty, ADaysBandHoldsItsExpectedTotal, ()) {
    std::vector<BundleForecast> bundles;
    const int count = *rc::gen::inRange(0, 6);
    for (int i = 0; i < count; ++i) {
        const Forecast answer = taught(method_names().front(), any_history())->forecast(any_slot());
        bundles.push_back({answer.reservations, answer.predicted_no_show_prob, answer.predicted_sales});
    }

    const DayForecast day = day_total(bundles);

    RC_ASSERT(day.low >= 0);
    RC_ASSERT(day.low <= day.expected);
    RC_ASSERT(day.expected <= day.high);
}

}  // namespace

}  // namespace edge::forecast
