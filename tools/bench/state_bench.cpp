#include "harness/table_row.hpp"
#include "rows.hpp"

#include "edge/forecast/method.hpp"

// Bytes that the default method stores of what it has learned, by series (a category of a seller).

namespace {

using namespace edge::bench;
using namespace edge::forecast;

constexpr int categories = 10;
constexpr int few_rows = 40;
constexpr int many_rows = 800;

/// Row `i` of a series: two windows a day, a weekly rhythm.
Observation row(int seller, int category, int i) {
    const edge::LocalDate day{std::chrono::days(20'000 + i / 2)};
    return {.seller = edge::SellerId(seller),
            .category = edge::CategoryId(category),
            .day = day,
            .weekday = edge::weekday_index(day),
            .window_start = std::chrono::hours(i % 2 == 0 ? 12 : 18),
            .window_end = std::chrono::hours(i % 2 == 0 ? 14 : 20),
            .temperature = edge::Celsius::from_units(1000 + i * 37 % 1500),
            .weather = i % 5 == 0 ? edge::WeatherFlag::rainy : edge::WeatherFlag::sunny,
            .reservations = 5 + edge::weekday_index(day) + (i * 7 + category) % 5,
            .no_shows = i % 3 == 0 ? 1 : 0};
}

double bytes_a_series(int series, int rows) {
    const auto method = make_method(method_names().front());
    for (int i = 0; i < rows; ++i) {
        for (int one = 0; one < series; ++one) method->learn(row(1 + one / categories, 1 + one % categories, i));
    }
    return static_cast<double>(method->save().value().size()) / series;
}

}  // namespace

void edge::bench::add_state_rows() {
    add_row("stored forecaster state a series, 10,000 series", [] {
        return TableRow{.measured = bytes_a_series(is_quick() ? 1'000 : 10'000, few_rows),
                        .unit = "B",
                        .note = "ten categories a seller, 40 rows each"};
    });
    add_row("stored forecaster state a series after 800 rows", [] {
        return TableRow{.measured = bytes_a_series(100, many_rows),
                        .baseline = bytes_a_series(100, few_rows),
                        .unit = "B",
                        .note = "after 40 rows, 100 series"};
    });
}
