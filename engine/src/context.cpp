#include "edge/storage/context.hpp"

#include "engine_state.hpp"

#include "edge/forecast/calendar.hpp"
#include "edge/protocol/row_identity.hpp"
#include "edge/storage/sellers.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <set>

namespace edge {

using storage::WriteTransaction;

std::vector<HolidayEntry> Engine::holidays(const std::string& region, LocalDate from, LocalDate to) {
    std::vector<HolidayEntry> entries;
    const int first_year = static_cast<int>(std::chrono::year_month_day(from).year());
    const int last_year = static_cast<int>(std::chrono::year_month_day(to).year());
    for (int year = std::max(first_year, 2000); year <= std::min(last_year, 2100); ++year) {
        for (const forecast::Holiday& holiday : forecast::public_holidays(region, year)) {
            if (holiday.day < from || holiday.day > to) continue;
            entries.push_back({.region = region, .day = holiday.day, .name = holiday.name, .source = "built in"});
        }
    }
    for (storage::HolidayRow& row : storage::list_holidays(state_->db, region, from, to)) {
        entries.push_back({.region = std::move(row.region),
                           .day = row.day,
                           .name = std::move(row.name),
                           .source = std::move(row.source)});
    }
    std::stable_sort(entries.begin(), entries.end(),
                     [](const HolidayEntry& a, const HolidayEntry& b) { return a.day < b.day; });
    return entries;
}

std::int64_t Engine::add_holidays(const std::vector<HolidayEntry>& holidays, const WriteOptions& options) {
    WriteTransaction write(state_->db);
    std::int64_t added = 0;
    for (const HolidayEntry& holiday : holidays) {
        if (holiday.region.empty() || holiday.name.empty()) {
            throw Error(
                ErrorCode::invalid_argument,
                fmt::format("cannot add the holiday of {}: it needs a region and a name", format_date(holiday.day)));
        }
        const Uuid uuid = protocol::identity_of("holidays", {holiday.region, format_date(holiday.day), holiday.name});
        if (storage::put_holiday(
                write, {.region = holiday.region, .day = holiday.day, .name = holiday.name, .source = holiday.source},
                uuid)) {
            ++added;
        }
    }
    if (!options.dry_run) write.commit();
    return added;
}

std::vector<WeatherEntry> Engine::weather(SellerId id, LocalDate from, LocalDate to) {
    const Seller seller = storage::get_seller(state_->db, id);
    std::vector<WeatherEntry> entries;
    if (!seller.latitude || !seller.longitude) return entries;
    for (storage::WeatherRow& row :
         storage::list_weather(state_->db, storage::place_of(*seller.latitude, *seller.longitude), from, to)) {
        entries.push_back({.place = std::move(row.place),
                           .day = row.day,
                           .kind = std::move(row.kind),
                           .temperature = row.temperature,
                           .flag = row.flag,
                           .source = std::move(row.source),
                           .fetched_at = row.fetched_at});
    }
    return entries;
}

std::int64_t Engine::add_weather(const std::vector<WeatherEntry>& weather, const WriteOptions& options) {
    static const std::set<std::string> kinds = {"observed", "forecast", "normal"};
    WriteTransaction write(state_->db);
    std::int64_t changed = 0;
    for (const WeatherEntry& entry : weather) {
        if (!kinds.contains(entry.kind) || entry.place.empty()) {
            throw Error(ErrorCode::invalid_argument,
                        fmt::format("cannot add the weather of {}: its kind must be observed, forecast or normal, "
                                    "and it needs a place",
                                    format_date(entry.day)));
        }
        const Uuid uuid = protocol::identity_of("weather", {entry.place, format_date(entry.day), entry.kind});
        if (storage::put_weather(write,
                                 {.place = entry.place,
                                  .day = entry.day,
                                  .kind = entry.kind,
                                  .temperature = entry.temperature,
                                  .flag = entry.flag,
                                  .source = entry.source,
                                  .fetched_at = entry.fetched_at},
                                 uuid)) {
            ++changed;
        }
    }
    if (!options.dry_run) write.commit();
    return changed;
}

}  // namespace edge
