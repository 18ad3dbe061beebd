#pragma once

#include "edge/protocol/value.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace edge::test {

/// All columns of a shop in Leeds that has told no place.
[[nodiscard]] protocol::Fields seller_fields(std::string name);

/// All columns of a bundle of bread for the evening of 23 November 2026.
[[nodiscard]] protocol::Fields bundle_fields(std::string seller_key, std::string name,
                                             std::vector<std::string> category_keys = {}, std::int64_t total_qty = 5);

}  // namespace edge::test
