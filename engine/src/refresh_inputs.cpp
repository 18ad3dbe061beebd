#include "refresh_run.hpp"

#include "edge/storage/forecasts.hpp"

#include <algorithm>

namespace edge {

using storage::ClosedWindow;
using storage::InputRow;
using storage::RecordedBy;
using storage::StoredInput;

namespace {

/// What happened, one row a category; one without category for a bundle that has none. Uses the rows' memory again.
void assign_inputs(std::vector<InputRow>& rows, SellerWork& work, const storage::BundleRow& bundle) {
    const LocalDate day = work.zone.to_local(bundle.window.start).day;
    const DayContext context = work.context.of(day, bundle.window.start);
    rows.resize(std::max<std::size_t>(1, bundle.categories.size()));
    for (std::size_t i = 0; i < rows.size(); ++i) {
        InputRow& row = rows[i];
        row.bundle = bundle.id;
        row.seller = bundle.seller;
        row.category = bundle.categories.empty() ? std::nullopt : std::optional(bundle.categories[i]);
        row.day_of_week = weekday_name(weekday_index(day));
        row.window = bundle.window;
        row.is_holiday = context.is_holiday;
        row.temperature = context.temperature;
        row.weather = context.weather;
        row.reservations = bundle.reserved;
        row.no_shows = bundle.reserved - bundle.collected;
        row.posted = bundle.total_qty;
    }
}

bool are_stored(const std::vector<InputRow>& wanted, const std::vector<StoredInput>& stored) {
    return std::equal(wanted.begin(), wanted.end(), stored.begin(), stored.end(),
                      [](const InputRow& row, const StoredInput& one) { return row == one.row; });
}

}  // namespace

void RefreshRun::record_inputs(SellerWork& work, const storage::BundleRow& bundle, const ClosedWindow& known) {
    if (known.recorded_by == RecordedBy::import) return;
    if (!is_over(bundle)) {
        if (known.recorded_by == RecordedBy::engine) withdraw_inputs(bundle.id, known.inputs);
        return;
    }
    if (known.recorded_by == RecordedBy::nobody) {
        if (!known.inputs.empty()) return;  // written by someone else's hand, and left to it
        storage::mark_inputs_recorded(*write_, bundle.id);
        report_.windows_closed += 1;
    }
    assign_inputs(wanted_inputs_, work, bundle);
    if (!are_stored(wanted_inputs_, known.inputs)) replace_inputs(known.inputs);
}

void RefreshRun::replace_inputs(std::vector<StoredInput> stored) {
    for (const InputRow& wanted : wanted_inputs_) {
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

void RefreshRun::withdraw_inputs(BundleId bundle, const std::vector<StoredInput>& stored) {
    for (const StoredInput& input : stored) {
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
