#include "edge/forecast/method.hpp"

#include <benchmark/benchmark.h>

#include <string>

namespace edge::forecast {

namespace {

/// Row `i` of a shop with two categories and two windows a day, mild weather, a weekly rhythm.
Observation row(int i) {
    const LocalDate day{std::chrono::days(20'000 + i / 4)};
    return {.seller = SellerId(1),
            .category = CategoryId(1 + i % 2),
            .day = day,
            .weekday = weekday_index(day),
            .window_start = std::chrono::hours(i % 4 < 2 ? 12 : 18),
            .window_end = std::chrono::hours(i % 4 < 2 ? 14 : 20),
            .temperature = Celsius::from_units(1000 + i * 37 % 1500),
            .weather = i % 5 == 0 ? WeatherFlag::rainy : WeatherFlag::sunny,
            .reservations = 5 + weekday_index(day) + i * 7 % 5,
            .no_shows = i % 3 == 0 ? 1 : 0};
}

std::unique_ptr<Method> taught(const char* name, int rows) {
    std::unique_ptr<Method> method = make_method(name);
    for (int i = 0; i < rows; ++i) method->learn(row(i));
    return method;
}

void forecast_from_a_thousand_rows(benchmark::State& state, const char* name) {
    const std::unique_ptr<Method> method = taught(name, 1000);
    const Slot slot{.seller = SellerId(1),
                    .categories = {CategoryId(1)},
                    .day = row(1004).day,
                    .window_start = std::chrono::hours(12),
                    .window_end = std::chrono::hours(14),
                    .temperature = Celsius::from_units(1500),
                    .weather = WeatherFlag::sunny,
                    .posted = 12};
    for ([[maybe_unused]] const auto& turn : state) benchmark::DoNotOptimize(method->forecast(slot));
}
BENCHMARK_CAPTURE(forecast_from_a_thousand_rows, pooled, "pooled")->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(forecast_from_a_thousand_rows, similarity, "similarity")->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(forecast_from_a_thousand_rows, seasonal_naive, "seasonal_naive")->Unit(benchmark::kMicrosecond);

void learn_two_thousand_rows(benchmark::State& state) {
    for ([[maybe_unused]] const auto& turn : state) benchmark::DoNotOptimize(taught("pooled", 2000));
}
BENCHMARK(learn_two_thousand_rows)->Unit(benchmark::kMillisecond);

void save_and_load(benchmark::State& state) {
    const std::unique_ptr<Method> method = taught("pooled", 2000);
    const std::unique_ptr<Method> loaded = make_method("pooled");
    for ([[maybe_unused]] const auto& turn : state) benchmark::DoNotOptimize(loaded->load(method->save().value()));
    state.SetLabel(std::to_string(method->save()->size()) + " bytes");
}
BENCHMARK(save_and_load)->Unit(benchmark::kMicrosecond);

}  // namespace

}  // namespace edge::forecast

BENCHMARK_MAIN();
