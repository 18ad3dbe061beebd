#pragma once

#include <map>
#include <string>
#include <vector>

namespace edge::storage {
class Connection;
}

namespace edge::test {

/// Every row of a seller's file that travels, in the form of hub::dump, read by SQL that shares nothing with the
/// program's own: `bundles 01JDQ4… {"name":"…"}` in order of table and key.
[[nodiscard]] std::vector<std::string> synced_rows(const std::string& path);
[[nodiscard]] std::vector<std::string> synced_rows(storage::Connection& db);
/// The same without what the file computed itself.
[[nodiscard]] std::vector<std::string> shared_rows(storage::Connection& db);

/// What replaying the segments kept in a file, from the first, comes to; the same form.
[[nodiscard]] std::vector<std::string> replayed_rows(const std::string& path);

/// The first line that only one side has; empty if both are equal.
[[nodiscard]] std::string first_difference(const std::vector<std::string>& left, const std::vector<std::string>& right);

}  // namespace edge::test
