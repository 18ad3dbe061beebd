#pragma once

#include "edge/hub/store.hpp"
#include "edge/protocol/row_digest.hpp"

#include <string_view>

namespace edge::hub {

/// The digest of every row of a seller, tombstones left out, from the rows themselves. With a replica: of the rows that
/// it should hold, which are the shared ones and those that it computed itself.
[[nodiscard]] protocol::RowDigest digest_of(HubStore& store, std::string_view seller, std::string_view replica = {});

}  // namespace edge::hub
