#include "refresh_run.hpp"

#include "amount_rows.hpp"
#include "count_totals.hpp"

#include "edge/analytics/contribution.hpp"
#include "edge/analytics/graph_types.hpp"
#include "edge/storage/sellers.hpp"

namespace edge {

namespace {

analytics::Contribution to_contribution(const storage::ContributionRow& row) {
    return {.day = row.day,
            .window_start = row.window_start,
            .categories = row.categories,
            .amounts = to_amounts(row.amounts)};
}

void assign_row(storage::ContributionRow& row, SellerId seller, const analytics::Contribution& contribution) {
    row.seller = seller;
    row.day = contribution.day;
    row.window_start = contribution.window_start;
    row.categories = contribution.categories;
    row.amounts = to_row(contribution.amounts);
}

}  // namespace

SellerWork::SellerWork(Engine::State& state, Seller given, Timestamp now)
    : seller(std::move(given)),
      zone(state.time_zone_or_utc(seller.time_zone)),
      context(state.db, seller, now),
      stored(storage::find_refresh_state(state.db, seller.id)),
      current(stored) {}

RefreshRun::RefreshRun(Engine::State& state, storage::WriteTransaction& write)
    : state_(&state), write_(&write), db_(&write.connection()), now_(state.now()), history_(state, *db_, now_) {}

RefreshReport RefreshRun::refresh(SellerId asked) {
    static_cast<void>(get_work(asked));
    count_and_draw();
    return report_;
}

RefreshReport RefreshRun::rebuild(SellerId asked) {
    SellerWork& work = get_work(asked);
    work.recount = true;
    work.current.history_revision += 1;  // so that every forecast is made anew
    count_and_draw();
    return report_;
}

void RefreshRun::count_and_draw() {
    read_journal();
    if (labels_changed_) load_all_sellers();
    choose_recounts();
    count_dirty_bundles();
    finish();
}

std::int64_t RefreshRun::close_windows(SellerId asked) {
    SellerWork& work = get_work(asked);
    read_journal();  // only to find windows that were over before they came here; a refresh reads it again
    for (const BundleId id : uncounted_) {
        const auto bundle = storage::find_bundle_row(*db_, id);
        if (bundle && bundle->seller == asked) record_inputs(work, *bundle, storage::find_closed_window(*db_, id));
    }
    return report_.windows_closed;
}

SellerWork* RefreshRun::find_work(SellerId seller) {
    const auto found = sellers_.find(seller);
    if (found != sellers_.end()) return &found->second;
    std::optional<Seller> stored = storage::find_seller(*db_, seller);
    if (!stored) return nullptr;
    SellerWork& work = sellers_
                           .emplace(std::piecewise_construct, std::forward_as_tuple(seller),
                                    std::forward_as_tuple(*state_, std::move(*stored), now_))
                           .first->second;
    work.recount = recount_all_;
    add_ended_bundles(work);
    return &work;
}

SellerWork& RefreshRun::get_work(SellerId seller) {
    SellerWork* const work = find_work(seller);
    if (work == nullptr) static_cast<void>(storage::get_seller(*db_, seller));  // says that there is none
    return *work;
}

void RefreshRun::load_all_sellers() {
    for (const Seller& seller : everyone()) find_work(seller.id);
}

void RefreshRun::finish() {
    recount_sellers();
    if (history_changed_) storage::raise_history_revisions(*write_);
    storage::put_graph_types(*write_, analytics::graph_types());
    for (auto& [id, work] : sellers_) {
        if (history_changed_) work.current.history_revision += 1;
        ensure_series(work);
        write_graphs(work);
        write_accuracy(work);
        write_forecasts(work);
        if (work.current != work.stored) storage::put_refresh_state(*write_, id, work.current);
    }
    history_.keep(*write_);
    mark_journal_read();
    report_.categories_without_row.assign(nameless_.begin(), nameless_.end());
}

void RefreshRun::count_dirty_bundles() {
    // Counting one bundle may bring in another seller, and with it the windows of that one that have ended.
    std::size_t next = 0;
    while (next < uncounted_.size()) count_bundle(uncounted_[next++]);
    for (auto& [id, work] : sellers_) store_difference(work);
}

void RefreshRun::count_bundle(BundleId id) {
    const std::optional<storage::BundleRow> bundle = storage::find_bundle_row(*db_, id);
    const std::optional<storage::ContributionRow> before = storage::find_contribution(*db_, id);
    std::optional<storage::ContributionRow> after;
    // A bundle whose seller is missing counts for nobody until there is one.
    if (SellerWork* const work = bundle ? find_work(bundle->seller) : nullptr; work != nullptr) {
        if (work->recount && (!before || before->seller == bundle->seller)) return;  // counted with all others
        assign_row(after.emplace(), bundle->seller, analytics::contribution_of(outcome_of(*bundle, work->zone, now_)));
        const storage::ClosedWindow known = storage::find_closed_window(*db_, id);
        record_inputs(*work, *bundle, known);
        if (before) find_work(before->seller);  // its forecast's outcome moves with the bundle
        keep_outcome(*work, *bundle, known);
    }
    if (!bundle && before) forget_outcome(id, *before);
    if (before == after) return;
    report_.bundles_recounted += 1;
    if (before) {
        if (SellerWork* const work = find_work(before->seller); work != nullptr) {
            work->difference.subtract(to_contribution(*before));
        }
    }
    if (after) {
        get_work(after->seller).difference.add(to_contribution(*after));
        storage::put_contributions(*write_, std::array{storage::BundleContribution{.bundle = id, .row = *after}});
    } else {
        storage::remove_contribution(*write_, id);
    }
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

void RefreshRun::recount_sellers() {
    std::map<SellerId, SellerWork*> recounted;
    std::set<SellerId> ids;
    for (auto& [id, work] : sellers_) {
        if (!work.recount) continue;
        recounted.emplace(id, &work);
        ids.insert(id);
        storage::clear_totals(*write_, id);
        work.difference = {};
    }
    if (recounted.empty()) return;
    storage::ContributionRewrite contributions(*write_, std::move(ids));
    analytics::Contribution contribution;
    storage::ContributionRow row;
    storage::ClosedWindowWalk windows(*db_);
    storage::each_bundle_row(*db_, [&](const storage::BundleRow& bundle) {
        const auto found = recounted.find(bundle.seller);
        if (found == recounted.end()) return;
        SellerWork& work = *found->second;
        analytics::assign_contribution(contribution, outcome_of(bundle, work.zone, now_));
        work.difference.add(contribution);
        assign_row(row, bundle.seller, contribution);
        contributions.put(bundle.id, row);
        const storage::ClosedWindow& known = windows.seek(bundle.id);
        record_inputs(work, bundle, known);
        keep_outcome(work, bundle, known);
        report_.bundles_recounted += 1;
    });
    contributions.finish();
    for (const auto& [id, work] : recounted) store_difference(*work);
}

}  // namespace edge
