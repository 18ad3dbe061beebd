#include "edge/core/error.hpp"
#include "edge/core/time.hpp"

#include <date/tz.h>
#include <fmt/format.h>

namespace edge {

namespace detail {
std::string format_local_clock(std::chrono::local_time<std::chrono::microseconds> local);
}

struct TimeZone::Zone {
    std::string name;
    const date::time_zone* zone;  // owned by the date library's database, which lives as long as the process
};

TimeZone::TimeZone(std::shared_ptr<const Zone> zone) : zone_(std::move(zone)) {}

TimeZone TimeZone::find(std::string_view name) {
    const std::string zone_name(name);
    try {
        return TimeZone(std::make_shared<const Zone>(Zone{zone_name, date::locate_zone(zone_name)}));
    } catch (const std::exception&) {
        throw Error(ErrorCode::bad_time_zone,
                    fmt::format("cannot use time zone '{}': it is not an IANA time zone", name),
                    {{"time_zone", zone_name}}, "give a name such as Europe/London, Europe/Lisbon or UTC");
    }
}

TimeZone TimeZone::utc() { return find("UTC"); }

const std::string& TimeZone::name() const noexcept { return zone_->name; }

LocalTime TimeZone::to_local(Timestamp instant) const {
    instant = within_calendar(instant);
    if (instant < cached_begin_ || instant >= cached_end_) {
        const date::sys_info info = zone_->zone->get_info(instant);
        // The library's first and last ranges reach beyond what microseconds can count.
        constexpr std::chrono::sys_seconds earliest{std::chrono::seconds(-9'000'000'000'000)};
        constexpr std::chrono::sys_seconds latest{std::chrono::seconds(9'000'000'000'000)};
        cached_begin_ = std::max(info.begin, earliest);
        cached_end_ = std::min(info.end, latest);
        cached_offset_ = info.offset;
    }
    const std::chrono::local_time<std::chrono::microseconds> local{instant.time_since_epoch() + cached_offset_};
    const LocalDate day = std::chrono::floor<std::chrono::days>(local);
    return {.day = day, .time = local - day};
}

Timestamp TimeZone::to_instant(LocalDate day, TimeOfDay time) const {
    const date::local_time<std::chrono::microseconds> local{day.time_since_epoch() + time};
    const date::local_info info = zone_->zone->get_info(local);
    if (info.result == date::local_info::nonexistent) return info.second.begin;
    return Timestamp(local.time_since_epoch() - info.first.offset);
}

std::string TimeZone::format_with_offset(Timestamp instant) const {
    instant = within_calendar(instant);
    const LocalTime local = to_local(instant);
    const std::chrono::local_time<std::chrono::microseconds> clock = local.day + local.time;
    const auto offset = clock.time_since_epoch() - instant.time_since_epoch();
    const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(offset).count();
    const auto absolute = minutes < 0 ? -minutes : minutes;
    return fmt::format("{}{}{:02}:{:02}", detail::format_local_clock(clock), minutes < 0 ? '-' : '+', absolute / 60,
                       absolute % 60);
}

}  // namespace edge
