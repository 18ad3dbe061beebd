#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

namespace edge::test {

/// Every row of a table as SQL literals, in order of its columns.
using TableRows = std::vector<std::string>;
using DatabaseDump = std::map<std::string, TableRows>;

/// All tables of a database file, read through the system's VFS, but those named.
[[nodiscard]] DatabaseDump dump_database(const std::string& path, const std::set<std::string>& without = {});
/// Where two dumps differ first, in words; empty if they are equal.
[[nodiscard]] std::string first_difference(const DatabaseDump& left, const DatabaseDump& right);
/// "ok", or what PRAGMA integrity_check and foreign_key_check say.
[[nodiscard]] std::string integrity_of(const std::string& path);
/// Runs statements as a person in the sqlite3 shell would. Throws `internal` with SQLite's message if one fails.
void run_sql(const std::string& path, const std::string& sql);
/// The first column of each row of a query, as text; NULL is "NULL".
[[nodiscard]] std::vector<std::string> select_column(const std::string& path, const std::string& sql);

}  // namespace edge::test
