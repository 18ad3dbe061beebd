#pragma once

#include "edge/storage/schema.hpp"

#include <span>

namespace edge::hub {

/// schemas/central/postgres, in order.
[[nodiscard]] std::span<const storage::Migration> marketplace_migrations() noexcept;

}  // namespace edge::hub
