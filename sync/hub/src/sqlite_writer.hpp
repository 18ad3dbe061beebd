#pragma once

#include "edge/hub/store.hpp"
#include "edge/storage/connection.hpp"

#include <string_view>

namespace edge::hub {

/// Writes all of it in the transaction given.
void save_effect(storage::WriteTransaction& write, std::string_view seller, const SyncEffect& effect);

}  // namespace edge::hub
