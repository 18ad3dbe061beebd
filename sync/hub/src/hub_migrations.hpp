#pragma once

#include "edge/storage/schema.hpp"

#include <span>

namespace edge::hub {

/// Those of a hub's SQLite file.
[[nodiscard]] std::span<const storage::Migration> migrations() noexcept;

}  // namespace edge::hub
