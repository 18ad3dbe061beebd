#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace edge {

/// An instant, to the microsecond (as the marketplace's database keeps it), UTC. INTEGER in SQLite.
using Timestamp = std::chrono::sys_time<std::chrono::microseconds>;
/// A day on a seller's calendar. Days since 1970-01-01 in SQLite.
using LocalDate = std::chrono::local_days;
/// Time since local midnight as the clock on the wall shows it, 0 to 24 h.
using TimeOfDay = std::chrono::microseconds;

/// What a clock and a calendar on the wall show at one instant.
struct LocalTime {
    LocalDate day;
    TimeOfDay time;
    friend auto operator<=>(const LocalTime&, const LocalTime&) = default;
};

/// The nearest instant of the years 0001 to 9999: a foreign file may hold others, which no calendar here shows.
[[nodiscard]] Timestamp within_calendar(Timestamp instant) noexcept;

/// "2026-11-23T16:02:11Z"; with a fraction of three or six digits only when there is one. An instant outside the
/// years 0001 to 9999 is shown as the nearest within.
[[nodiscard]] std::string format_timestamp(Timestamp instant);
/// ISO 8601 and what databases print: `2026-11-23T16:02:11Z`, `2026-11-23 16:02:11.25`, `2026-11-23T16:02+01:00`,
/// `2026-11-23`. Without an offset it means UTC. Nothing if it is not such a text or not a real date and time
/// between the years 0001 and 9999.
[[nodiscard]] std::optional<Timestamp> parse_timestamp(std::string_view text);

/// "2026-11-23"
[[nodiscard]] std::string format_date(LocalDate day);
/// Only `YYYY-MM-DD`, and only a day that exists.
[[nodiscard]] std::optional<LocalDate> parse_date(std::string_view text);

/// "09:05"
[[nodiscard]] std::string format_hour_minute(TimeOfDay time);
/// `HH:MM`, `HH:MM:SS` or `HH:MM:SS.ffffff`.
[[nodiscard]] std::optional<TimeOfDay> parse_time_of_day(std::string_view text);

/// 0 = Monday … 6 = Sunday.
[[nodiscard]] int weekday_index(LocalDate day) noexcept;
/// "Monday" for 0 … "Sunday" for 6.
[[nodiscard]] std::string_view weekday_name(int index) noexcept;

/// An IANA time zone, the only thing that turns instants into days. Cheap to copy. Not to be shared by threads:
/// it remembers the last transition it looked up.
class TimeZone {
public:
    /// Throws `bad_time_zone` for a name that the system's database does not have.
    [[nodiscard]] static TimeZone find(std::string_view name);
    [[nodiscard]] static TimeZone utc();

    [[nodiscard]] const std::string& name() const noexcept;
    [[nodiscard]] LocalTime to_local(Timestamp instant) const;
    /// The instant at which the clock shows this. A time that is skipped in spring means the instant of the jump;
    /// one that occurs twice in autumn means the first.
    [[nodiscard]] Timestamp to_instant(LocalDate day, TimeOfDay time) const;
    /// The instant with its local offset: "2026-07-01T13:00:00+01:00".
    [[nodiscard]] std::string format_with_offset(Timestamp instant) const;

private:
    struct Zone;
    explicit TimeZone(std::shared_ptr<const Zone> zone);
    std::shared_ptr<const Zone> zone_;
    mutable Timestamp cached_begin_{};
    mutable Timestamp cached_end_{};
    mutable std::chrono::seconds cached_offset_{};
};

}  // namespace edge
