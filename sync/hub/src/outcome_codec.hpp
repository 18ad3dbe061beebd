#pragma once

#include "edge/hub/store.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace edge::hub {

/// How a store keeps the outcomes of one part: a JSON array; empty text for none.
[[nodiscard]] std::string encode_outcomes(const std::vector<protocol::ChangeOutcome>& outcomes);
/// Throws `corrupt_data`. Lane, number and part are those of `id`.
[[nodiscard]] std::vector<protocol::ChangeOutcome> decode_outcomes(std::string_view json, const PartId& id);

}  // namespace edge::hub
