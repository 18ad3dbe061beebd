#include "refresh_run.hpp"

#include "edge/storage/captured_tables.hpp"
#include "edge/storage/context.hpp"
#include "edge/storage/sellers.hpp"

#include <algorithm>

namespace edge {

using storage::CapturedTable;
using storage::JournalEntry;
using storage::JournalOp;
using storage::JournalReader;

namespace {

/// When this many bundles and a quarter of all are dirty, one pass over the file beats looking each one up.
constexpr std::size_t recount_from_bundles = 1000;

std::int64_t bit_of(CapturedTable table, std::string_view column) {
    const auto columns = storage::captured_table(table).columns;
    const auto found = std::find(columns.begin(), columns.end(), column);
    return std::int64_t{1} << (found - columns.begin());
}

std::int64_t bits_of(CapturedTable table, std::initializer_list<std::string_view> columns) {
    std::int64_t bits = 0;
    for (const std::string_view column : columns) bits |= bit_of(table, column);
    return bits;
}

/// The row is not where it was: what it used to concern cannot be told any more.
bool has_left(const JournalEntry& entry, std::int64_t place) {
    return entry.op == JournalOp::deleted || (entry.op == JournalOp::updated && (entry.mask & place) != 0);
}

bool has_place(const Seller& seller) { return seller.latitude && seller.longitude; }

bool is_at(const Seller& seller, std::string_view place) {
    return has_place(seller) && storage::place_of(*seller.latitude, *seller.longitude) == place;
}

}  // namespace

void RefreshRun::mark_dirty(BundleId bundle) {
    if (dirty_.insert(bundle).second) uncounted_.push_back(bundle);
}

void RefreshRun::mark_dirty(const std::vector<BundleId>& bundles) {
    for (const BundleId bundle : bundles) mark_dirty(bundle);
}

void RefreshRun::read_journal() {
    storage::JournalScan journal(*db_, storage::journal_cursor(*db_, JournalReader::analytics));
    JournalEntry entry;
    while (journal.next(entry)) note_change(entry);
}

void RefreshRun::mark_journal_read() {
    // The refresh's own entries are read with the others: what they say is in the graphs already.
    const std::int64_t head = storage::journal_head(*db_, JournalReader::analytics);
    if (head == storage::journal_cursor(*db_, JournalReader::analytics)) return;
    storage::advance_journal_cursor(*write_, JournalReader::analytics, head);
    storage::trim_journal(*write_);
}

void RefreshRun::note_change(const JournalEntry& entry) {
    history_.note_change(entry);
    switch (entry.table) {
        case CapturedTable::bundles: mark_dirty(BundleId(entry.row)); break;
        case CapturedTable::reservations:
            if (entry.parent) mark_dirty(BundleId(*entry.parent));
            break;
        case CapturedTable::sellers: note_seller_change(entry); break;
        case CapturedTable::category: labels_changed_ = true; break;
        case CapturedTable::forecast_input:
            // A window whose inputs someone else touched is looked at again; what was learned from them too.
            history_changed_ = true;
            if (entry.parent) mark_dirty(BundleId(*entry.parent));
            break;
        case CapturedTable::weather: note_weather_change(entry); break;
        case CapturedTable::holidays: note_holiday_change(entry); break;
        case CapturedTable::forecast_output:
        case CapturedTable::analytics_graphs:
        case CapturedTable::analytics_series:
        case CapturedTable::analytics_points: break;
    }
}

void RefreshRun::note_seller_change(const JournalEntry& entry) {
    static const std::int64_t matters =
        bits_of(CapturedTable::sellers, {"time_zone", "currency", "latitude", "longitude", "holiday_region"});
    const SellerId id(entry.row);
    SellerWork* const work = find_work(id);
    if (work == nullptr) {  // the seller is gone, and its bundles with it
        storage::forget_seller(*write_, id);
    } else if (entry.op == JournalOp::created) {  // bundles of another hand may have been there before
        mark_dirty(storage::bundles_of_seller(*db_, id));
    } else if ((entry.mask & matters) != 0) {
        work->recount = true;
        // Forecasts of every seller learn from the local times of this one's history.
        if ((entry.mask & bit_of(CapturedTable::sellers, "time_zone")) != 0) history_changed_ = true;
    }
}

void RefreshRun::note_weather_change(const JournalEntry& entry) {
    static const std::int64_t place = bits_of(CapturedTable::weather, {"place", "day", "kind"});
    const bool left = has_left(entry, place);
    const std::optional<storage::WeatherRow> row = left ? std::nullopt : storage::find_weather(*db_, entry.row);
    if (!left && !row) return;  // an entry further on says that it is gone
    for (const Seller& seller : everyone()) {
        if (left ? !has_place(seller) : !is_at(seller, row->place)) continue;
        if (left || row->kind == "normal") {  // a normal stands for its month in every year
            get_work(seller.id).recount = true;
        } else {
            mark_day_dirty(seller, row->day);
        }
    }
}

void RefreshRun::note_holiday_change(const JournalEntry& entry) {
    static const std::int64_t place = bits_of(CapturedTable::holidays, {"region", "day"});
    const bool left = has_left(entry, place);
    const std::optional<storage::HolidayRow> row = left ? std::nullopt : storage::find_holiday(*db_, entry.row);
    if (!left && !row) return;
    for (const Seller& seller : everyone()) {
        if (seller.holiday_region.empty()) continue;
        if (left) {
            get_work(seller.id).recount = true;
        } else if (seller.holiday_region == row->region) {
            mark_day_dirty(seller, row->day);
        }
    }
}

void RefreshRun::mark_day_dirty(const Seller& seller, LocalDate day) {
    const TimeZone& zone = state_->time_zone_or_utc(seller.time_zone);
    // No window is shown on a day outside the calendar, whatever another hand wrote.
    if (day < zone.to_local(Timestamp::min()).day || day > zone.to_local(Timestamp::max()).day) return;
    mark_dirty(storage::bundles_starting(*db_, seller.id, zone.to_instant(day, TimeOfDay(0)),
                                         zone.to_instant(day + std::chrono::days(1), TimeOfDay(0))));
}

const std::vector<Seller>& RefreshRun::everyone() {
    if (!everyone_) everyone_ = storage::list_sellers(*db_);
    return *everyone_;
}

void RefreshRun::add_ended_bundles(SellerWork& work) {
    const auto [after, by] = std::minmax(work.stored.closed_through, now_);
    const std::vector<BundleId> ended = storage::bundles_ended(*db_, work.seller.id, after, by);
    if (ended.empty()) return;
    mark_dirty(ended);
    work.current.closed_through = now_;
}

void RefreshRun::choose_recounts() {
    if (dirty_.size() < recount_from_bundles) return;
    storage::Query row = db_->query("SELECT max(bundle_id) FROM bundles");
    row.step();
    if (dirty_.size() * 4 < static_cast<std::size_t>(row.integer(0))) return;
    recount_all_ = true;
    load_all_sellers();
    for (auto& [id, work] : sellers_) work.recount = true;
    uncounted_.clear();
}

}  // namespace edge
