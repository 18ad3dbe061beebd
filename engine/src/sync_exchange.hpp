#pragma once

#include "edge/engine_types.hpp"

namespace edge {

/// Requests over HTTP to one hub, on one connection. Throws `invalid_argument` for a URL that is not http or https.
[[nodiscard]] HubExchange http_exchange(const SyncOptions& options, const std::string& ca_file);

}  // namespace edge
