#pragma once

#include "edge/hub/store.hpp"

#include <optional>

namespace edge::hub {

/// The instant up to which what was applied counts as durable; nothing if everything does.
[[nodiscard]] std::optional<Timestamp> covered_until(const HubSettings& settings, Timestamp now);

}  // namespace edge::hub
