#pragma once

#include "edge/hub/store.hpp"
#include "edge/protocol/exchange.hpp"

#include <cstddef>
#include <set>
#include <vector>

namespace edge::hub {

/// What a replica is to be told.
struct PullRequest {
    std::int64_t seen = 0;  ///< its cursor
    std::size_t bytes = 0;  ///< of the rows in a page, uncompressed
    /// Rows that it has as they are: they are passed over.
    std::set<RowKey> known;
    /// Rows that it has otherwise, however old they are: they come first.
    std::set<RowKey> wanted;
};

/// The row as a device is told it, with an absolute clock.
[[nodiscard]] protocol::Change told_row(const StoredRow& stored);

/// The next page of the seller's feed, from one state of it.
[[nodiscard]] protocol::PullPage pull_page(SellerReader& reader, const PullRequest& request);
/// The same where `news` are all shared rows after the cursor that are not known, in any order.
[[nodiscard]] protocol::PullPage pull_page(SellerReader& reader, const PullRequest& request,
                                           std::vector<StoredRow> news, std::int64_t head);

}  // namespace edge::hub
