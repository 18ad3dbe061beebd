#pragma once

#include "engine_state.hpp"
#include "learned_history.hpp"
#include "slot_context.hpp"

#include "edge/analytics/point_changes.hpp"
#include "edge/analytics/totals.hpp"
#include "edge/storage/closed_windows.hpp"
#include "edge/storage/contributions.hpp"
#include "edge/storage/graphs.hpp"
#include "edge/storage/journal.hpp"
#include "edge/storage/outcomes.hpp"
#include "edge/storage/totals.hpp"

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace edge {

/// Everything a refresh keeps about one seller while it runs.
struct SellerWork {
    SellerWork(Engine::State& state, Seller given, Timestamp now);

    Seller seller;
    TimeZone zone;
    SellerContext context;
    storage::RefreshState stored;        // as found
    storage::RefreshState current;       // as it shall be
    analytics::Totals difference;        // of all dirty bundles
    bool recount = false;                // count everything anew instead
    bool recount_graphs = false;         // a series is new: it takes all its points
    std::set<LocalDate> accuracy_weeks;  // Mondays of weeks in which a forecast's outcome changed
    std::map<storage::SeriesKey, storage::SeriesRow> series;
};

/// One refresh or rebuild: a transaction's worth of work. Reads through storage, lets analytics and forecast compute,
/// writes what differs. The steps stand in refresh_run.cpp (order, counting), refresh_changes.cpp (what to count),
/// refresh_inputs.cpp, refresh_outcomes.cpp, refresh_graphs.cpp and refresh_forecasts.cpp.
///
/// It brings one seller up to date. What the journal says about others is counted too, since the journal is read once
/// for all, and their graphs with it; their windows that ended wait for a refresh of their own.
class RefreshRun {
public:
    RefreshRun(Engine::State& state, storage::WriteTransaction& write);

    /// Throws `not_found`.
    RefreshReport refresh(SellerId asked);
    RefreshReport rebuild(SellerId asked);
    /// For a rebuild that also learns the history anew; it is everyone's, so once for all sellers is enough.
    void forget_history() { history_.forget(); }
    /// Just the inputs of windows that are over.
    std::int64_t close_windows(SellerId asked);

private:
    /// Loads a seller when it is first needed, with the bundles whose windows have ended since; null if there is none.
    SellerWork* find_work(SellerId seller);
    SellerWork& get_work(SellerId seller);
    void load_all_sellers();
    void count_and_draw();
    void finish();

    // Which bundles to look at
    void mark_dirty(BundleId bundle);
    void mark_dirty(const std::vector<BundleId>& bundles);
    void read_journal();
    void mark_journal_read();
    void note_change(const storage::JournalEntry& entry);
    void note_seller_change(const storage::JournalEntry& entry);
    void note_weather_change(const storage::JournalEntry& entry);
    void note_holiday_change(const storage::JournalEntry& entry);
    void mark_day_dirty(const Seller& seller, LocalDate day);
    const std::vector<Seller>& everyone();
    void add_ended_bundles(SellerWork& work);
    void choose_recounts();

    // Contributions and totals
    void count_dirty_bundles();
    void count_bundle(BundleId id);
    void recount_sellers();
    void store_difference(SellerWork& work);

    // Inputs
    void record_inputs(SellerWork& work, const storage::BundleRow& bundle, const storage::ClosedWindow& known);
    /// By `wanted_inputs_`.
    void replace_inputs(std::vector<storage::StoredInput> stored);
    void withdraw_inputs(BundleId bundle, const std::vector<storage::StoredInput>& stored);
    void note_input(const storage::InputRow& row);
    [[nodiscard]] bool is_over(const storage::BundleRow& bundle) const { return bundle.window.end <= now_; }

    // What became of forecasts
    void keep_outcome(const SellerWork& work, const storage::BundleRow& bundle, const storage::ClosedWindow& known);
    void forget_outcome(BundleId bundle, const storage::ContributionRow& before);
    void mark_accuracy(SellerId seller, LocalDate day);
    void write_accuracy(SellerWork& work);

    // Graphs
    void write_graphs(SellerWork& work);
    void ensure_series(SellerWork& work);
    void remove_surplus(SellerWork& work, const Graph& graph);
    void write_changed_days(SellerWork& work);
    void write_changed_weeks(SellerWork& work);
    void write_gauges(SellerWork& work);
    void write_rankings(SellerWork& work);
    void write_week_hours(SellerWork& work);
    void write_day_series(SellerWork& work);
    void write_week_series(SellerWork& work);
    [[nodiscard]] analytics::Totals stored_days(const SellerWork& work, LocalDate from, LocalDate to);
    void write_points(SellerWork& work, storage::SeriesKey key, std::span<const GraphPoint> wanted);
    void apply_changes(std::int64_t series, std::span<const analytics::PointChange> changes);
    /// Changes of a series whose x ascend, by x; a value of nothing takes the point away.
    void merge_points(SellerWork& work, storage::SeriesKey key,
                      const std::map<std::string, std::optional<PointValue>>& changes);

    // Forecasts
    void write_forecasts(SellerWork& work);
    void write_forecast_graph(SellerWork& work);

    Engine::State* state_;
    storage::WriteTransaction* write_;
    storage::Connection* db_;
    Timestamp now_;
    std::map<SellerId, SellerWork> sellers_;  // those concerned
    std::optional<std::vector<Seller>> everyone_;
    std::set<BundleId> dirty_;
    std::vector<BundleId> uncounted_;  // the same, in the order in which they were found
    bool recount_all_ = false;
    bool labels_changed_ = false;   // a category was renamed, made or removed
    bool history_changed_ = false;  // a forecast input was written, here or elsewhere
    std::set<CategoryId> nameless_;
    std::vector<storage::InputRow> wanted_inputs_;  // of one bundle
    LearnedHistory history_;
    RefreshReport report_;
};

}  // namespace edge
