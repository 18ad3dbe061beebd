#pragma once

#include "edge/hub/store.hpp"
#include "edge/protocol/row_digest.hpp"

#include <string_view>

namespace edge::hub {

/// The digest of every row of a seller, tombstones left out, from the rows themselves.
[[nodiscard]] protocol::RowDigest digest_of(HubStore& store, std::string_view seller);

}  // namespace edge::hub
