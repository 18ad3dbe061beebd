#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace edge::test {

/// What the runs of one statement cost, in SQLite's own counts: the same on every machine.
struct StatementCost {
    std::int64_t runs = 0;
    std::int64_t instructions = 0;  ///< of SQLite's virtual machine
    std::int64_t rows_scanned = 0;  ///< steps through a table from its beginning to its end
};

/// By the statement's text.
using StatementCosts = std::map<std::string, StatementCost>;

/// Counts the work of every statement, on all connections of this process that are opened while it lives. One at a
/// time.
class StatementWork {
public:
    StatementWork();
    StatementWork(const StatementWork&) = delete;
    StatementWork& operator=(const StatementWork&) = delete;
    ~StatementWork();

    /// What was done since the beginning, or since the last time this was asked.
    [[nodiscard]] StatementCosts take();
};

[[nodiscard]] std::int64_t instructions_of(const StatementCosts& costs);

}  // namespace edge::test
