#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace edge::test {

/// The folder of a running PostgreSQL server: the one that CTest started for all tests, or one of this program's own
/// that ends with it. Throws std::runtime_error if none can be started.
[[nodiscard]] std::string postgres_folder();
/// The address of a database on it.
[[nodiscard]] std::string postgres_target(const std::string& database);

/// Rows as text, NULL as "NULL". Throws std::runtime_error with what the server said.
using PostgresRows = std::vector<std::vector<std::string>>;
PostgresRows run_postgres(const std::string& target, const std::string& sql);

/// A connection that stays open, for transactions of several statements.
class PostgresSession {
public:
    explicit PostgresSession(const std::string& target);
    PostgresSession(const PostgresSession&) = delete;
    PostgresSession& operator=(const PostgresSession&) = delete;
    ~PostgresSession();

    PostgresRows run(const std::string& sql);

private:
    struct Connection;
    std::unique_ptr<Connection> connection_;
};

/// An empty database of a name that nobody else uses; dropped when this goes.
class PostgresDatabase {
public:
    PostgresDatabase();
    PostgresDatabase(const PostgresDatabase&) = delete;
    PostgresDatabase& operator=(const PostgresDatabase&) = delete;
    ~PostgresDatabase();

    [[nodiscard]] std::string target() const { return postgres_target(name_); }
    PostgresRows run(const std::string& sql) const { return run_postgres(target(), sql); }

private:
    std::string name_;
};

/// A database in which `lay` has made tables, without a row that an earlier test left: making tables costs more than
/// emptying them, so that a database is handed on from test to test, also between programs. One whose tables a test has
/// changed is not.
class LaidDatabase {
public:
    /// `kind` names what `lay` makes, given the address of an empty database.
    LaidDatabase(const std::string& kind, const std::function<void(const std::string& target)>& lay);
    LaidDatabase(const LaidDatabase&) = delete;
    LaidDatabase& operator=(const LaidDatabase&) = delete;
    ~LaidDatabase();

    [[nodiscard]] std::string target() const { return postgres_target(name_); }
    PostgresRows run(const std::string& sql) const { return run_postgres(target(), sql); }

private:
    std::string kind_;
    std::string name_;
    std::string shape_;  ///< of its tables
};

}  // namespace edge::test
