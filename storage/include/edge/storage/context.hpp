#pragma once

#include "edge/core/entities.hpp"
#include "edge/storage/connection.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace edge::storage {

/// One row of weather.
struct WeatherRow {
    std::string place;
    LocalDate day;
    std::string kind;
    std::optional<Celsius> temperature;
    std::optional<WeatherFlag> flag;
    std::string source;
    Timestamp fetched_at;
};

/// Latitude and longitude rounded to a tenth of a degree: "50.7,-3.5".
[[nodiscard]] std::string place_of(Degrees latitude, Degrees longitude);

[[nodiscard]] std::optional<WeatherRow> find_weather(Connection& db, std::string_view place, LocalDate day,
                                                     std::string_view kind);
[[nodiscard]] std::vector<WeatherRow> list_weather(Connection& db, std::string_view place, LocalDate from,
                                                   LocalDate to);
/// False if a row that is as new says the same or more.
bool put_weather(WriteTransaction& write, const WeatherRow& row, const Uuid& uuid);
/// Place and day of a row, by its key; nothing if it is gone.
[[nodiscard]] std::optional<WeatherRow> find_weather(Connection& db, std::int64_t weather_id);

struct HolidayRow {
    std::string region;
    LocalDate day;
    std::string name;
    std::string source;
};
/// By its key; nothing if it is gone.
[[nodiscard]] std::optional<HolidayRow> find_holiday(Connection& db, std::int64_t holiday_id);
[[nodiscard]] bool has_holiday(Connection& db, std::string_view region, LocalDate day);
[[nodiscard]] std::vector<HolidayRow> list_holidays(Connection& db, std::string_view region, LocalDate from,
                                                    LocalDate to);
/// False if it was there already.
bool put_holiday(WriteTransaction& write, const HolidayRow& row, const Uuid& uuid);

}  // namespace edge::storage
