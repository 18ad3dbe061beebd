#pragma once

#include "edge/core/entities.hpp"
#include "edge/core/error.hpp"
#include "edge/core/time.hpp"
#include "edge/forecast_types.hpp"

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// What the engine is asked and what it answers.
namespace edge {

/// How serious a log line is.
enum class LogLevel { debug, info, warning };

/// The world outside, as arguments. Every default is the real thing.
struct EngineOptions {
    bool read_only = false;
    /// How long a write waits for another process before `busy`.
    std::chrono::milliseconds lock_timeout{5000};
    /// Now; the system's clock if empty.
    std::function<Timestamp()> clock;
    /// Fills bytes from a cryptographic generator; libsodium's if empty.
    std::function<void(std::uint8_t* bytes, std::size_t count)> random;
    /// Decisions and durations, never a seller's data. Silent if empty.
    std::function<void(LogLevel, std::string_view)> log;
    /// A method of edge/forecast/method.hpp; empty: the default one.
    std::string forecast_method;
    /// What suggested quantities weigh.
    ForecastCosts costs;
    /// Certificates that a hub over https is known by, as a PEM file; empty: the system's.
    std::string ca_file;
    /// A registered SQLite VFS, for tests; empty: the system's.
    std::string vfs;
};

/// A till's own name for one request. The same key again gets the same answer and changes nothing; the same key with
/// another request is refused with `idempotency_mismatch`. Empty: none. Kept for 30 days.
using IdempotencyKey = std::string;

struct NewSeller {
    std::string name;
    std::string address_line1;
    std::string address_line2;
    std::string city;
    std::string post_code;
    std::string region;
    std::string country;
    std::optional<Degrees> latitude;
    std::optional<Degrees> longitude;
    std::string time_zone = "UTC";
    std::string currency = "GBP";
    std::string holiday_region;
    /// The marketplace's number for this seller: its rows then match those of the marketplace's dumps.
    std::optional<std::int64_t> marketplace_id = {};
};

/// What is set is changed.
struct SellerEdit {
    std::optional<std::string> name;
    std::optional<std::string> time_zone;
    std::optional<std::string> holiday_region;
    std::optional<std::optional<Degrees>> latitude;
    std::optional<std::optional<Degrees>> longitude;
};

struct NewBundle {
    SellerId seller{0};
    std::string name;
    std::string description;
    std::vector<CategoryId> categories;    ///< at least one
    std::int64_t total_qty = 0;            ///< at least 0
    std::int64_t weight_grams = 0;         ///< of one item; at least 0
    Money price;                           ///< of one item; at least 0
    std::int64_t discount_percentage = 0;  ///< 0 to 100
    PickupWindow window;                   ///< ends after it starts
};

/// What is set is changed.
struct BundleEdit {
    std::optional<std::string> name;
    std::optional<std::string> description;
    std::optional<std::vector<CategoryId>> categories;
    std::optional<std::int64_t> total_qty;  ///< not below what is reserved
    std::optional<std::int64_t> weight_grams;
    std::optional<Money> price;
    std::optional<std::int64_t> discount_percentage;
    std::optional<PickupWindow> window;
};

/// A bundle and how it sells.
struct BundleOverview {
    Bundle bundle;
    std::int64_t reserved = 0;  ///< not cancelled, collected ones included
    std::int64_t collected = 0;
};

/// Which bundles to list, in order of window start, then id.
struct BundleFilter {
    SellerId seller{0};
    std::optional<Timestamp> starts_from;    ///< window starts at or after
    std::optional<Timestamp> starts_before;  ///< window starts before
    std::optional<Timestamp> ends_after;     ///< window ends after
    bool include_closed = true;
    std::optional<std::size_t> limit;
};

struct NewReservation {
    BundleId bundle{0};
    std::string consumer;                   ///< reference of the consumer; empty for a walk-in
    std::optional<std::string> claim_code;  ///< 1 to 20 characters; made when not given
};

/// Which reservations to list, in order of id.
struct ReservationFilter {
    SellerId seller{0};
    std::optional<BundleId> bundle;
    std::optional<ReservationState> state;
    std::optional<std::size_t> limit;
};

/// A reservation with what a counter needs to see beside it.
struct ReservationOverview {
    Reservation reservation;
    std::string bundle_name;
    PickupWindow window;
    ReservationState state = ReservationState::open;
};

/// What a refresh did. All zero: nothing had changed, and nothing was written.
struct RefreshReport {
    std::int64_t bundles_recounted = 0;
    std::int64_t windows_closed = 0;
    std::int64_t inputs_written = 0;
    std::int64_t forecasts_written = 0;
    std::int64_t points_written = 0;                 ///< points inserted, changed or removed
    std::vector<CategoryId> categories_without_row;  ///< shown as `#<id>`
    friend bool operator==(const RefreshReport&, const RefreshReport&) = default;
};

/// One graph of a seller as listed: how many series and points it has.
struct GraphOverview {
    GraphType type;
    std::int64_t series = 0;
    std::int64_t points = 0;
};

enum class FileFormat { csv, ndjson };
enum class OnError { set_aside, stop };

/// How far a long work has come.
struct Progress {
    std::string_view what;  ///< the file or step
    std::uint64_t done = 0;
    std::uint64_t total = 0;  ///< 0 when not known
};
/// Called now and then by long work; false asks it to stop, which throws `cancelled` and leaves nothing behind.
using ProgressCallback = std::function<bool(const Progress&)>;

struct BacktestOptions {
    std::string method;                                                  ///< empty: the default one
    std::vector<std::string> beside = {"seasonal_naive", "similarity"};  ///< methods to compare with
    std::ostream* predictions = nullptr;                                 ///< takes a line a slot, CSV
    ProgressCallback progress;                                           ///< in slots, of all methods
};

struct ImportFile {
    std::string path;                  ///< "-" for standard input
    std::optional<FileFormat> format;  ///< by the name's ending if not given; CSV for "-"
    std::string table;                 ///< by the file's name if empty
};

struct ImportRequest {
    std::vector<ImportFile> files;                                ///< in any order
    std::vector<std::pair<std::string, std::string>> column_map;  ///< from the file's name to ours
    OnError on_error = OnError::set_aside;
    std::string aside_path;  ///< where bad rows go, NDJSON; empty, or a dry run: they are only reported
    bool dry_run = false;    ///< does everything, then leaves the file as it was
    /// For sellers whose rows do not say.
    std::string default_time_zone = "UTC";
    std::string default_currency = "GBP";
    std::string default_holiday_region;
    ProgressCallback progress;
};

/// A row that was not taken.
struct RejectedRow {
    std::string file;
    std::uint64_t line = 0;  ///< on which the row starts, from 1
    std::string column;      ///< empty if it is the whole row
    std::string reason;
    std::string row;  ///< its text
};

struct TableImport {
    std::string table;
    std::int64_t added = 0;
    std::int64_t updated = 0;
    std::int64_t unchanged = 0;
    std::int64_t rejected = 0;
};

struct ImportReport {
    std::vector<TableImport> tables;
    std::vector<RejectedRow> rejected;  ///< the first 1,000
    std::int64_t rejected_total = 0;
};

struct ExportRequest {
    std::string table;
    FileFormat format = FileFormat::csv;
    ProgressCallback progress;
};

/// How rows are to be written.
struct WriteOptions {
    bool dry_run = false;  ///< does everything, then leaves the file as it was
};

/// A day that is a holiday somewhere.
struct HolidayEntry {
    std::string region;
    LocalDate day;
    std::string name;
    std::string source;  ///< "built in", or where it was imported from
    friend bool operator==(const HolidayEntry&, const HolidayEntry&) = default;
};

/// Weather of a place on a day.
struct WeatherEntry {
    std::string place;  ///< "50.7,-3.5"
    LocalDate day;      ///< for `normal`: the first of the month in the year 2000
    std::string kind;   ///< observed, forecast or normal
    std::optional<Celsius> temperature;
    std::optional<WeatherFlag> flag;
    std::string source;
    Timestamp fetched_at;
};

/// What is not as it should be, and what to do about it.
struct Finding {
    std::string check;  ///< "integrity", "foreign_keys", "journal_triggers", "time_zones", "totals", "graphs",
                        ///< "forecast_state", …
    std::string message;
    std::string remedy;
};

/// What verify looked at and found.
struct VerifyReport {
    std::vector<std::string> checks;  ///< those that ran, in order
    std::vector<Finding> findings;    ///< none: all is well
    std::int64_t bundles = 0;
    std::int64_t reservations = 0;
};

/// The shop on one screen.
struct StatusReport {
    std::string path;
    Seller seller;
    Timestamp as_of;
    std::int64_t bundles = 0;
    std::int64_t open_bundles = 0;  ///< window not over, not closed
    std::int64_t reservations = 0;
    std::int64_t open_reservations = 0;  ///< to be collected in windows not over
    std::int64_t windows_to_close = 0;   ///< over, and not recorded yet
    std::int64_t unrefreshed = 0;        ///< journal entries that the graphs do not show yet
    std::int64_t unsent = 0;             ///< changes that the hub has not confirmed
    std::vector<BundleOverview> today;   ///< windows that touch today
    std::int64_t file_bytes = 0;
};

enum class DiffFormat { merge_patch, json_patch };

struct DiffReport {
    std::string document;  ///< JSON: an array, of changed rows or of RFC 6902 operations
    std::vector<std::pair<std::string, std::int64_t>> rows_by_table;
    std::int64_t rows = 0;
    std::int64_t bytes = 0;  ///< of the bodies that a sync would send, as they go over the wire
};

/// One request to the hub.
struct HubRequest {
    std::string url;   ///< of the hub
    std::string path;  ///< "/v1/sync"
    std::string body;
    std::string content_type;
    std::chrono::milliseconds timeout{30000};
    std::function<bool()> cancelled;  ///< asked now and then; true: give up
    std::string method = "POST";      ///< or "GET", which has no body
    std::vector<std::pair<std::string, std::string>> headers = {};
};

/// What came back.
struct HubAnswer {
    int status = 0;                                            ///< 0: no answer came, or not all of it
    std::vector<std::pair<std::string, std::string>> headers;  ///< names in lower case
    std::string body;                                          ///< without a status: what came before it was cut off
    std::string failure;                                       ///< why no answer came: a stable code, then words
    std::int64_t bytes_sent = 0;
    std::int64_t bytes_received = 0;
    std::int64_t socket_bytes = 0;  ///< everything that went through the socket, both ways; 0 if that is not known
};
using HubExchange = std::function<HubAnswer(const HubRequest&)>;

enum class SyncDirection { both, push, pull };

struct SyncOptions {
    std::string url;  ///< of the hub: http://127.0.0.1:8765
    std::chrono::milliseconds timeout{30000};
    std::chrono::milliseconds max_time{600000};  ///< stop starting new requests after that
    SyncDirection direction = SyncDirection::both;
    /// Bytes that may go through the socket on one of the seller's days, both ways; no request begins that could not
    /// end within them.
    std::optional<std::int64_t> day_budget;
    bool dry_run = false;                ///< seal nothing, send nothing, say what would be sent
    std::string app = "edge-analytics";  ///< program and version, for the hub's records
    ProgressCallback progress;           ///< in changes; what the hub has taken by then stays taken
    HubExchange exchange;                ///< carries requests; HTTP if empty
};

struct SyncReport {
    std::int64_t segments_sent = 0;
    std::int64_t changes_sent = 0;
    std::int64_t bytes_sent = 0;  ///< bodies as they went over the wire
    std::int64_t bytes_received = 0;
    std::int64_t rows_received = 0;    ///< rows that changed here by what the hub said
    bool diverged = false;             ///< the hub's rows are not what this file knows of them
    std::int64_t socket_bytes = 0;     ///< all that went through sockets, both ways
    std::int64_t bytes_today = 0;      ///< of this sync and the day's earlier ones, on the seller's calendar
    bool budget_used = false;          ///< the rest waits for another day
    std::int64_t rejected = 0;         ///< changes that the hub did not take
    std::int64_t rejects = 0;          ///< refused changes, of this sync or an earlier one, that wait for a person
    std::int64_t pending_changes = 0;  ///< left to send
    bool equal = false;                ///< everything is applied at the hub, and no refused change waits for a person
    bool bootstrapped = false;         ///< the file was filled anew, since the hub had forgotten what it lacked
    std::optional<Timestamp> next_attempt;
    std::string reason;  ///< why not everything went, in words
};

struct BootstrapOptions {
    std::string url;   ///< of the hub
    std::string shop;  ///< the seller's identity at the hub, for a file that does not exist; else empty or the file's
    bool dry_run = false;                      ///< ask what there is, and fill nothing
    std::chrono::milliseconds timeout{60000};  ///< of one request
    std::string app = "edge-analytics";        ///< program and version, for the hub's records
    ProgressCallback progress;                 ///< in rows; what has come by then is kept for another run
    HubExchange exchange;                      ///< carries requests; HTTP if empty
};

struct BootstrapReport {
    std::string seller;
    std::string replica;
    std::int64_t at = 0;               ///< the seller's sequence that the file is at
    std::int64_t rows = 0;             ///< that the hub has
    std::int64_t chunks = 0;           ///< that came in this run
    std::int64_t chunks_kept = 0;      ///< that an earlier run had brought
    std::int64_t chunks_repeated = 0;  ///< that came damaged or cut off, and were asked for again
    std::int64_t bytes_received = 0;
    std::int64_t rows_changed = 0;     ///< rows that are otherwise than in the file before
    std::int64_t rows_removed = 0;     ///< that the hub does not have any more
    std::int64_t pending_changes = 0;  ///< of the file before, not at the hub yet: they stand on top
    std::string digest;                ///< of the hub's rows, 32 hexadecimal digits; this file's is the same
    bool complete = false;
    std::string reason;  ///< why it is not complete, in words
};

/// What a receipt confirmed.
struct ReceiptReport {
    std::string file_sha256;            ///< names the file that the hub took
    std::int64_t segments_applied = 0;  ///< at the hub that were not known to be
    std::int64_t segments_trimmed = 0;  ///< dropped here, because the hub's backup has them
    std::int64_t rejected = 0;          ///< changes that the hub did not take, and that were not known
    std::int64_t rejects = 0;           ///< refused changes that wait for a person
    std::int64_t pending_changes = 0;   ///< left to send
    std::string reason;                 ///< what is not as it should be, in words
};

struct LaneStatus {
    std::string lane;
    std::int64_t sealed = 0;   ///< number of the last segment sealed
    std::int64_t applied = 0;  ///< number of the last that the hub has applied
    std::int64_t durable = 0;  ///< number of the last that the hub's backup covers
    std::int64_t segments_kept = 0;
};

struct SyncStatusReport {
    std::string replica;
    std::string seller;
    std::int64_t epoch = 0;
    std::vector<LaneStatus> lanes;
    std::int64_t pending_changes = 0;
    std::int64_t pending_bytes = 0;           ///< before compression
    std::optional<Timestamp> oldest_pending;  ///< no pending change is older
    std::int64_t rejects = 0;                 ///< refused changes that wait for a person
    bool diverged = false;                    ///< the last comparison found the hub's rows not as this file knows them
    std::int64_t repairs_today = 0;           ///< buckets of rows made equal with the hub's within 24 hours
    std::int64_t buckets_left_alone = 0;      ///< repaired so often within 24 hours that they are not repaired any more
    std::optional<Timestamp> last_attempt;
    std::optional<Timestamp> last_success;
    std::string last_error;
    std::optional<Timestamp> next_attempt;
    std::string waiting_for;                                ///< why not now, in words; empty: nothing is in the way
    std::optional<std::chrono::milliseconds> clock_offset;  ///< the hub's clock against this one's, as last seen
    std::int64_t bytes_today = 0;                           ///< through sockets, both ways, on the seller's calendar
};

/// A change that did not reach the hub's tables and never will as it is.
struct RejectedChange {
    std::int64_t id = 0;
    std::string lane;
    std::int64_t epoch = 0;  ///< where it was sent: epoch, segment, part, and its place in the part
    std::int64_t seq = 0;
    int part = 0;  ///< 0: it could not even be sealed
    std::int64_t position = 0;
    std::string table;
    std::string key;      ///< the row's identity on the wire
    std::string outcome;  ///< "rejected", "blocked" (needs a row that the hub does not have), "unsendable"
    std::string reason;   ///< stable code
    std::string change;   ///< the document as it was sent, JSON; empty if it is not known
    std::string state;    ///< "open", "taken" (by the hub after all), "retried", "discarded"
    Timestamp received_at;
    std::optional<Timestamp> settled_at;
};

struct RetryReport {
    std::int64_t retried = 0;     ///< rejects whose rows go again with the next sync
    std::int64_t dependants = 0;  ///< of these the ones that were not named and depend on one that was
    std::int64_t gone = 0;        ///< rejects settled because their row is no longer there: nothing to send
};

/// This file's rows beside the hub's, by digest.
struct SyncVerifyReport {
    struct Table {
        std::string table;
        std::int64_t rows = 0;
        std::int64_t rows_at_hub = 0;
        bool equal = false;
    };
    bool equal = false;                ///< every row is the same on both sides
    std::int64_t pending_changes = 0;  ///< not at the hub yet: while there are any, a difference is no surprise
    std::string root;                  ///< 32 hexadecimal digits
    std::string hub_root;
    std::vector<Table> tables;  ///< parents before children
};

}  // namespace edge
