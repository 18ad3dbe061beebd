#pragma once

#include "marketplace.hpp"

#include "edge/hub/store.hpp"

#include <map>
#include <string>
#include <vector>

namespace edge::hub {

/// Claims of reservations, by key, as they were before what is put now.
using ClaimsBefore = std::map<std::string, Claim, std::less<>>;

/// Queues what makes the marketplace's tables show those rows, in order of the tables' references. `seller` as it is
/// stored; rows of other sellers are passed over. `all` if the hub holds no other rows of the seller.
enum class Rows { some, all };
void queue_marketplace_rows(PostgresConnection& db, const Marketplace& market, const std::string& seller,
                            const std::vector<const StoredRow*>& stored, const ClaimsBefore& before,
                            Rows rows = Rows::some);

/// How long after its window a bundle is looked at: it may be collected late.
inline constexpr std::chrono::hours looked_at_after{24};

}  // namespace edge::hub
