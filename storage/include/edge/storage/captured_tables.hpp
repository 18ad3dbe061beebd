#pragma once

#include "edge/storage/connection.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace edge::storage {

/// Numbers of the journal's `tbl`. Never reused.
enum class CapturedTable : int {
    sellers = 1,
    category = 2,
    bundles = 3,
    reservations = 4,
    forecast_input = 5,
    forecast_output = 6,
    analytics_graphs = 7,
    analytics_series = 8,
    analytics_points = 9,
    weather = 10,
    holidays = 11,
};

/// A table whose changes the journal records. A column's place in `columns` is its bit in the journal's mask; new
/// columns go to the end.
struct CapturedTableInfo {
    CapturedTable number;
    std::string_view name;
    std::string_view key;  ///< SQL for the journal's `row`, with NEW or OLD for `@`
    bool has_uuid;
    std::string_view parent;  ///< column for the journal's `parent`; empty: none
    std::span<const std::string_view> columns;
};

/// Membership in a category is captured as a change of the bundle, in this bit.
inline constexpr int bundle_categories_bit = 62;

/// A point's journal row: its series and sort index in one number.
inline constexpr std::int64_t points_per_series = 16777216;

[[nodiscard]] std::span<const CapturedTableInfo> captured_tables() noexcept;
[[nodiscard]] const CapturedTableInfo& captured_table(CapturedTable number);

struct CaptureTrigger {
    std::string name;
    std::string sql;
};
/// Every trigger that must be installed, as SQLite's schema table shows it: those that write the journal, and the one
/// that keeps its newest line.
[[nodiscard]] std::vector<CaptureTrigger> expected_triggers();
/// Names of triggers that are missing or differ from the expected.
[[nodiscard]] std::vector<std::string> faulty_triggers(Connection& connection);
/// Installs what is missing or differs; returns the names. Changes made meanwhile were not captured.
std::vector<std::string> install_triggers(WriteTransaction& write);

}  // namespace edge::storage
