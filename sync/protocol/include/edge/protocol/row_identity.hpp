#pragma once

#include "edge/core/uuid.hpp"

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace edge::protocol {

/// The identity of a row that is known by what it says, the same on every device: BLAKE2b-128 of the table's name and
/// the parts, each on a line.
[[nodiscard]] Uuid identity_of(std::string_view table, std::initializer_list<std::string_view> parts);

/// The identity of a row that the marketplace made, by its number there.
[[nodiscard]] Uuid marketplace_identity(std::string_view table, std::int64_t id);

}  // namespace edge::protocol
