#include "refresh_run.hpp"

#include "edge/storage/forecasts.hpp"

#include <algorithm>

namespace edge {

using storage::InputRow;
using storage::RecordedBy;
using storage::StoredInput;

namespace {

/// What happened, one row a category; one without category for a bundle that has none.
std::vector<InputRow> inputs_for(SellerWork& work, const storage::BundleRow& bundle) {
    const LocalDate day = work.zone.to_local(bundle.window.start).day;
    const DayContext context = work.context.of(day, bundle.window.start);
    InputRow row{.bundle = bundle.id,
                 .seller = bundle.seller,
                 .category = {},
                 .day_of_week = std::string(weekday_name(weekday_index(day))),
                 .window = bundle.window,
                 .is_holiday = context.is_holiday,
                 .temperature = context.temperature,
                 .weather = context.weather,
                 .reservations = bundle.reserved,
                 .no_shows = bundle.reserved - bundle.collected,
                 .posted = bundle.total_qty};
    if (bundle.categories.empty()) return {row};
    std::vector<InputRow> rows;
    for (const CategoryId category : bundle.categories) {
        row.category = category;
        rows.push_back(row);
    }
    return rows;
}

}  // namespace

void RefreshRun::record_inputs(SellerWork& work, const storage::BundleRow& bundle) {
    const RecordedBy recorded = storage::inputs_recorded_by(*db_, bundle.id);
    if (recorded == RecordedBy::import) return;
    if (!is_over(bundle)) {
        if (recorded == RecordedBy::engine) withdraw_inputs(bundle.id);
        return;
    }
    std::vector<StoredInput> stored = storage::inputs_of(*db_, bundle.id);
    if (recorded == RecordedBy::nobody) {
        if (!stored.empty()) return;  // written by someone else's hand, and left to it
        storage::mark_inputs_recorded(*write_, bundle.id);
        report_.windows_closed += 1;
    }
    for (const InputRow& wanted : inputs_for(work, bundle)) {
        const auto found = std::find_if(stored.begin(), stored.end(),
                                        [&](const StoredInput& one) { return one.row.category == wanted.category; });
        if (found == stored.end()) {
            storage::insert_input(*write_, wanted, state_->new_uuid());
        } else {
            const StoredInput kept = *found;
            stored.erase(found);
            if (kept.row == wanted) continue;
            storage::update_input(*write_, kept.id, wanted);
            note_input(kept.row);
        }
        note_input(wanted);
        report_.inputs_written += 1;
    }
    for (const StoredInput& left : stored) {
        storage::remove_input(*write_, left.id);
        note_input(left.row);
        report_.inputs_written += 1;
    }
}

void RefreshRun::withdraw_inputs(BundleId bundle) {
    for (const StoredInput& input : storage::inputs_of(*db_, bundle)) {
        storage::remove_input(*write_, input.id);
        note_input(input.row);
    }
    storage::unmark_inputs_recorded(*write_, bundle);
    history_changed_ = true;
    report_.inputs_written += 1;
}

void RefreshRun::note_input(const InputRow& row) {
    history_.note_change({.seller = row.seller, .window_start = row.window.start});
    history_changed_ = true;
}

}  // namespace edge
