#pragma once

#include "edge/hub/store.hpp"

#include <memory>

namespace edge::cli {

class Context;

/// The hub's file as the setting hub.db names it. Throws what open_sqlite_store does.
[[nodiscard]] std::unique_ptr<hub::HubStore> open_hub(Context& context);
/// The same, made if it is not there yet.
[[nodiscard]] std::unique_ptr<hub::HubStore> open_or_create_hub(Context& context);

}  // namespace edge::cli
