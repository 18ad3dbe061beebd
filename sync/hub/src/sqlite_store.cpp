#include "edge/hub/sqlite_store.hpp"

#include "durable.hpp"
#include "hub_migrations.hpp"
#include "sqlite_reader.hpp"
#include "sqlite_trimming.hpp"
#include "sqlite_writer.hpp"
#include "stored_form.hpp"

#include "edge/core/error.hpp"
#include "edge/storage/connection.hpp"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <utility>

namespace edge::hub {

using storage::Connection;
using storage::Query;
using storage::ReadTransaction;
using storage::WriteTransaction;

namespace {

const storage::Schema& hub_schema() noexcept {
    static const storage::Schema schema = {.application_id = 0x45414E48,  // "EANH"
                                           .kind = "the file of a hub",
                                           .maker = "edge-analytics hub serve",
                                           .migrations = migrations(),
                                           .complete = nullptr};
    return schema;
}

storage::OpenOptions open_options(const SqliteStoreOptions& options) {
    return {.access = storage::Access::read_write,
            .lock_timeout = options.lock_timeout,
            .vfs = options.vfs,
            .schema = &hub_schema()};
}

/// A hub serves many sellers from one file: more of it than of a seller's own is worth keeping in memory.
Connection with_cache(Connection connection) {
    connection.execute("PRAGMA cache_size = -32000");
    return connection;
}

/// One thread at a time, for std::unique_lock. The thread sanitizer of GCC 12 does not see how std::timed_mutex waits.
class TimedLock {
public:
    [[nodiscard]] bool try_lock_for(std::chrono::milliseconds patience) {
        std::unique_lock lock(mutex_);
        if (!freed_.wait_for(lock, patience, [this] { return !held_; })) return false;
        return held_ = true;
    }
    void unlock() {
        {
            const std::scoped_lock lock(mutex_);
            held_ = false;
        }
        freed_.notify_one();
    }

private:
    std::mutex mutex_;
    std::condition_variable freed_;
    bool held_ = false;
};

/// Connections that are not in use. A thread takes one and puts it back.
class Pool {
public:
    Pool(std::string path, SqliteStoreOptions options, Connection first)
        : path_(std::move(path)), options_(std::move(options)) {
        idle_.push_back(std::make_unique<Connection>(with_cache(std::move(first))));
    }

    [[nodiscard]] std::unique_ptr<Connection> take() {
        {
            const std::scoped_lock lock(mutex_);
            if (!idle_.empty()) {
                std::unique_ptr<Connection> connection = std::move(idle_.back());
                idle_.pop_back();
                return connection;
            }
        }
        return std::make_unique<Connection>(with_cache(Connection::open(path_, open_options(options_))));
    }
    void put_back(std::unique_ptr<Connection> connection) {
        const std::scoped_lock lock(mutex_);
        idle_.push_back(std::move(connection));
    }

    /// The threads of one process queue here, where waiting is fair and costs nothing, and not at the file's lock.
    [[nodiscard]] std::unique_lock<TimedLock> writers_turn() {
        std::unique_lock<TimedLock> turn(writing_, options_.lock_timeout);
        if (turn.owns_lock()) return turn;
        throw Error(ErrorCode::busy, "cannot write " + path_ + ": other requests have held it for too long");
    }

private:
    std::string path_;
    SqliteStoreOptions options_;
    std::mutex mutex_;
    TimedLock writing_;
    std::vector<std::unique_ptr<Connection>> idle_;
};

class Lease {
public:
    explicit Lease(Pool& pool) : pool_(&pool), connection_(pool.take()) {}
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    ~Lease() { pool_->put_back(std::move(connection_)); }
    Connection& operator*() const noexcept { return *connection_; }

private:
    Pool* pool_;
    std::unique_ptr<Connection> connection_;
};

/// Both kinds of access answer questions in the same way.
template <class Interface>
class SqliteSeller : public Interface {
public:
    SqliteSeller(Connection& db, std::string_view seller) : queries_(db, seller) {}

    HubSettings settings() override { return read_settings(queries_.connection()); }
    SellerHead head() override { return queries_.head(); }
    std::vector<LaneState> lanes(std::string_view replica) override { return queries_.lanes(replica); }
    std::vector<TakenPart> parts(std::string_view replica, const std::vector<PartId>& ids) override {
        return queries_.parts(replica, ids);
    }
    std::vector<std::int64_t> applied_until(std::string_view replica, const std::vector<LaneId>& lanes,
                                            Timestamp covered) override {
        return queries_.applied_until(replica, lanes, covered);
    }
    std::vector<StoredRow> rows(const std::vector<RowKey>& keys) override { return queries_.rows(keys); }
    std::vector<StoredRow> children(const std::vector<std::string>& parents) override {
        return queries_.children(parents);
    }
    std::vector<ClaimHolder> claims(const std::vector<Claim>& claims) override { return queries_.claims(claims); }
    std::vector<DeadLetter> open_letters(std::string_view replica, const std::vector<RowKey>& keys) override {
        return queries_.open_letters(replica, keys);
    }
    std::vector<DeadLetter> letters(std::string_view replica, const std::vector<ChangeId>& ids) override {
        return queries_.letters(replica, ids);
    }
    std::vector<StoredRow> changes(std::int64_t after, std::size_t at_most) override {
        return queries_.changes(after, at_most);
    }
    std::vector<StoredRow> rows_as_of(std::int64_t at, int table, std::string_view after,
                                      std::size_t at_most) override {
        return queries_.rows_as_of(at, table, after, at_most);
    }
    std::int64_t count_shared_rows() override { return queries_.count_shared_rows(); }
    void each_row(const std::function<void(const StoredRow&)>& visit) override { queries_.each_row(visit); }

protected:
    [[nodiscard]] SqliteQueries& queries() noexcept { return queries_; }

private:
    SqliteQueries queries_;
};

struct ReadAccess {
    explicit ReadAccess(Pool& pool) : lease(pool), transaction(*lease) {}
    Lease lease;
    ReadTransaction transaction;
};

class SqliteSellerReader final : private ReadAccess, public SqliteSeller<SellerReader> {
public:
    SqliteSellerReader(Pool& pool, std::string_view seller) : ReadAccess(pool), SqliteSeller(*lease, seller) {}
};

struct WriteAccess {
    explicit WriteAccess(Pool& pool) : lease(pool), turn(pool.writers_turn()), transaction(*lease) {}
    Lease lease;
    std::unique_lock<TimedLock> turn;
    WriteTransaction transaction;
};

class SqliteSellerWriter final : private WriteAccess, public SqliteSeller<SellerWriter> {
public:
    SqliteSellerWriter(Pool& pool, std::string_view seller) : WriteAccess(pool), SqliteSeller(*lease, seller) {}

    void save(const SyncEffect& effect) override { save_effect(transaction, queries().seller(), effect); }
    void commit() override { transaction.commit(); }
};

void set_fact(WriteTransaction& write, std::string_view name, const std::string& value) {
    write.connection()
        .query("INSERT INTO hub (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
               name, value)
        .run();
}

std::int64_t count(Connection& db, std::string_view sql) {
    Query row = db.query(sql);
    row.step();
    return row.integer(0);
}

class SqliteStore final : public HubStore {
public:
    SqliteStore(const std::string& path, const SqliteStoreOptions& options, Connection first)
        : pool_(path, options, std::move(first)) {}

    std::unique_ptr<SellerReader> read(std::string_view seller) override {
        return std::make_unique<SqliteSellerReader>(pool_, seller);
    }
    std::unique_ptr<SellerWriter> write(std::string_view seller) override {
        return std::make_unique<SqliteSellerWriter>(pool_, seller);
    }

    HubSettings settings() override {
        const Lease lease(pool_);
        return read_settings(*lease);
    }

    void set_durable(const DurableSetting& setting) override {
        WriteAccess access(pool_);
        set_fact(access.transaction, "durable", std::string(name_of(setting.rule)));
        set_fact(access.transaction, "durable_lag_s", std::to_string(setting.lag.count()));
        access.transaction.commit();
    }

    Timestamp begin_backup(Timestamp now) override {
        WriteAccess access(pool_);
        const std::int64_t last = count(*access.lease, "SELECT coalesce(max(applied_at), 0) FROM seller_head");
        const HubSettings before = read_settings(*access.lease);
        const Timestamp began =
            std::max({now, Timestamp(std::chrono::microseconds(last)), before.backup_began.value_or(now)});
        set_fact(access.transaction, "backup_began", fact_of(began));
        access.transaction.commit();
        return began;
    }

    void declare_covered(Timestamp began) override {
        WriteAccess access(pool_);
        const HubSettings before = read_settings(*access.lease);
        if (!before.backup_began || began > *before.backup_began || (before.covered && began < *before.covered)) {
            throw Error(ErrorCode::invalid_argument,
                        "cannot declare a backup: none is known to have begun at " + format_timestamp(began));
        }
        set_fact(access.transaction, "covered", fact_of(began));
        access.transaction.commit();
    }

    std::string declare_restored() override {
        WriteAccess access(pool_);
        set_fact(access.transaction, "epoch", [&] {
            Query row = (*access.lease).query("SELECT lower(hex(randomblob(16)))");
            row.step();
            return row.text(0);
        }());
        std::string epoch = read_settings(*access.lease).epoch;
        (*access.lease).query("UPDATE seller_head SET seq = seq + ?", numbers_of_a_restore).run();
        access.transaction.commit();
        return epoch;
    }

    Trimming trim(const std::string& after, Timestamp now, std::chrono::seconds keep) override {
        std::vector<std::string> due;
        {
            const Lease lease(pool_);
            due = sellers_to_trim(*lease, after, now - keep);
        }
        Trimming done;
        for (const std::string& seller : due) {
            WriteAccess access(pool_);
            trim_seller(access.transaction, seller, now, keep, done);
            access.transaction.commit();
        }
        if (due.size() == sellers_at_once) done.next = due.back();
        return done;
    }

    std::vector<std::string> sellers() override {
        const Lease lease(pool_);
        Query query = (*lease).query("SELECT seller FROM seller_head ORDER BY seller");
        std::vector<std::string> found;
        while (query.step()) found.push_back(query.text(0));
        return found;
    }

    std::vector<SellerDeadLetter> dead_letters(const DeadLetterFilter& filter) override;
    HubStatus status() override;

private:
    Pool pool_;
};

std::vector<SellerDeadLetter> SqliteStore::dead_letters(const DeadLetterFilter& filter) {
    const Lease lease(pool_);
    const ChangeId after = filter.after.value_or(ChangeId{.replica = {}, .part = {}, .index = -1});
    Query query = (*lease).query(
        "SELECT seller, replica, epoch, lane, seq, part, idx, tbl, key, outcome, reason, detail, change, at, "
        "state, settled_at FROM dead_letter WHERE (?1 = '' OR seller = ?1) AND (?9 OR state = 'open') "
        "AND (replica, epoch, lane, seq, part, idx) > (?2, ?3, ?4, ?5, ?6, ?7) "
        "ORDER BY seller, replica, epoch, lane, seq, part, idx LIMIT ?8",
        filter.seller, after.replica, filter.after ? after.part.lane.epoch : 0, protocol::name_of(after.part.lane.lane),
        after.part.seq, after.part.part, after.index, static_cast<std::int64_t>(filter.at_most), filter.settled);
    std::vector<SellerDeadLetter> found;
    while (query.step()) found.push_back({.seller = query.text(0), .letter = read_dead_letter(query, 1)});
    return found;
}

HubStatus SqliteStore::status() {
    const ReadAccess access(pool_);
    Connection& db = *access.lease;
    HubStatus status;
    status.settings = read_settings(db);
    status.sellers = count(db, "SELECT count(*) FROM seller_head");
    status.replicas = count(db, "SELECT count(*) FROM (SELECT DISTINCT seller, replica FROM lane_cursor)");
    status.tombstones = count(db, "SELECT count(*) FROM hub_row WHERE deleted = 1");
    status.rows = count(db, "SELECT count(*) FROM hub_row") - status.tombstones;
    status.applied_segments = count(db, "SELECT coalesce(sum(next_seq - 1), 0) FROM lane_cursor");
    status.staged_parts = count(db, "SELECT coalesce(sum(next_part - 1), 0) FROM lane_cursor");
    status.dead_letters = count(db, "SELECT count(*) FROM dead_letter WHERE state = 'open'");
    if (status.sellers > 0) {
        status.last_applied_at =
            Timestamp(std::chrono::microseconds(count(db, "SELECT max(applied_at) FROM seller_head")));
    }
    return status;
}

}  // namespace

std::unique_ptr<HubStore> create_sqlite_store(const std::string& path, const SqliteStoreOptions& options) {
    return std::make_unique<SqliteStore>(path, options, Connection::create(path, open_options(options)));
}

std::unique_ptr<HubStore> open_sqlite_store(const std::string& path, const SqliteStoreOptions& options) {
    Connection first = Connection::open(path, open_options(options));
    // A process that died over a commit may have left it in the log, and not synced. Whoever reads it here is told that
    // the hub has it, so it must survive the next power cut.
    storage::checkpoint(first);
    return std::make_unique<SqliteStore>(path, options, std::move(first));
}

}  // namespace edge::hub
