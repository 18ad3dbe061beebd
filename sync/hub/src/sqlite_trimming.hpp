#pragma once

#include "edge/hub/store.hpp"
#include "edge/storage/connection.hpp"

#include <string>
#include <vector>

namespace edge::hub {

/// So many sellers in one call of HubStore::trim.
inline constexpr std::size_t sellers_at_once = 200;

/// Sellers behind `after` whose mark was set at `marked_until` or before, or never.
[[nodiscard]] std::vector<std::string> sellers_to_trim(storage::Connection& db, const std::string& after,
                                                       Timestamp marked_until);
/// Forgets what was deleted before the seller's mark, and sets the next one.
void trim_seller(storage::WriteTransaction& write, const std::string& seller, Timestamp now, std::chrono::seconds keep,
                 Trimming& done);

}  // namespace edge::hub
