#pragma once

#include "edge/hub/store.hpp"

#include <algorithm>
#include <chrono>

namespace edge::hub {

/// When an effect counts as applied: never before the seller's last one, and after a backup that has begun, since that
/// may not hold it.
inline Timestamp applied_at(Timestamp now, const SellerHead& head, const HubSettings& settings) {
    const Timestamp at = std::max(now, head.applied_at);
    if (!settings.backup_began) return at;
    return std::max(at, *settings.backup_began + std::chrono::microseconds(1));
}

}  // namespace edge::hub
