#pragma once

#include "edge/hub/store.hpp"

#include <cstdint>
#include <optional>

namespace edge::hub {

/// The instant up to which what was applied counts as durable; nothing if everything does.
[[nodiscard]] std::optional<Timestamp> covered_until(const HubSettings& settings, Timestamp now);

/// By how much a seller's numbers move on when the hub was restored from a backup: those that it gave since then are
/// not given again, to other rows, for writers say by them what they know.
inline constexpr std::int64_t numbers_of_a_restore = 1'000'000;

}  // namespace edge::hub
