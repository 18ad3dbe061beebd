#pragma once

#include "edge/storage/bundle_cursor.hpp"
#include "edge/storage/forecast_outcomes.hpp"
#include "edge/storage/forecasts.hpp"

#include <optional>
#include <vector>

namespace edge::storage {

/// Who wrote a bundle's inputs.
enum class RecordedBy { nobody, engine, import };

/// What is on record about a bundle whose window is over, or was.
struct ClosedWindow {
    RecordedBy recorded_by = RecordedBy::nobody;
    std::vector<StoredInput> inputs;  ///< in order of id
    std::optional<ForecastOutcomeRow> outcome;
    bool has_forecast = false;
    friend bool operator==(const ClosedWindow&, const ClosedWindow&) = default;
};

[[nodiscard]] ClosedWindow find_closed_window(Connection& db, BundleId bundle);
void mark_inputs_recorded(WriteTransaction& write, BundleId bundle);
void unmark_inputs_recorded(WriteTransaction& write, BundleId bundle);

/// What is on record about every bundle, one after the other: one pass over each table, and no memory per bundle. What
/// has been passed may be written meanwhile.
class ClosedWindowWalk {
public:
    explicit ClosedWindowWalk(Connection& db);

    /// Of a bundle behind the one asked for before; good until the next call.
    [[nodiscard]] const ClosedWindow& seek(BundleId bundle);

private:
    BundleCursor windows_;
    BundleCursor inputs_;
    BundleCursor outcomes_;
    BundleCursor forecasts_;
    ClosedWindow found_;
};

}  // namespace edge::storage
