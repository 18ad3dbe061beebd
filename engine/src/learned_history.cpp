#include "learned_history.hpp"

#include "edge/storage/sellers.hpp"

#include <algorithm>

namespace edge {

using forecast::Observation;
using storage::CapturedTable;
using storage::InputPlace;
using storage::InputRow;
using storage::JournalEntry;
using storage::JournalOp;

namespace {

/// No clock on Earth is further from UTC.
constexpr auto largest_offset = std::chrono::days(1);
constexpr LocalDate first_day = LocalDate::min();
constexpr LocalDate no_day = LocalDate::max();

int weekday_by_name(std::string_view name) {
    for (int index = 0; index < 7; ++index) {
        if (weekday_name(index) == name) return index;
    }
    return 0;
}

Observation observation_of(const InputRow& row, const TimeZone& zone) {
    const LocalTime start = zone.to_local(row.window.start);
    return {.seller = row.seller,
            .category = row.category,
            .day = start.day,
            .weekday = weekday_by_name(row.day_of_week),
            .window_start = start.time,
            .window_end = zone.to_local(row.window.end).time,
            .is_holiday = row.is_holiday,
            .temperature = row.temperature,
            .weather = row.weather,
            .reservations = row.reservations,
            .no_shows = row.no_shows,
            .posted = row.posted};
}

LocalDate utc_day(Timestamp instant) {
    return LocalDate(std::chrono::floor<std::chrono::days>(instant).time_since_epoch());
}

/// No window of that day starts earlier, wherever the seller is.
Timestamp earliest_of(LocalDate day) {
    if (day <= utc_day(Timestamp::min()) + 2 * largest_offset) return Timestamp::min();
    return Timestamp(day.time_since_epoch() - largest_offset);
}

/// Nor later than that before the day.
Timestamp latest_before(LocalDate day) {
    if (day >= utc_day(Timestamp::max()) - 2 * largest_offset) return Timestamp::max();
    return Timestamp(day.time_since_epoch() + largest_offset);
}

std::int64_t bit_of_column(CapturedTable table, std::string_view column) {
    const auto columns = storage::captured_table(table).columns;
    return std::int64_t{1} << (std::find(columns.begin(), columns.end(), column) - columns.begin());
}

/// Whether the entry alone says that something may have left a day that is settled.
bool leaves_its_day(const JournalEntry& entry) {
    if (entry.table == CapturedTable::forecast_input) {
        static const std::int64_t place = bit_of_column(CapturedTable::forecast_input, "seller_id") |
                                          bit_of_column(CapturedTable::forecast_input, "window_start");
        return entry.op == JournalOp::deleted || (entry.op == JournalOp::updated && (entry.mask & place) != 0);
    }
    if (entry.table != CapturedTable::sellers) return false;
    static const std::int64_t zone = bit_of_column(CapturedTable::sellers, "time_zone");
    return entry.op != JournalOp::updated || (entry.mask & zone) != 0;
}

}  // namespace

std::string_view forecast_method(const Engine::State& state) {
    return state.options.forecast_method.empty() ? forecast::method_names().front()
                                                 : std::string_view(state.options.forecast_method);
}

void InputHistory::each(LocalDate from, LocalDate before, const Visit& visit) {
    if (from >= before) return;
    std::map<LocalDate, std::vector<Observation>> open;
    const auto release_before = [&](LocalDate day) {
        while (!open.empty() && open.begin()->first < day) {
            for (const Observation& one : open.begin()->second) visit(one);
            open.erase(open.begin());
        }
    };
    storage::each_input_between(*db_, earliest_of(from), latest_before(before), [&](const InputRow& row) {
        const TimeZone* zone = zone_of(row.seller);
        if (zone == nullptr) return;
        const Observation one = observation_of(row, *zone);
        if (one.day < from || one.day >= before) return;
        open[one.day].push_back(one);
        release_before(utc_day(row.window.start) - largest_offset);
    });
    release_before(no_day);
}

std::optional<LocalDate> InputHistory::day_of(const InputPlace& place) {
    const TimeZone* zone = zone_of(place.seller);
    if (zone == nullptr) return std::nullopt;
    return zone->to_local(place.window_start).day;
}

std::optional<LocalDate> InputHistory::newest_day() {
    const std::optional<InputPlace> last = storage::last_input_place(*db_);
    if (!last) return std::nullopt;
    return day_of(*last).value_or(utc_day(last->window_start));
}

const TimeZone* InputHistory::zone_of(SellerId seller) {
    if (!zones_) {
        zones_.emplace();
        for (const Seller& one : storage::list_sellers(*db_))
            zones_->emplace(one.id, state_->time_zone_or_utc(one.time_zone));
    }
    const auto found = zones_->find(seller);
    return found == zones_->end() ? nullptr : &found->second;
}

LearnedHistory::LearnedHistory(Engine::State& state, storage::Connection& db, Timestamp now)
    : name_(forecast_method(state)), db_(&db), now_(now), inputs_(state, db) {}

void LearnedHistory::note_change(const InputPlace& place) {
    if (forgotten_) return;
    const std::optional<LocalDate> stored = stored_before();
    if (!stored) return;
    const std::optional<LocalDate> day = inputs_.day_of(place);
    if (day && *day < *stored) forgotten_ = true;
}

void LearnedHistory::note_change(const JournalEntry& entry) {
    if (forgotten_ || (entry.table != CapturedTable::forecast_input && entry.table != CapturedTable::sellers)) return;
    if (leaves_its_day(entry)) {
        forgotten_ = true;
    } else if (entry.table == CapturedTable::forecast_input) {
        // Of a row that is gone a later entry tells.
        if (const std::optional<InputPlace> place = storage::find_input_place(*db_, entry.row)) note_change(*place);
    }
}

std::optional<LocalDate> LearnedHistory::stored_before() { return storage::forecast_settled_before(*db_, name_); }

std::optional<LocalDate> LearnedHistory::settled_before() {
    const std::optional<LocalDate> newest = inputs_.newest_day();
    if (!newest) return std::nullopt;
    return std::min(*newest, utc_day(now_)) - std::chrono::days(1);
}

void LearnedHistory::learn_settled(LocalDate before) {
    if (method_) return;
    method_ = forecast::make_method(name_);
    LocalDate from = first_day;
    if (!forgotten_) {
        const std::optional<storage::ForecastStateRow> stored = storage::find_forecast_state(*db_, name_);
        if (stored && stored->settled_before <= before && method_->load(stored->state)) {
            from = stored->settled_before;
            observations_ = stored->observations;
        }
    }
    if (from == before) return;
    inputs_.each(from, before, [this](const Observation& one) {
        method_->learn(one);
        ++observations_;
    });
    if (std::optional<std::vector<std::uint8_t>> bytes = method_->save()) {
        unsaved_ = {.method = std::string(name_),
                    .settled_before = before,
                    .observations = observations_,
                    .state = std::move(*bytes)};
    }
}

const forecast::Method& LearnedHistory::method() {
    if (complete_) return *method_;
    const LocalDate settled = settled_before().value_or(first_day);
    learn_settled(settled);
    inputs_.each(settled, no_day, [this](const Observation& one) { method_->learn(one); });
    complete_ = true;
    return *method_;
}

void LearnedHistory::keep(storage::WriteTransaction& write) {
    const std::optional<LocalDate> settled = settled_before();
    const std::optional<LocalDate> stored = stored_before();
    // Nobody tells the state of another method what changes from now on.
    storage::remove_forecast_states_but(write, settled ? name_ : std::string_view());
    if (!settled) return;
    const bool outdated = forgotten_ || stored != settled;
    if (outdated && (method_ || forecast::make_method(name_)->save())) learn_settled(*settled);
    if (unsaved_) storage::put_forecast_state(write, *unsaved_);
    unsaved_.reset();
}

bool LearnedHistory::stored_is_true() {
    const std::optional<storage::ForecastStateRow> stored = storage::find_forecast_state(*db_, name_);
    forget();
    if (const std::optional<LocalDate> settled = settled_before()) learn_settled(*settled);
    return stored == unsaved_;
}

void note_unread_changes(LearnedHistory& history, storage::Connection& db) {
    storage::JournalScan journal(db, storage::journal_cursor(db, storage::JournalReader::analytics));
    JournalEntry entry;
    while (journal.next(entry)) history.note_change(entry);
}

}  // namespace edge
