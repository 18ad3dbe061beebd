#pragma once

#include "edge/hub/store.hpp"
#include "edge/protocol/repair.hpp"

#include <cstddef>
#include <string_view>

namespace edge::hub {

/// About this many bytes of an answer, whatever is asked.
inline constexpr std::size_t repair_answer_bytes = 1U << 20U;

/// Where the seller's shared rows differ from what the device knows of them, and how rows stand. Writes nothing.
[[nodiscard]] protocol::RepairAnswer answer_repair(HubStore& store, const protocol::RepairRequest& request,
                                                   std::size_t bytes = repair_answer_bytes);
/// The same for the body of a POST to repair_path.
[[nodiscard]] protocol::Decoded<protocol::RepairAnswer> answer_repair(HubStore& store, std::string_view body,
                                                                      const protocol::Limits& limits);

}  // namespace edge::hub
