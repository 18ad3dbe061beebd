#pragma once

#include "edge/engine_types.hpp"

#include <string>
#include <vector>

namespace edge::cli {

class Context;

/// `note`: good to know, nothing to do.
enum class Health { good, note, finding };

struct Diagnosis {
    std::string check;
    Health health = Health::good;
    std::string message;
    std::string remedy;  ///< empty if there is nothing to do
};

/// Everything that can be looked at, in a fixed order; a file that cannot be opened is a finding too.
[[nodiscard]] std::vector<Diagnosis> examine(Context& context);

// The single checks, with what they look at as arguments.

/// `version` as SQLite numbers itself: 3040001.
[[nodiscard]] Diagnosis examine_sqlite(int version);
[[nodiscard]] Diagnosis examine_permissions(const std::string& path);
/// Free space beside what the file takes.
[[nodiscard]] Diagnosis examine_disk(std::uint64_t free_bytes, std::uint64_t file_bytes);
[[nodiscard]] Diagnosis examine_time_zone(const std::string& name);
[[nodiscard]] Diagnosis examine_clock(Timestamp now, Timestamp newest_change);
[[nodiscard]] Diagnosis examine_backlog(const SyncStatusReport& sync, Timestamp now);

}  // namespace edge::cli
