#include "edge/storage/context.hpp"

#include <fmt/format.h>

namespace edge::storage {
namespace {

/// Half away from zero, in tenths.
std::string tenths(Degrees degrees) {
    constexpr std::int64_t units_per_tenth = 100'000;
    const std::int64_t rest = degrees.units() % units_per_tenth;
    std::int64_t rounded = degrees.units() / units_per_tenth;
    if (rest >= units_per_tenth / 2) ++rounded;
    if (rest <= -units_per_tenth / 2) --rounded;
    return format_decimal(rounded, 1);
}

constexpr std::string_view weather_columns =
    "SELECT place, day, kind, temperature, weather_flag, source, fetched_at FROM weather ";

WeatherRow read_weather(const Query& row) {
    return {.place = row.text(0),
            .day = row.day(1),
            .kind = row.text(2),
            .temperature = row.readable_decimal<Celsius>(3),
            .flag = parse_weather_flag(row.view(4)),
            .source = row.text(5),
            .fetched_at = row.time(6)};
}

}  // namespace

std::string place_of(Degrees latitude, Degrees longitude) {
    return fmt::format("{},{}", tenths(latitude), tenths(longitude));
}

std::optional<WeatherRow> find_weather(Connection& db, std::string_view place, LocalDate day, std::string_view kind) {
    static const std::string sql = fmt::format("{} WHERE place = ? AND day = ? AND kind = ?", weather_columns);
    Query row = db.query(sql, place, day, kind);
    if (!row.step()) return std::nullopt;
    return read_weather(row);
}

std::optional<WeatherRow> find_weather(Connection& db, std::int64_t weather_id) {
    static const std::string sql = fmt::format("{} WHERE weather_id = ?", weather_columns);
    Query row = db.query(sql, weather_id);
    if (!row.step()) return std::nullopt;
    return read_weather(row);
}

std::optional<HolidayRow> find_holiday(Connection& db, std::int64_t holiday_id) {
    Query row = db.query("SELECT region, day, name, source FROM holidays WHERE holiday_id = ?", holiday_id);
    if (!row.step()) return std::nullopt;
    return HolidayRow{.region = row.text(0), .day = row.day(1), .name = row.text(2), .source = row.text(3)};
}

std::vector<WeatherRow> list_weather(Connection& db, std::string_view place, LocalDate from, LocalDate to) {
    static const std::string sql =
        fmt::format("{} WHERE place = ? AND day BETWEEN ? AND ? ORDER BY day, kind", weather_columns);
    std::vector<WeatherRow> rows;
    Query row = db.query(sql, place, from, to);
    while (row.step()) rows.push_back(read_weather(row));
    return rows;
}

bool put_weather(WriteTransaction& write, const WeatherRow& weather, const Uuid& uuid) {
    Connection& db = write.connection();
    const std::optional<std::string_view> flag = weather.flag ? std::optional(name_of(*weather.flag)) : std::nullopt;
    // not an upsert: the journal would note beforehand that the row may be replaced
    db.query(
          "INSERT INTO weather (uuid, place, day, kind, temperature, weather_flag, source, fetched_at) SELECT ?1, ?2, "
          "?3, ?4, ?5, ?6, ?7, ?8 WHERE NOT EXISTS (SELECT 1 FROM weather WHERE place = ?2 AND day = ?3 AND kind = ?4)",
          uuid, weather.place, weather.day, weather.kind, weather.temperature, flag, weather.source, weather.fetched_at)
        .run();
    if (db.changes() > 0) return true;
    db.query(
          "UPDATE weather SET temperature = ?4, weather_flag = ?5, source = ?6, fetched_at = ?7 WHERE place = ?1 AND "
          "day = ?2 AND kind = ?3 AND ?7 >= fetched_at AND (temperature, weather_flag, source, fetched_at) IS NOT (?4, "
          "?5, ?6, ?7)",
          weather.place, weather.day, weather.kind, weather.temperature, flag, weather.source, weather.fetched_at)
        .run();
    return db.changes() > 0;
}

bool has_holiday(Connection& db, std::string_view region, LocalDate day) {
    return db.query("SELECT 1 FROM holidays WHERE region = ? AND day = ?", region, day).step();
}

std::vector<HolidayRow> list_holidays(Connection& db, std::string_view region, LocalDate from, LocalDate to) {
    std::vector<HolidayRow> rows;
    Query row = db.query(
        "SELECT region, day, name, source FROM holidays WHERE region = ? AND day BETWEEN ? AND ? ORDER BY day, name",
        region, from, to);
    while (row.step())
        rows.push_back({.region = row.text(0), .day = row.day(1), .name = row.text(2), .source = row.text(3)});
    return rows;
}

bool put_holiday(WriteTransaction& write, const HolidayRow& holiday, const Uuid& uuid) {
    Connection& db = write.connection();
    db.query(
          "INSERT INTO holidays (uuid, region, day, name, source) SELECT ?1, ?2, ?3, ?4, ?5 WHERE NOT EXISTS (SELECT 1 "
          "FROM holidays WHERE region = ?2 AND day = ?3 AND name = ?4) AND NOT EXISTS (SELECT 1 FROM holidays WHERE "
          "uuid = ?1)",
          uuid, holiday.region, holiday.day, holiday.name, holiday.source)
        .run();
    return db.changes() > 0;
}

}  // namespace edge::storage
