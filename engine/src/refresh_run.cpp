#include "refresh_run.hpp"

#include "amount_rows.hpp"

#include "edge/analytics/contribution.hpp"
#include "edge/storage/captured_tables.hpp"
#include "edge/storage/context.hpp"
#include "edge/storage/sellers.hpp"

#include <algorithm>

namespace edge {

using storage::CapturedTable;
using storage::JournalEntry;
using storage::JournalReader;

namespace {

/// When this many bundles and a quarter of all are dirty, one pass over the file beats looking each one up.
constexpr std::size_t recount_from_bundles = 1000;

analytics::Contribution to_contribution(const storage::ContributionRow& row) {
    return {.day = row.day,
            .window_start = row.window_start,
            .categories = row.categories,
            .amounts = to_amounts(row.amounts)};
}

std::int64_t bit_of(CapturedTable table, std::string_view column) {
    const auto columns = storage::captured_table(table).columns;
    const auto found = std::find(columns.begin(), columns.end(), column);
    return std::int64_t{1} << (found - columns.begin());
}

}  // namespace

SellerWork::SellerWork(Engine::State& state, Seller given, Timestamp now)
    : seller(std::move(given)),
      zone(state.time_zone(seller.time_zone)),
      context(state.db, seller, now),
      stored(storage::find_refresh_state(state.db, seller.id)),
      current(stored) {}

RefreshRun::RefreshRun(Engine::State& state, storage::WriteTransaction& write)
    : state_(&state), write_(&write), db_(&write.connection()), now_(state.now()) {}

RefreshReport RefreshRun::refresh(SellerId asked) {
    load_sellers(asked);
    read_journal();
    for (auto& [id, work] : sellers_) add_ended_bundles(work);
    choose_recounts();
    count_dirty_bundles();
    finish();
    return report_;
}

RefreshReport RefreshRun::rebuild(SellerId asked) {
    load_sellers(asked);
    read_journal();
    for (auto& [id, work] : sellers_) add_ended_bundles(work);
    work_of(asked).recount = true;
    work_of(asked).current.history_revision += 1;  // so that every forecast is made anew
    count_dirty_bundles();
    finish();
    return report_;
}

std::int64_t RefreshRun::close_windows(SellerId asked) {
    load_sellers(asked);
    SellerWork& work = work_of(asked);
    for (const BundleId id : storage::bundles_ended(*db_, asked, work.stored.closed_through, now_)) {
        if (const auto bundle = storage::find_bundle_row(*db_, id)) record_inputs(work, *bundle);
    }
    return report_.windows_closed;
}

void RefreshRun::load_sellers(SellerId asked) {
    static_cast<void>(storage::get_seller(*db_, asked));
    for (Seller& seller : storage::list_sellers(*db_)) {
        const SellerId id = seller.id;
        sellers_.emplace(std::piecewise_construct, std::forward_as_tuple(id),
                         std::forward_as_tuple(*state_, std::move(seller), now_));
    }
}

SellerWork& RefreshRun::work_of(SellerId seller) { return sellers_.at(seller); }

void RefreshRun::finish() {
    for (auto& [id, work] : sellers_) {
        if (work.recount) recount(work);
    }
    for (auto& [id, work] : sellers_) {
        if (history_changed_) work.current.history_revision += 1;
        ensure_series(work);
        write_graphs(work);
        write_forecasts(work);
        if (work.current != work.stored) storage::put_refresh_state(*write_, id, work.current);
    }
    mark_journal_read();
    report_.categories_without_row.assign(nameless_.begin(), nameless_.end());
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
    switch (entry.table) {
        case CapturedTable::bundles: dirty_.emplace(entry.row); break;
        case CapturedTable::reservations:
            if (entry.parent) dirty_.emplace(*entry.parent);
            break;
        case CapturedTable::sellers: note_seller_change(entry); break;
        case CapturedTable::category: labels_changed_ = true; break;
        case CapturedTable::forecast_input:
            // A window whose inputs someone else touched is looked at again; what was learned from them too.
            history_changed_ = true;
            if (entry.parent) dirty_.emplace(*entry.parent);
            break;
        case CapturedTable::weather:
        case CapturedTable::holidays: note_context_change(); break;
        case CapturedTable::forecast_output:
        case CapturedTable::analytics_graphs:
        case CapturedTable::analytics_series:
        case CapturedTable::analytics_points: break;
    }
}

void RefreshRun::note_seller_change(const JournalEntry& entry) {
    const SellerId id(entry.row);
    const auto found = sellers_.find(id);
    if (found == sellers_.end()) {  // the seller is gone, and its bundles with it
        storage::clear_totals(*write_, id);
        return;
    }
    const std::int64_t matters =
        bit_of(CapturedTable::sellers, "time_zone") | bit_of(CapturedTable::sellers, "currency") |
        bit_of(CapturedTable::sellers, "latitude") | bit_of(CapturedTable::sellers, "longitude") |
        bit_of(CapturedTable::sellers, "holiday_region");
    if (entry.op != storage::JournalOp::updated || (entry.mask & matters) == 0) return;
    found->second.recount = true;
    // Forecasts of every seller learn from the local times of this one's history.
    history_changed_ = history_changed_ || (entry.mask & bit_of(CapturedTable::sellers, "time_zone")) != 0;
}

void RefreshRun::note_context_change() {
    // Inputs of windows that are over must follow, and which of them a row of weather or holidays concerned cannot be
    // told once it has changed. Context arrives seldom and in bulk.
    for (auto& [id, work] : sellers_) work.recount = true;
}

void RefreshRun::add_ended_bundles(SellerWork& work) {
    const auto [after, by] = std::minmax(work.stored.closed_through, now_);
    const std::vector<BundleId> ended = storage::bundles_ended(*db_, work.seller.id, after, by);
    if (ended.empty()) return;
    dirty_.insert(ended.begin(), ended.end());
    work.current.closed_through = now_;
}

void RefreshRun::choose_recounts() {
    if (dirty_.size() < recount_from_bundles) return;
    storage::Query row = db_->query("SELECT max(bundle_id) FROM bundles");
    row.step();
    if (dirty_.size() * 4 < static_cast<std::size_t>(row.integer(0))) return;
    for (auto& [id, work] : sellers_) work.recount = true;
}

storage::ContributionRow RefreshRun::contribution_of(const SellerWork& work, const storage::BundleRow& bundle) const {
    const LocalTime start = work.zone.to_local(bundle.window.start);
    analytics::Contribution contribution =
        analytics::contribution_of({.day = start.day,
                                    .window_start = start.time,
                                    .categories = bundle.categories,
                                    .total_qty = bundle.total_qty,
                                    .reserved = bundle.reserved,
                                    .collected = bundle.collected,
                                    .weight_grams = bundle.weight_grams,
                                    .carbon_dioxide = bundle.carbon_dioxide,
                                    .price = bundle.price,
                                    .discount_percentage = bundle.discount_percentage,
                                    .closed = is_over(bundle)});
    return {.seller = work.seller.id,
            .day = contribution.day,
            .window_start = contribution.window_start,
            .categories = std::move(contribution.categories),
            .amounts = to_row(contribution.amounts)};
}

void RefreshRun::count_dirty_bundles() {
    for (const BundleId id : dirty_) {
        const std::optional<storage::BundleRow> bundle = storage::find_bundle_row(*db_, id);
        const std::optional<storage::ContributionRow> before = storage::find_contribution(*db_, id);
        std::optional<storage::ContributionRow> after;
        if (bundle) {
            SellerWork& work = work_of(bundle->seller);
            if (work.recount && (!before || before->seller == bundle->seller)) continue;  // counted with all others
            after = contribution_of(work, *bundle);
            record_inputs(work, *bundle);
        }
        if (before == after) continue;
        report_.bundles_recounted += 1;
        if (before) {
            if (const auto work = sellers_.find(before->seller); work != sellers_.end()) {
                work->second.difference.subtract(to_contribution(*before));
            }
        }
        if (after) {
            work_of(after->seller).difference.add(to_contribution(*after));
            storage::put_contribution(*write_, id, *after);
        } else {
            storage::remove_contribution(*write_, id);
        }
    }
    for (auto& [id, work] : sellers_) store_difference(work);
}

void RefreshRun::store_difference(SellerWork& work) {
    const SellerId seller = work.seller.id;
    const analytics::Totals& difference = work.difference;
    for (const auto& [day, amounts] : difference.days) storage::add_to_day(*write_, seller, day, to_row(amounts));
    for (const auto& [category, collected] : difference.categories)
        storage::add_to_category(*write_, seller, category, collected);
    for (const auto& [window, collected] : difference.windows)
        storage::add_to_window(*write_, seller, window, collected);
    for (const auto& [hour, collected] : difference.week_hours) storage::add_to_hour(*write_, seller, hour, collected);
    storage::add_to_seller(*write_, seller, to_row(difference.overall));
}

void RefreshRun::recount(SellerWork& work) {
    storage::clear_totals(*write_, work.seller.id);
    work.difference = {};
    storage::each_bundle_row(*db_, work.seller.id, [&](const storage::BundleRow& bundle) {
        const storage::ContributionRow contribution = contribution_of(work, bundle);
        work.difference.add(to_contribution(contribution));
        storage::put_contribution(*write_, bundle.id, contribution);
        record_inputs(work, bundle);
        report_.bundles_recounted += 1;
    });
    store_difference(work);
}

}  // namespace edge
