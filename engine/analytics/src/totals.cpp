#include "edge/analytics/totals.hpp"

#include <algorithm>

namespace edge::analytics {
namespace {

/// The amounts themselves wrap around; so do the plain counts kept beside them.
std::int64_t wrapping_sum(std::int64_t a, std::int64_t b) {
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}

std::int64_t negated(std::int64_t value) {
    return static_cast<std::int64_t>(std::uint64_t{0} - static_cast<std::uint64_t>(value));
}

template <class Key>
void change(std::map<Key, std::int64_t>& counts, const Key& key, std::int64_t difference) {
    if (difference == 0) return;
    const auto [entry, made] = counts.try_emplace(key, 0);
    entry->second = wrapping_sum(entry->second, difference);
    if (entry->second == 0) counts.erase(entry);
}

template <class Operation>
void change(std::map<LocalDate, Amounts>& days, LocalDate day, const Operation& operation) {
    const auto [entry, made] = days.try_emplace(day);
    operation(entry->second);
    if (entry->second.is_zero()) days.erase(entry);
}

void change_counts(Totals& totals, const Contribution& contribution, std::int64_t sold) {
    for (const CategoryId category : contribution.categories) change(totals.categories, category, sold);
    change(totals.windows, contribution.window_start, sold);
    change(totals.week_hours, week_hour_of(contribution.day, contribution.window_start), sold);
}

}  // namespace

WeekHour week_hour_of(LocalDate day, TimeOfDay window_start) noexcept {
    const auto hour = std::clamp<std::int64_t>(std::chrono::floor<std::chrono::hours>(window_start).count(), 0, 23);
    return weekday_index(day) * 24 + static_cast<WeekHour>(hour);
}

void Totals::add(const Contribution& contribution) {
    overall += contribution.amounts;
    change(days, contribution.day, [&](Amounts& amounts) { amounts += contribution.amounts; });
    change_counts(*this, contribution, contribution.amounts.sold);
}

void Totals::subtract(const Contribution& contribution) {
    overall -= contribution.amounts;
    change(days, contribution.day, [&](Amounts& amounts) { amounts -= contribution.amounts; });
    change_counts(*this, contribution, negated(contribution.amounts.sold));
}

void Totals::add(const Totals& other) {
    overall += other.overall;
    for (const auto& [day, difference] : other.days) {
        change(days, day, [&difference = difference](Amounts& amounts) { amounts += difference; });
    }
    for (const auto& [category, difference] : other.categories) change(categories, category, difference);
    for (const auto& [window, difference] : other.windows) change(windows, window, difference);
    for (const auto& [hour, difference] : other.week_hours) change(week_hours, hour, difference);
}

}  // namespace edge::analytics
