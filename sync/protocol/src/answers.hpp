#pragma once

#include "edge/protocol/device_session.hpp"

#include <optional>
#include <variant>

namespace edge::protocol {

/// What an answer of the network amounts to: the hub's ack, or a problem of one of the classes. A page of HTML, a
/// proxy's error or half a document is always `retry`: nothing that is not the hub's own word changes anything.
[[nodiscard]] Decoded<Ack> classify(const Response& response, const Limits& limits);

}  // namespace edge::protocol
