#pragma once

#include "object_reader.hpp"

#include "edge/protocol/problem.hpp"

#include <optional>
#include <string>

namespace edge::protocol {

/// More parts than any segment can have.
inline constexpr std::int64_t most_parts = 1'000'000;

void write_position(std::string& out, const LanePosition& position);
[[nodiscard]] Lane read_lane(ObjectReader& reader);
/// The same for a member that may be missing.
[[nodiscard]] Lane read_lane(ObjectReader& reader, Lane otherwise);
[[nodiscard]] std::optional<Problem> read_problem(const JsonValue& value);

}  // namespace edge::protocol
