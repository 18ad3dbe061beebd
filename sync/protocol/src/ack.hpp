#pragma once

#include "json.hpp"

#include "edge/protocol/exchange.hpp"

#include <optional>
#include <string>

namespace edge::protocol {

void write_ack(std::string& out, const Ack& ack);
[[nodiscard]] Decoded<Ack> read_ack(const JsonValue& value, const Limits& limits);

}  // namespace edge::protocol
