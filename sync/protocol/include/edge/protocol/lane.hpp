#pragma once

#include <optional>
#include <string_view>

namespace edge::protocol {

/// `ops` (bundles, reservations and what they refer to) never waits for `bulk` (graphs, forecasts, inputs).
enum class Lane { ops, bulk };

/// "ops", "bulk"
[[nodiscard]] std::string_view name_of(Lane lane) noexcept;
[[nodiscard]] std::optional<Lane> parse_lane(std::string_view name) noexcept;

}  // namespace edge::protocol
