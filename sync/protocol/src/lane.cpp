#include "edge/protocol/lane.hpp"

namespace edge::protocol {

std::string_view name_of(Lane lane) noexcept { return lane == Lane::ops ? "ops" : "bulk"; }

std::optional<Lane> parse_lane(std::string_view name) noexcept {
    if (name == "ops") return Lane::ops;
    if (name == "bulk") return Lane::bulk;
    return std::nullopt;
}

}  // namespace edge::protocol
