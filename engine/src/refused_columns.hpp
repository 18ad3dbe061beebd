#pragma once

#include "edge/protocol/segment.hpp"
#include "edge/storage/captured_tables.hpp"
#include "edge/storage/connection.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

namespace edge {

/// Columns of a row that were written here and refused because the hub had no such row, and that nobody has settled.
[[nodiscard]] std::int64_t refused_columns(storage::Connection& db, storage::CapturedTable table, std::string_view key);

/// These rows come from the hub: what was refused for want of one can be taken now. It goes into the journal, to be
/// sealed before the rows are applied, so that they do not replace it.
void journal_refused(storage::WriteTransaction& write, const std::vector<protocol::Change>& rows);

}  // namespace edge
