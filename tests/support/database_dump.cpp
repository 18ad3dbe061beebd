#include "support/database_dump.hpp"

#include "edge/core/error.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <filesystem>
#include <memory>

namespace edge::test {
namespace {

struct CloseDatabase {
    void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
};
using Database = std::unique_ptr<sqlite3, CloseDatabase>;

Database open_plain(const std::string& path) {
    sqlite3* handle = nullptr;
    const int result = sqlite3_open_v2(path.c_str(), &handle, SQLITE_OPEN_READWRITE, nullptr);
    Database database(handle);
    if (result != SQLITE_OK) throw Error(ErrorCode::internal, "cannot open " + path + ": " + sqlite3_errmsg(handle));
    sqlite3_busy_timeout(handle, 10000);
    // Engines on the same file checkpoint under their lock; a plain connection must not, not even when it closes.
    sqlite3_db_config(handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    sqlite3_wal_autocheckpoint(handle, 0);
    return database;
}

TableRows rows_of(sqlite3* handle, const std::string& sql) {
    sqlite3_stmt* statement = nullptr;
    TableRows rows;
    int result = sqlite3_prepare_v2(handle, sql.c_str(), -1, &statement, nullptr);
    while (result == SQLITE_OK && (result = sqlite3_step(statement)) == SQLITE_ROW) {
        const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, 0));
        rows.emplace_back(text == nullptr ? "NULL" : text);
        result = SQLITE_OK;
    }
    sqlite3_finalize(statement);
    if (result != SQLITE_DONE) throw Error(ErrorCode::internal, sql + ": " + sqlite3_errmsg(handle));
    return rows;
}

std::string row_as_literals(sqlite3* handle, const std::string& table) {
    std::string expression;
    for (const std::string& column : rows_of(handle, "SELECT name FROM pragma_table_info('" + table + "')"))
        expression += (expression.empty() ? "" : " || ', ' || ") + ("quote(\"" + column + "\")");
    return expression;
}

}  // namespace

DatabaseDump dump_database(const std::string& path, const std::set<std::string>& without) {
    const Database database = open_plain(path);
    rows_of(database.get(), "BEGIN");
    DatabaseDump dump;
    for (const std::string& table :
         rows_of(database.get(), "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")) {
        if (without.count(table) != 0) continue;
        TableRows rows =
            rows_of(database.get(), "SELECT " + row_as_literals(database.get(), table) + " FROM \"" + table + "\"");
        std::sort(rows.begin(), rows.end());
        dump.emplace(table, std::move(rows));
    }
    return dump;
}

DatabaseDump dump_queries(const std::string& path, const std::map<std::string, std::string>& queries) {
    const Database database = open_plain(path);
    DatabaseDump dump;
    for (const auto& [name, sql] : queries) {
        rows_of(database.get(), "CREATE TEMP VIEW dumped AS " + sql);
        std::string expression;
        for (const std::string& column : rows_of(database.get(), "SELECT name FROM pragma_table_info('dumped')"))
            expression += (expression.empty() ? "" : " || ', ' || ") + ("quote(\"" + column + "\")");
        TableRows rows = rows_of(database.get(), "SELECT " + expression + " FROM dumped");
        rows_of(database.get(), "DROP VIEW dumped");
        std::sort(rows.begin(), rows.end());
        dump.emplace(name, std::move(rows));
    }
    return dump;
}

std::string first_difference(const DatabaseDump& left, const DatabaseDump& right) {
    for (const auto& [table, rows] : left) {
        const auto other = right.find(table);
        if (other == right.end()) return "only the first has table " + table;
        const auto [a, b] = std::mismatch(rows.begin(), rows.end(), other->second.begin(), other->second.end());
        if (a == rows.end() && b == other->second.end()) continue;
        return table + ": " + (a == rows.end() ? "(no row)" : a->substr(0, 300)) + "\n   vs " +
               (b == other->second.end() ? "(no row)" : b->substr(0, 300));
    }
    for (const auto& [table, rows] : right)
        if (left.count(table) == 0) return "only the second has table " + table;
    return {};
}

std::string integrity_of(const std::string& path) {
    const Database database = open_plain(path);
    std::string report;
    for (const std::string& line : rows_of(database.get(), "PRAGMA integrity_check")) report += line + "\n";
    for (const std::string& table : rows_of(database.get(), "PRAGMA foreign_key_check"))
        report += "foreign key of " + table + "\n";
    return report == "ok\n" ? "ok" : report;
}

void run_sql(const std::string& path, const std::string& sql) {
    const Database database = open_plain(path);
    sqlite3_exec(database.get(), "PRAGMA foreign_keys = ON", nullptr, nullptr, nullptr);
    if (sqlite3_exec(database.get(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
        throw Error(ErrorCode::internal, sql + ": " + sqlite3_errmsg(database.get()));
}

std::vector<std::string> select_column(const std::string& path, const std::string& sql) {
    return rows_of(open_plain(path).get(), sql);
}

void copy_database(const std::string& from, const std::string& to) {
    for (const char* suffix : {"", "-wal", "-shm", ".lock"}) std::filesystem::remove(to + suffix);
    rows_of(open_plain(from).get(), "VACUUM INTO '" + to + "'");
    // VACUUM INTO writes a rollback-journal file; ours are in WAL mode. It also counts the schema as changed, for which
    // an engine would look through all rows when it opens the copy: more than it does with the original.
    rows_of(open_plain(to).get(), "PRAGMA journal_mode = WAL");
    rows_of(open_plain(to).get(),
            "PRAGMA schema_version = " + rows_of(open_plain(from).get(), "PRAGMA schema_version").front());
}

ChangeWatch::ChangeWatch(const std::string& path)
    : database_(open_plain(path).release()), version_(rows_of(database_, "PRAGMA data_version").front()) {}

ChangeWatch::~ChangeWatch() { sqlite3_close_v2(database_); }

bool ChangeWatch::has_changed() const { return rows_of(database_, "PRAGMA data_version").front() != version_; }

}  // namespace edge::test
