#include "edge/storage/closed_windows.hpp"

#include "input_row.hpp"
#include "outcome_row.hpp"

#include <fmt/format.h>

namespace edge::storage {
namespace {

RecordedBy read_recorded_by(const Query& row, int column) {
    return row.view(column) == "engine" ? RecordedBy::engine : RecordedBy::import;
}

void add_input(const Query& row, std::vector<StoredInput>& inputs) {
    StoredInput& input = inputs.emplace_back();
    input.id = row.integer(input_id_column);
    read_input(row, input.row);
}

const std::string& all_inputs() {
    static const std::string sql = fmt::format("{} ORDER BY bundle_id, input_id", input_columns);
    return sql;
}

const std::string& all_outcomes() {
    static const std::string sql = fmt::format("{} ORDER BY bundle_id", outcome_columns);
    return sql;
}

}  // namespace

ClosedWindow find_closed_window(Connection& db, BundleId bundle) {
    static const std::string inputs = fmt::format("{} WHERE bundle_id = ? ORDER BY input_id", input_columns);
    ClosedWindow found;
    Query window = db.query("SELECT recorded_by FROM closed_windows WHERE bundle_id = ?", bundle);
    if (window.step()) found.recorded_by = read_recorded_by(window, 0);
    Query input = db.query(inputs, bundle);
    while (input.step()) add_input(input, found.inputs);
    found.outcome = find_forecast_outcome(db, bundle);
    found.has_forecast = db.query("SELECT 1 FROM forecast_output WHERE bundle_id = ?", bundle).step();
    return found;
}

void mark_inputs_recorded(WriteTransaction& write, BundleId bundle) {
    write.connection().query("INSERT INTO closed_windows (bundle_id, recorded_by) VALUES (?, 'engine')", bundle).run();
}

void unmark_inputs_recorded(WriteTransaction& write, BundleId bundle) {
    write.connection().query("DELETE FROM closed_windows WHERE bundle_id = ?", bundle).run();
}

ClosedWindowWalk::ClosedWindowWalk(Connection& db)
    : windows_(db.query("SELECT bundle_id, recorded_by FROM closed_windows ORDER BY bundle_id")),
      inputs_(db.query(all_inputs())),
      outcomes_(db.query(all_outcomes())),
      forecasts_(db.query("SELECT bundle_id FROM forecast_output ORDER BY bundle_id")) {}

const ClosedWindow& ClosedWindowWalk::seek(BundleId bundle) {
    // Each cursor ends behind the bundle, so that what the caller writes about it is not in its way.
    found_.recorded_by = RecordedBy::nobody;
    for (; windows_.seek(bundle); windows_.advance()) found_.recorded_by = read_recorded_by(windows_.row(), 1);
    found_.inputs.clear();
    for (; inputs_.seek(bundle); inputs_.advance()) add_input(inputs_.row(), found_.inputs);
    found_.outcome.reset();
    for (; outcomes_.seek(bundle); outcomes_.advance()) found_.outcome = read_outcome(outcomes_.row());
    found_.has_forecast = false;
    for (; forecasts_.seek(bundle); forecasts_.advance()) found_.has_forecast = true;
    return found_;
}

}  // namespace edge::storage
