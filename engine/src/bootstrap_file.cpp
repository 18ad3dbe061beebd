#include "bootstrap_file.hpp"

#include "sync_held.hpp"
#include "sync_pull.hpp"
#include "sync_seal.hpp"
#include "uncaptured_rows.hpp"

#include "edge/protocol/tables.hpp"
#include "edge/storage/capture_check.hpp"
#include "edge/storage/captured_tables.hpp"
#include "edge/storage/sync_state.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

namespace edge {

using storage::CapturedTable;
using storage::Connection;
using storage::WriteTransaction;

namespace {

/// Names in sync_state of a file that is being filled.
constexpr std::string_view state_seller = "bootstrap_seller";
constexpr std::string_view state_epoch = "bootstrap_epoch";
constexpr std::string_view state_at = "bootstrap_at";
constexpr std::string_view state_after = "bootstrap_after";
constexpr std::string_view state_chunks = "bootstrap_chunks";
constexpr std::string_view state_rows = "bootstrap_rows";
constexpr std::string_view state_all_rows = "bootstrap_of";
constexpr std::string_view state_filled = "bootstrap_filled";
constexpr std::string_view state_indexes = "bootstrap_indexes";  ///< SQL that makes what the file lacks meanwhile
constexpr std::string_view all_states = "bootstrap_";

/// By whatever link the file is named, its neighbour is the same.
std::string beside(const std::string& database) {
    return std::filesystem::weakly_canonical(database).string() + ".bootstrap";
}

void remove_file(const std::string& path) noexcept {
    std::error_code ignored;  // what is not there need not go
    for (const char* suffix : {"", "-wal", "-shm", "-journal", ".lock"})
        std::filesystem::remove(path + suffix, ignored);
}

/// A row that comes is not a change of this file's.
void drop_triggers(WriteTransaction& write) {
    for (const storage::CaptureTrigger& trigger : storage::expected_triggers())
        write.connection().execute("DROP TRIGGER IF EXISTS " + trigger.name);
}

/// An index whose order is not that of the rows is made many times faster by sorting them all than row by row. Those
/// that keep rows unique stay.
void drop_indexes(WriteTransaction& write) {
    std::vector<std::string> names;
    std::string again;
    {
        storage::Query row = write.connection().query(
            "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql LIKE 'CREATE INDEX%' AND tbl_name IN "
            "('bundles', 'reservations') ORDER BY name");
        while (row.step()) {
            names.push_back(row.text(0));
            again += row.text(1) + ";\n";
        }
    }
    for (const std::string& name : names) write.connection().execute("DROP INDEX " + name);
    storage::set_sync_state(write, state_indexes, again);
}

void make_fillable(WriteTransaction& write) {
    drop_triggers(write);
    drop_indexes(write);
}

/// Gives the file its name unless that is taken.
void move_into_place(const std::string& from, const std::string& to) {
    if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return;
    const int reason = errno;
    const ErrorCode code = reason == EEXIST ? ErrorCode::already_exists : ErrorCode::io_failure;
    throw Error(code, fmt::format("cannot make {}: {}", to, std::strerror(reason)), {{"path", to}},
                code == ErrorCode::already_exists ? "somebody made it meanwhile; name another file with --db" : "");
}

/// The log has another name than the file will have.
void check_log_is_empty(const std::string& path) {
    std::error_code failure;
    const auto size = std::filesystem::file_size(path + "-wal", failure);
    if (failure || size == 0) return;
    throw Error(ErrorCode::busy, fmt::format("cannot finish {}: another program reads it", path), {{"path", path}},
                "stop the other program and try again; what has come is kept");
}

void sync_folder_of(const std::string& path) {
    const std::filesystem::path folder = std::filesystem::path(path).parent_path();
    const int file = ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (file < 0) return;
    ::fsync(file);
    ::close(file);
}

}  // namespace

BootstrapFile::BootstrapFile(const std::string& database, const EngineOptions& options, std::string seller)
    : path_(beside(database)),
      seller_(std::move(seller)),
      options_{.access = storage::Access::read_write, .lock_timeout = options.lock_timeout, .vfs = options.vfs},
      turn_(path_ + "-turn") {
    if (!turn_.try_acquire()) {
        throw Error(ErrorCode::busy, fmt::format("cannot fill {}: another process does", path_), {{"path", path_}},
                    "wait until it is done");
    }
    open();
    if (!place_.at) place_.seller = seller_;
    if (place_.seller != seller_) start_over();
}

void BootstrapFile::open() {
    try {
        if (std::filesystem::exists(path_)) db_.emplace(Connection::open(path_, options_));
        if (db_) place_ = read_place();
    } catch (const Error& error) {
        // whatever an earlier run left there can be had again
        const bool useless = error.code() == ErrorCode::corrupt_data || error.code() == ErrorCode::not_a_database ||
                             error.code() == ErrorCode::schema_too_new || error.code() == ErrorCode::internal;
        if (!useless) throw;
        db_.reset();
        remove_file(path_);
    }
    if (!db_) db_.emplace(Connection::create(path_, options_, make_fillable));
}

void BootstrapFile::start_over() {
    db_.reset();
    remove_file(path_);
    place_ = {};
    open();
    place_.seller = seller_;
}

FilledPlace BootstrapFile::read_place() {
    FilledPlace place;
    place.seller = storage::find_sync_state(*db_, state_seller);
    place.hub_epoch = storage::find_sync_state(*db_, state_epoch);
    if (const std::string at = storage::find_sync_state(*db_, state_at); !at.empty())
        place.at = storage::find_sync_number(*db_, state_at);
    place.after =
        protocol::parse_snapshot_place(storage::find_sync_state(*db_, state_after)).value_or(protocol::SnapshotPlace{});
    place.chunks = storage::find_sync_number(*db_, state_chunks);
    place.rows = storage::find_sync_number(*db_, state_rows);
    place.of = storage::find_sync_number(*db_, state_all_rows);
    place.filled = storage::find_sync_number(*db_, state_filled) != 0;
    return place;
}

void BootstrapFile::store_place(WriteTransaction& write) {
    storage::set_sync_state(write, state_seller, place_.seller);
    storage::set_sync_state(write, state_epoch, place_.hub_epoch);
    storage::set_sync_state(write, state_at, place_.at.value_or(0));
    storage::set_sync_state(write, state_after, to_text(place_.after));
    storage::set_sync_state(write, state_chunks, place_.chunks);
    storage::set_sync_state(write, state_rows, place_.rows);
    storage::set_sync_state(write, state_all_rows, place_.of);
    storage::set_sync_state(write, state_filled, std::int64_t{place_.filled ? 1 : 0});
}

void BootstrapFile::apply(WriteTransaction& write, const protocol::PullPage& page, bool last, Timestamp now) {
    SyncBase base(write);
    PullApply pull(write, base, now);
    pull.apply(page, last ? Parked::try_again : Parked::leave);
    base.store();
    std::int64_t clock = storage::find_sync_number(*db_, state_clock);
    for (const protocol::Change& row : page.rows) clock = std::max(clock, page.h0 + row.hlc);
    storage::set_sync_state(write, state_clock, clock);
}

void BootstrapFile::take(const protocol::SnapshotChunk& chunk, Timestamp now) {
    const FilledPlace before = place_;
    try {
        WriteTransaction write(*db_, storage::Writing::background);
        if (!place_.at) storage::set_sync_state(write, state_seen, chunk.at);
        place_.hub_epoch = chunk.hub_epoch;
        place_.at = chunk.at;
        place_.after = chunk.to;
        place_.filled = !chunk.more;
        place_.of = chunk.of.value_or(place_.of);
        place_.rows += std::ssize(chunk.rows);
        ++place_.chunks;
        // a row whose parent was changed since waits for it until the pull
        apply(write, {.h0 = chunk.h0, .rows = chunk.rows}, false, now);
        store_place(write);
        write.commit();
    } catch (...) {
        place_ = before;
        throw;
    }
}

void BootstrapFile::take(const protocol::PullPage& page, Timestamp now) {
    WriteTransaction write(*db_, storage::Writing::background);
    apply(write, page, !page.more, now);
    storage::set_sync_state(write, state_seen, std::max(seen(), page.to));
    write.commit();
}

std::int64_t BootstrapFile::seen() { return storage::find_sync_number(*db_, state_seen); }

protocol::Sum128 BootstrapFile::sum() { return stored_base_sum(*db_); }

void BootstrapFile::become(const std::string& database, const Uuid& replica, const std::string& app, Timestamp now) {
    {
        WriteTransaction write(*db_);
        const std::optional<std::int64_t> seller = find_shared_row(*db_, CapturedTable::sellers, seller_);
        if (!seller) {
            throw Error(ErrorCode::not_found, fmt::format("cannot make {}: the hub has no shop {}", database, seller_),
                        {{"shop", seller_}}, "edge-analytics sync status shows a shop's identity on another device");
        }
        if (const UncapturedRows differing = journal_uncaptured_rows(write); differing.any()) {
            throw Error(ErrorCode::corrupt_data, fmt::format("cannot make {}: {} rows are not in it as they came",
                                                             database, differing.changed + differing.gone));
        }
        set_meta(write, meta_home_seller, fmt::format("{}", *seller));
        set_meta(write, meta_replica, replica.text());
        protocol::DeviceMemory memory;
        memory.hub_epoch = place_.hub_epoch;
        memory.last_refill_ms = to_milliseconds(now);
        store_memory(write, memory);
        storage::set_sync_state(write, state_app, app);
        db_->execute(storage::find_sync_state(*db_, state_indexes));
        static_cast<void>(storage::install_triggers(write));
        storage::forget_sync_states(write, all_states);
        count_anew(write);
        storage::remember_capture(write);
        write.commit();
    }
    storage::checkpoint(*db_);
    db_.reset();
    check_log_is_empty(path_);
    for (const char* suffix : {"-wal", "-shm", ".lock"}) std::filesystem::remove(path_ + suffix);
    move_into_place(path_, database);
    sync_folder_of(database);
    std::error_code ignored;
    std::filesystem::remove(path_ + "-turn.lock", ignored);
}

void BootstrapFile::remove() noexcept {
    db_.reset();
    remove_file(path_);
    std::error_code ignored;
    std::filesystem::remove(path_ + "-turn.lock", ignored);
}

}  // namespace edge
