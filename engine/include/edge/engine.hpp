#pragma once

#include "edge/engine_types.hpp"

#include <iosfwd>
#include <memory>

namespace edge {

/// One shop's file: bundles, reservations, graphs and forecasts, and what of them the hub has not seen yet. Each method
/// is one use case and one transaction: when it returns the effect is on the disk, when it throws nothing happened.
/// Texts are UTF-8 without NUL; any other is refused with `invalid_argument`.
///
/// An Engine is for one thread at a time; open another on the same file for another thread or process. Every method
/// may throw Error with `busy`, `disk_full`, `io_failure` or `corrupt_data` besides what it names.
class Engine {
public:
    /// Makes a new file with its first seller. Throws `already_exists`, `bad_time_zone`, `invalid_argument`.
    [[nodiscard]] static Engine create(const std::string& path, const NewSeller& seller,
                                       const EngineOptions& options = {});
    /// Throws `not_found`, `not_a_database`, `schema_too_new`, `read_only`; the file is then left untouched.
    [[nodiscard]] static Engine open(const std::string& path, const EngineOptions& options = {});
    Engine(Engine&&) noexcept;
    Engine& operator=(Engine&&) noexcept;
    /// Waits for background refreshes.
    ~Engine();

    // Sellers and categories

    /// The file's own seller: the one it was made for, whose changes are synced.
    [[nodiscard]] SellerId home_seller();
    [[nodiscard]] std::vector<Seller> sellers();
    /// Throws `not_found`.
    [[nodiscard]] Seller seller(SellerId id);
    /// Throws `bad_time_zone`, `not_found`, `invalid_argument` (no name, a place that is not on Earth).
    Seller edit_seller(SellerId id, const SellerEdit& edit);
    [[nodiscard]] std::vector<Category> categories();
    /// Throws `already_exists` for a name in use, `invalid_argument` for an empty one.
    Category add_category(const std::string& name, Co2Coefficient coefficient);

    // At the counter

    /// Throws `invalid_argument`, `negative_quantity`, `unknown_category`, `not_found` (seller).
    Bundle post_bundle(const NewBundle& bundle, const IdempotencyKey& key = {});
    /// Throws what post_bundle does, `unknown_bundle`, and `conflict` if fewer would be posted than are reserved.
    Bundle edit_bundle(BundleId id, const BundleEdit& edit, const IdempotencyKey& key = {});
    /// No more reservations; those made stay. Closing a closed bundle changes nothing. Throws `unknown_bundle`.
    Bundle close_bundle(BundleId id, const IdempotencyKey& key = {});
    /// Throws `unknown_bundle`.
    [[nodiscard]] BundleOverview bundle(BundleId id);
    [[nodiscard]] std::vector<BundleOverview> bundles(const BundleFilter& filter);

    /// Throws `unknown_bundle`, `bundle_closed`, `window_over`, `sold_out`, `claim_code_collision`, `invalid_argument`.
    Reservation reserve(const NewReservation& reservation, const IdempotencyKey& key = {});
    /// Hands the goods over. The code as typed: case, spaces and dashes do not matter. Throws `unknown_code`,
    /// `ambiguous_code` (details: the bundles), `already_collected` (details: when), `reservation_cancelled`,
    /// `window_over`.
    Reservation collect(std::string_view claim_code, std::optional<BundleId> bundle = {},
                        const IdempotencyKey& key = {});
    /// Gives the item back to the bundle. Throws what collect does, but a cancelled reservation stays cancelled without
    /// complaint, and a window that is over is no obstacle.
    Reservation cancel(std::string_view claim_code, std::optional<BundleId> bundle = {},
                       const IdempotencyKey& key = {});
    [[nodiscard]] std::vector<ReservationOverview> reservations(const ReservationFilter& filter);

    // Graphs and forecasts

    /// Records the forecast inputs of every window that is over. Returns how many windows. Part of every refresh.
    std::int64_t close_windows(SellerId seller);
    /// Brings graphs and forecasts of a seller up to date; cost follows what changed, not the history. Throws
    /// `not_found`.
    RefreshReport refresh(SellerId seller);
    /// The same from a background thread with its own connection. Calls for one seller that has not started yet are
    /// one. `done` is called on that thread, with the error if it failed; it must not throw, nor wait for refreshes.
    /// The options' functions (clock, random, log) are called there too.
    void refresh_async(SellerId seller, std::function<void(const RefreshReport&, const Error*)> done = {});
    /// Waits until no background refresh is under way.
    void wait_for_refreshes();
    /// Counts everything again, from nothing. What it leaves equals what refreshes leave.
    RefreshReport rebuild(SellerId seller);

    [[nodiscard]] std::vector<GraphOverview> graphs(SellerId seller);
    /// As last refreshed. Throws `not_found` for a type that the seller has no graph of.
    [[nodiscard]] Graph graph(SellerId seller, int type);
    /// Of bundles whose window starts after now, or all, in order of window start.
    [[nodiscard]] std::vector<StoredForecast> forecasts(SellerId seller, bool upcoming_only = true);
    /// Throws `not_found` if no forecast is stored for the bundle.
    [[nodiscard]] StoredForecast forecast(BundleId bundle);
    /// What moved it, and what it rests on. Throws `not_found` as above.
    [[nodiscard]] ForecastExplanation explain(BundleId bundle);
    /// How many to post, from what is known now; writes nothing. Throws `unknown_bundle`, `not_found` (seller),
    /// `unknown_category`, `invalid_argument` (no window, costs that are not positive, a risk beyond 0 to 1).
    [[nodiscard]] SuggestionReport suggest(const SuggestionRequest& request);

    /// How well a method would have done on a slot history in CSV (columns as `backtest --help` lists them; `-` is
    /// standard input). Needs no database. Rows in order of date are read a day at a time, others are all held. Throws
    /// `not_found`, `corrupt_data` with the line of what it cannot read, `invalid_argument` for a method that does not
    /// exist, `cancelled`.
    [[nodiscard]] static BacktestReport backtest_file(const std::string& path, const BacktestOptions& options);
    /// The same on the database's own history, learned from all sellers and judged by one. Throws `not_found` for a
    /// seller that does not exist.
    [[nodiscard]] BacktestReport backtest(SellerId seller, const BacktestOptions& options);

    // Data in and out

    /// All files in one transaction. Throws `not_found` for a file that is missing, `invalid_argument` for a table that
    /// is unknown, `corrupt_data` for the first bad row with OnError::stop.
    ImportReport import(const ImportRequest& request);
    /// Streams a table. Throws `invalid_argument` for an unknown table. Returns the number of rows.
    std::int64_t export_table(const ExportRequest& request, std::ostream& out);

    /// Built in and imported ones for a region between two days, both included, in order of day.
    [[nodiscard]] std::vector<HolidayEntry> holidays(const std::string& region, LocalDate from, LocalDate to);
    /// Returns how many were new.
    std::int64_t add_holidays(const std::vector<HolidayEntry>& holidays, const WriteOptions& options = {});
    /// Weather of a seller's place between two days, both included.
    [[nodiscard]] std::vector<WeatherEntry> weather(SellerId seller, LocalDate from, LocalDate to);
    /// Newer rows replace older ones of the same place, day and kind. Returns how many were new or changed.
    std::int64_t add_weather(const std::vector<WeatherEntry>& weather, const WriteOptions& options = {});

    // Sync

    /// What a sync would send, exactly.
    [[nodiscard]] DiffReport diff(DiffFormat format);
    /// Sends what the hub has not confirmed, and applies what others changed. Problems that time may cure are in the
    /// report; throws `refused` when the hub will not take this device, `corrupt_data` when it cannot read what was
    /// sent.
    SyncReport sync(const SyncOptions& options);
    /// Fills a new file beside `path` with all that the hub has of the shop, compares the two by digest, and puts it in
    /// the place of `path`, or of the rows in it: what the hub does not know of yet is sent first, and stands on top of
    /// what came; identities and local ids stay. A run that ended early is gone on with by the next. Throws `not_found`
    /// (no such file and no shop named, or no such shop), `conflict` (another shop's file), `busy` (another process is
    /// filling it), `refused`, `corrupt_data` (what came is not what the hub says that it has). Problems that time may
    /// cure are in the report.
    static BootstrapReport bootstrap(const std::string& path, const BootstrapOptions& options,
                                     const EngineOptions& engine_options = {});
    /// Writes unconfirmed segments to a file in `folder`; returns its path. Throws `invalid_argument` if there are
    /// none.
    std::string export_segments(const std::string& folder);
    /// Takes in what the hub wrote for such a file, as if it had answered over the network. The same receipt again, or
    /// one that the network overtook, changes nothing. Throws `not_found`, `corrupt_data` (no receipt), `refused`
    /// (another seller's or file's).
    ReceiptReport import_receipt(const std::string& path);
    [[nodiscard]] SyncStatusReport sync_status();
    /// What the hub did not take, in the order in which it said so: what waits for a person, or with `settled` all of
    /// it.
    [[nodiscard]] std::vector<RejectedChange> rejects(bool settled = false);
    /// Throws `not_found`.
    [[nodiscard]] RejectedChange reject(std::int64_t id);
    /// Has the rows of these rejects sent again, as they are now, with those that were blocked because of them; of none
    /// named, all that are open. Throws `not_found`, `conflict` for one that is settled.
    RetryReport retry_rejects(const std::vector<std::int64_t>& ids = {});
    /// Gives these up: the hub goes without, the record stays. Returns how many. Throws as retry_rejects does, and
    /// `invalid_argument` if none is named.
    std::int64_t discard_rejects(const std::vector<std::int64_t>& ids);
    /// Reads every row and compares the digest with the hub's. Throws `offline`, `refused`, `corrupt_data`.
    [[nodiscard]] SyncVerifyReport verify_sync(const std::string& url,
                                               std::chrono::milliseconds timeout = std::chrono::seconds(60));

    // Health

    [[nodiscard]] StatusReport status();
    /// Integrity, foreign keys, journal triggers, and everything computed again and compared. Changes nothing.
    [[nodiscard]] VerifyReport verify(const ProgressCallback& progress = {});

    struct State;

private:
    explicit Engine(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace edge
