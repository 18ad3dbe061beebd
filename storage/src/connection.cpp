#include "edge/storage/connection.hpp"

#include "connection_state.hpp"
#include "file_check.hpp"
#include "migrations.hpp"

#include "edge/core/planted_bugs.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace edge::storage {
namespace {

/// The write-ahead log is moved into the file once it holds this many pages (7 MiB): a sale that meets that waits for
/// the disk twice, so it is to be one in hundreds.
constexpr int checkpoint_after_pages = 1800;

ErrorCode code_of(int sqlite_code) {
    switch (sqlite_code & 0xff) {
        case SQLITE_BUSY:
        case SQLITE_LOCKED: return ErrorCode::busy;
        case SQLITE_READONLY:
        case SQLITE_PERM:
        case SQLITE_AUTH: return ErrorCode::read_only;
        case SQLITE_FULL: return ErrorCode::disk_full;
        case SQLITE_CORRUPT: return ErrorCode::corrupt_data;
        case SQLITE_NOTADB: return ErrorCode::not_a_database;
        case SQLITE_IOERR:
        case SQLITE_CANTOPEN:
        case SQLITE_PROTOCOL: return ErrorCode::io_failure;
        case SQLITE_CONSTRAINT:
        case SQLITE_MISMATCH: return ErrorCode::conflict;
        case SQLITE_INTERRUPT: return ErrorCode::cancelled;
        case SQLITE_TOOBIG: return ErrorCode::invalid_argument;
        default: return ErrorCode::internal;
    }
}

std::string hint_of(ErrorCode code) {
    switch (code) {
        case ErrorCode::disk_full: return "free some space on the disk; nothing was changed";
        case ErrorCode::corrupt_data: return "run edge-analytics verify, or restore a backup";
        case ErrorCode::busy: return "try again, or stop the other program";
        default: return {};
    }
}

Error error_of(int sqlite_code, const std::string& attempted, const std::string& reason) {
    const ErrorCode code = code_of(sqlite_code);
    return Error(code, fmt::format("cannot {}: {}", attempted, reason), {{"sqlite", sqlite3_errstr(sqlite_code)}},
                 hint_of(code));
}

std::unique_ptr<SQLite::Database> open_database(const std::string& path, const OpenOptions& options, int flags) {
    try {
        return std::make_unique<SQLite::Database>(path, flags | SQLite::OPEN_NOMUTEX,
                                                  static_cast<int>(options.lock_timeout.count()), options.vfs);
    } catch (const SQLite::Exception& failure) {
        throw error_of(failure.getExtendedErrorCode(), "open " + path, failure.what());
    }
}

std::string folder_of(const std::string& path) {
    const std::filesystem::path folder = std::filesystem::path(path).parent_path();
    return folder.empty() ? "." : folder.string();
}

void check_folder(const std::string& path) {
    if (::access(folder_of(path).c_str(), W_OK) == 0) return;
    const int reason = errno;
    const ErrorCode code = reason == ENOENT || reason == ENOTDIR ? ErrorCode::not_found : ErrorCode::read_only;
    throw Error(code, fmt::format("cannot make {}: its folder: {}", path, std::strerror(reason)), {{"path", path}});
}

/// Makes the file's name as durable as its content.
void sync_folder(const std::string& path) {
    const int folder = ::open(folder_of(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) return;
    ::fsync(folder);
    ::close(folder);
}

void empty_log(sqlite3* handle, const std::string& path) {
    const int result = sqlite3_wal_checkpoint_v2(handle, nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
    if (result != SQLITE_OK && result != SQLITE_BUSY) throw_last_error(handle, "checkpoint " + path);
}

/// A pragma acts when it is compiled, so it is not one of the kept statements.
void set_synchronous(sqlite3* handle, Writing writing) {
    // what a statement may have to undo is small, and a file for it costs more than all the rest
    const char* sql = writing == Writing::durable ? "PRAGMA synchronous = FULL; PRAGMA temp_store = DEFAULT"
                                                  : "PRAGMA synchronous = NORMAL; PRAGMA temp_store = MEMORY";
    sqlite3_exec(handle, EDGE_PLANTED(commit_not_synced) ? "PRAGMA synchronous = OFF" : sql, nullptr, nullptr, nullptr);
}

}  // namespace

void throw_last_error(sqlite3* handle, const std::string& attempted) {
    throw error_of(sqlite3_extended_errcode(handle), attempted, sqlite3_errmsg(handle));
}

Connection::Connection(std::unique_ptr<State> state) : state_(std::move(state)) {
    const auto remember_commit = [](void* kept, sqlite3* /*handle*/, const char* /*schema*/, int pages) {
        static_cast<State*>(kept)->wal_pages = pages;
        static_cast<State*>(kept)->commit_written = true;
        return SQLITE_OK;
    };
    sqlite3_wal_hook(handle(), remember_commit, state_.get());
    if (state_->lock) state_->unsynced = UnsyncedCommits(state_->lock->words());
    sqlite3_db_config(handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    execute(
        "PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF; PRAGMA secure_delete = OFF; PRAGMA cache_size = "
        "-8000;");
    set_synchronous(handle(), Writing::durable);
}

Connection::Connection(Connection&&) noexcept = default;

Connection::~Connection() {
    if (!state_) return;
    for (const auto& [sql, statement] : state_->idle) sqlite3_finalize(statement);
    state_->idle.clear();
    if (state_->lock && state_->wal_pages > 0) {
        try {
            if (state_->lock->try_acquire()) {
                sqlite3_busy_timeout(handle(), 0);  // a reader may hold the log for long
                sqlite3_wal_checkpoint_v2(handle(), nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
                state_->lock->release();
            }
        } catch (const Error&) {  // the log stays beside the file, and the next process to open it reads it
        }
    }
}

Connection Connection::create(const std::string& path, const OpenOptions& options,
                              const std::function<void(WriteTransaction&)>& fill) {
    const auto exists = [&] {
        return Error(ErrorCode::already_exists, fmt::format("cannot make {}: it exists", path), {{"path", path}},
                     "choose another place with --db, or move the file away");
    };
    if (std::filesystem::exists(std::filesystem::symlink_status(path))) throw exists();
    check_folder(path);
    // The file is made under another name, so that a half-made one is never found under its own.
    const std::string unfinished = fmt::format("{}.new-{}", path, ::getpid());
    const auto remove_unfinished = [&] {
        for (const char* suffix : {"", "-wal", "-shm", "-journal", ".lock"})
            std::filesystem::remove(unfinished + suffix);
    };
    remove_unfinished();
    try {
        auto state = std::make_unique<State>();
        state->path = unfinished;
        state->options = options;
        state->database = open_database(unfinished, options, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
        state->lock = std::make_unique<WriterLock>(unfinished);
        Connection connection(std::move(state));
        connection.execute(fmt::format("PRAGMA application_id = {}", options.schema->application_id));
        connection.execute("PRAGMA journal_mode = WAL");
        WriteTransaction write(connection);
        migrate(write, *options.schema, 0);
        if (fill) fill(write);
        write.commit();
        empty_log(connection.handle(), unfinished);
    } catch (...) {
        remove_unfinished();
        throw;
    }
    const bool placed = ::link(unfinished.c_str(), path.c_str()) == 0;
    const int reason = errno;
    remove_unfinished();
    sync_folder(path);
    if (!placed && reason == EEXIST) throw exists();
    if (!placed) throw Error(ErrorCode::io_failure, fmt::format("cannot make {}: {}", path, std::strerror(reason)));
    return open(path, options);
}

Connection Connection::open(const std::string& path, const OpenOptions& options) {
    const bool to_write = options.access == Access::read_write;
    const Schema& schema = *options.schema;
    check_file(path, schema, to_write);
    auto state = std::make_unique<State>();
    state->path = path;
    state->options = options;
    if (to_write) state->lock = std::make_unique<WriterLock>(path);
    state->database = open_database(path, options, to_write ? SQLite::OPEN_READWRITE : SQLite::OPEN_READONLY);
    Connection connection(std::move(state));
    const auto version = [&] {
        Query row = connection.query("PRAGMA user_version");
        row.step();
        return static_cast<int>(row.integer(0));
    };
    const int found = version();
    if (found > schema.newest_version()) {
        throw Error(ErrorCode::schema_too_new,
                    fmt::format("cannot open {}: it has schema {}, this program knows up to {}", path, found,
                                schema.newest_version()));
    }
    if (found < schema.newest_version()) {
        if (!to_write) {
            throw Error(ErrorCode::read_only,
                        fmt::format("cannot read {}: its schema {} must first be brought up to date", path, found));
        }
        WriteTransaction write(connection);
        migrate(write, schema, version());  // another process may have been faster
        write.commit();
    }
    return connection;
}

void Connection::execute(const std::string& sql) {
    if (sqlite3_exec(handle(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
        throw_last_error(handle(), "write " + state_->path);
    }
}

const std::string& Connection::path() const noexcept { return state_->path; }
bool Connection::in_transaction() const noexcept { return sqlite3_get_autocommit(handle()) == 0; }
std::int64_t Connection::last_insert_id() const noexcept { return sqlite3_last_insert_rowid(handle()); }
std::int64_t Connection::changes() const noexcept { return sqlite3_changes64(handle()); }
std::int64_t Connection::total_changes() const noexcept { return sqlite3_total_changes64(handle()); }
sqlite3* Connection::handle() const noexcept { return state_->database->getHandle(); }
void Connection::interrupt() noexcept { sqlite3_interrupt(handle()); }

void Connection::make_durable() {
    if (EDGE_PLANTED(commit_not_synced) || state_->unsynced.wait_for_sale(state_->options.sale_wait)) return;
    const std::uint32_t written = state_->unsynced.written();
    sqlite3_file* log = nullptr;
    sqlite3_file_control(handle(), "main", SQLITE_FCNTL_JOURNAL_POINTER, static_cast<void*>(&log));
    if (log == nullptr || log->pMethods == nullptr) return;
    const int result = log->pMethods->xSync(log, SQLITE_SYNC_NORMAL);
    if (result != SQLITE_OK) throw error_of(result, "write " + state_->path, sqlite3_errstr(result));
    state_->unsynced.note_synced(written);
}

WriteTransaction::WriteTransaction(Connection& connection, Writing writing)
    : connection_(&connection), writing_(writing) {
    Connection::State& state = *connection.state_;
    if (!state.lock)
        throw Error(ErrorCode::read_only, fmt::format("cannot write {}: it was opened for reading", state.path));
    const bool durable = writing == Writing::durable;
    if (!durable) set_synchronous(connection.handle(), writing);
    bool locked = false;
    try {
        state.lock->acquire(state.options.lock_timeout, durable ? Turn::next : Turn::after_others);
        locked = true;
        connection.query("BEGIN IMMEDIATE").run();
    } catch (...) {
        if (locked) state.lock->release();
        if (!durable) set_synchronous(connection.handle(), Writing::durable);
        throw;
    }
}

WriteTransaction::~WriteTransaction() {
    if (!open_) return;
    // A failed statement may have ended the transaction already; then there is nothing to roll back.
    if (connection_->in_transaction()) sqlite3_exec(connection_->handle(), "ROLLBACK", nullptr, nullptr, nullptr);
    end();
}

void WriteTransaction::commit() {
    Connection::State& state = *connection_->state_;
    if (writing_ == Writing::background) state.unsynced.begin_background();
    state.commit_written = false;
    connection_->query("COMMIT").run();
    open_ = false;
    if (writing_ == Writing::durable && state.commit_written) state.unsynced.note_durable();
    if (state.wal_pages >= checkpoint_after_pages) {
        // A reader may keep it from finishing; a later commit tries again.
        sqlite3_wal_checkpoint_v2(connection_->handle(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
    }
    end();
}

void WriteTransaction::end() noexcept {
    if (writing_ == Writing::background) connection_->state_->unsynced.end_background();
    connection_->state_->lock->release();
    if (writing_ == Writing::background) set_synchronous(connection_->handle(), Writing::durable);
}

ReadTransaction::ReadTransaction(Connection& connection) : connection_(&connection) { connection.query("BEGIN").run(); }

ReadTransaction::~ReadTransaction() {
    if (connection_->in_transaction()) sqlite3_exec(connection_->handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void checkpoint(Connection& connection) {
    WriterLock lock(connection.path());
    lock.acquire(std::chrono::seconds(5));
    empty_log(connection.handle(), connection.path());
}

SqliteVersion sqlite_version() {
    constexpr int fixed_in = 3051003;
    return {.text = sqlite3_libversion(), .has_wal_reset_fault = sqlite3_libversion_number() < fixed_in};
}

}  // namespace edge::storage
