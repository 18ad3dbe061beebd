#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <stdexcept>
#include <string>

namespace edge::bench {

/// The C API by hand, as the baselines use it: nothing between them and SQLite but a check of the result.
class BareStatement {
public:
    BareStatement(sqlite3* database, const char* sql) {
        if (sqlite3_prepare_v3(database, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement_, nullptr) != SQLITE_OK)
            throw std::runtime_error(sqlite3_errmsg(database));
    }
    BareStatement(const BareStatement&) = delete;
    BareStatement& operator=(const BareStatement&) = delete;
    ~BareStatement() { sqlite3_finalize(statement_); }

    bool step() {
        const int result = sqlite3_step(statement_);
        if (result == SQLITE_ROW) return true;
        if (result != SQLITE_DONE) throw std::runtime_error(sqlite3_errmsg(sqlite3_db_handle(statement_)));
        sqlite3_reset(statement_);
        return false;
    }
    void run() {
        while (step()) {
        }
    }
    [[nodiscard]] std::int64_t integer(int column) { return sqlite3_column_int64(statement_, column); }
    [[nodiscard]] bool is_null(int column) { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }
    [[nodiscard]] sqlite3_stmt* handle() { return statement_; }

private:
    sqlite3_stmt* statement_ = nullptr;
};

/// A file opened with the engine's pragmas and SQLite's own checkpoints, which come as often as the engine's.
class BareDatabase {
public:
    explicit BareDatabase(const std::string& path) {
        if (sqlite3_open_v2(path.c_str(), &database_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr) !=
            SQLITE_OK)
            throw std::runtime_error("cannot open " + path);
        execute(
            "PRAGMA foreign_keys = ON; PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF; "
            "PRAGMA secure_delete = OFF; PRAGMA cache_size = -8000;");
    }
    BareDatabase(const BareDatabase&) = delete;
    BareDatabase& operator=(const BareDatabase&) = delete;
    ~BareDatabase() { sqlite3_close_v2(database_); }

    void execute(const std::string& sql) {
        if (sqlite3_exec(database_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
            throw std::runtime_error(sqlite3_errmsg(database_));
    }
    [[nodiscard]] sqlite3* handle() { return database_; }

private:
    sqlite3* database_ = nullptr;
};

}  // namespace edge::bench
