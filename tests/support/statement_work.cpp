#include "support/statement_work.hpp"

#include "edge/core/error.hpp"

#include <sqlite3.h>

#include <mutex>
#include <utility>

namespace edge::test {
namespace {

/// Of the process, since a connection that was opened under the eyes of one counter may outlive it.
struct Counted {
    std::mutex mutex;
    StatementCosts costs;
};

Counted& counted() {
    static Counted all;
    return all;
}

int count(unsigned /*event*/, void* /*context*/, void* statement, void* /*nanoseconds*/) {
    auto* const run = static_cast<sqlite3_stmt*>(statement);
    const char* const text = sqlite3_sql(run);
    const std::scoped_lock lock(counted().mutex);
    StatementCost& cost = counted().costs[text == nullptr ? "" : text];
    ++cost.runs;
    cost.instructions += sqlite3_stmt_status(run, SQLITE_STMTSTATUS_VM_STEP, 1);
    cost.rows_scanned += sqlite3_stmt_status(run, SQLITE_STMTSTATUS_FULLSCAN_STEP, 1);
    return 0;
}

int watch(sqlite3* connection, const char** /*message*/, const sqlite3_api_routines* /*functions*/) {
    return sqlite3_trace_v2(connection, SQLITE_TRACE_PROFILE, count, nullptr);
}

/// SQLite keeps an opener's address as one of a function without arguments, and calls it with three.
auto opener() {
    return reinterpret_cast<void (*)()>(watch);  // NOLINT(cppcoreguidelines-pro-type-reinterpret-cast)
}

}  // namespace

StatementWork::StatementWork() {
    if (sqlite3_auto_extension(opener()) != SQLITE_OK)
        throw Error(ErrorCode::internal, "cannot count the work of statements: SQLite takes no auto-extension");
    static_cast<void>(take());
}

StatementWork::~StatementWork() { sqlite3_cancel_auto_extension(opener()); }

StatementCosts StatementWork::take() {
    const std::scoped_lock lock(counted().mutex);
    return std::exchange(counted().costs, {});
}

std::int64_t instructions_of(const StatementCosts& costs) {
    std::int64_t sum = 0;
    for (const auto& [text, cost] : costs) sum += cost.instructions;
    return sum;
}

}  // namespace edge::test
