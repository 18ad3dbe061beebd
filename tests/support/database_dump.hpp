#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

struct sqlite3;

namespace edge::test {

/// Every row of a table as SQL literals, in order of its columns.
using TableRows = std::vector<std::string>;
using DatabaseDump = std::map<std::string, TableRows>;

/// All tables of a database file, read through the system's VFS, but those named.
[[nodiscard]] DatabaseDump dump_database(const std::string& path, const std::set<std::string>& without = {});
/// The rows of queries, sorted, by their names.
[[nodiscard]] DatabaseDump dump_queries(const std::string& path, const std::map<std::string, std::string>& queries);
/// Where two dumps differ first, in words; empty if they are equal.
[[nodiscard]] std::string first_difference(const DatabaseDump& left, const DatabaseDump& right);
/// "ok", or what PRAGMA integrity_check and foreign_key_check say.
[[nodiscard]] std::string integrity_of(const std::string& path);
/// Runs statements as a person in the sqlite3 shell would. Throws `internal` with SQLite's message if one fails.
void run_sql(const std::string& path, const std::string& sql);
/// The first column of each row of a query, as text; NULL is "NULL".
[[nodiscard]] std::vector<std::string> select_column(const std::string& path, const std::string& sql);

/// The file as of now, what is in its write-ahead log included, replacing what is at `to`.
void copy_database(const std::string& from, const std::string& to);

/// Sees whether anybody commits a change to a file, even one that leaves all rows as they were.
class ChangeWatch {
public:
    explicit ChangeWatch(const std::string& path);
    ChangeWatch(const ChangeWatch&) = delete;
    ChangeWatch& operator=(const ChangeWatch&) = delete;
    ~ChangeWatch();

    [[nodiscard]] bool has_changed() const;

private:
    sqlite3* database_;
    std::string version_;
};

}  // namespace edge::test
