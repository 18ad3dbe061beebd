// The reader of the method `pooled`'s state. The seal is made anew around each input: a checksum would keep all but
// one damaged input in 2^64 from the reader behind it.

#include "fuzz/fuzz_target.hpp"
#include "pooled/codec.hpp"
#include "sealed_bytes.hpp"

#include "edge/forecast/method.hpp"

#include <cmath>
#include <cstdlib>
#include <span>
#include <string>

using namespace edge;
using namespace edge::forecast;

namespace {

Observation row(int i) {
    const LocalDate day{std::chrono::days(20'423 + i / 2)};
    Observation observation{.seller = SellerId(1 + i % 2),
                            .day = day,
                            .weekday = weekday_index(day),
                            .window_start = std::chrono::hours(i % 3 == 0 ? 12 : 18),
                            .window_end = std::chrono::hours(20),
                            .is_holiday = i == 3,
                            .reservations = 3 + i,
                            .no_shows = i % 2};
    if (i % 2 == 0) observation.category = CategoryId(1);
    if (i % 3 == 0) observation.temperature = Celsius::from_units(1200);
    if (i % 3 == 1) observation.weather = WeatherFlag::rainy;
    return observation;
}

void demand(bool law) {
    if (!law) std::abort();
}

}  // namespace

std::vector<std::vector<std::uint8_t>> edge::fuzz::seeds() {
    std::vector<std::vector<std::uint8_t>> seeds;
    for (const int rows : {0, 1, 7}) {
        const std::unique_ptr<Method> method = make_method("pooled");
        for (int i = 0; i < rows; ++i) method->learn(row(i));
        const std::string payload = unseal_bytes(pooled::state_seal, method->save().value()).value();
        seeds.emplace_back(payload.begin(), payload.end());
    }
    return seeds;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::unique_ptr<Method> method = make_method("pooled");
    demand(!method->load(std::span(data, size)) || size > 24);
    if (!method->load(seal_bytes(pooled::state_seal, std::string(data, data + size)))) return 0;

    // What was read is a state: it is written and read again without loss, and forecasts.
    const std::vector<std::uint8_t> saved = method->save().value();
    const std::unique_ptr<Method> again = make_method("pooled");
    demand(again->load(saved));
    demand(again->save().value() == saved);
    const Forecast answer = method->forecast({.seller = SellerId(1),
                                              .categories = {CategoryId(1)},
                                              .day = LocalDate(std::chrono::days(20'430)),
                                              .window_start = std::chrono::hours(12),
                                              .window_end = std::chrono::hours(14)});
    demand(std::isfinite(answer.mean) && answer.mean >= 0 && answer.predicted_reservations >= 0);
    return 0;
}
