#pragma once

#include "postgres_connection.hpp"

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace edge::hub {

/// Connections to one database, opened when they are needed and kept. A thread takes one and puts it back.
class PostgresPool {
public:
    PostgresPool(std::string target, PostgresStoreOptions options) : target_(std::move(target)), options_(options) {}

    /// Throws `busy` if all are taken for too long, `offline` if the server cannot be reached.
    [[nodiscard]] std::unique_ptr<PostgresConnection> take();
    void put_back(std::unique_ptr<PostgresConnection> connection) noexcept;

private:
    std::string target_;
    PostgresStoreOptions options_;
    std::mutex mutex_;
    std::condition_variable returned_;
    std::vector<std::unique_ptr<PostgresConnection>> idle_;
    std::size_t taken_ = 0;
};

/// A connection while it is in use.
class PostgresLease {
public:
    explicit PostgresLease(PostgresPool& pool) : pool_(&pool), connection_(pool.take()) {}
    PostgresLease(const PostgresLease&) = delete;
    PostgresLease& operator=(const PostgresLease&) = delete;
    ~PostgresLease() { pool_->put_back(std::move(connection_)); }
    PostgresConnection& operator*() const noexcept { return *connection_; }
    PostgresConnection* operator->() const noexcept { return connection_.get(); }

private:
    PostgresPool* pool_;
    std::unique_ptr<PostgresConnection> connection_;
};

/// A transaction that is open from its first statement on, and undone unless it is committed.
class PostgresTransaction {
public:
    enum class Kind { read, write };

    PostgresTransaction(PostgresConnection& db, Kind kind) : db_(&db) {
        db.queue(kind == Kind::read ? "BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"
                                    : "BEGIN TRANSACTION ISOLATION LEVEL READ COMMITTED");
    }
    PostgresTransaction(const PostgresTransaction&) = delete;
    PostgresTransaction& operator=(const PostgresTransaction&) = delete;
    ~PostgresTransaction();

    void commit();

private:
    PostgresConnection* db_;
    bool open_ = true;
};

}  // namespace edge::hub
