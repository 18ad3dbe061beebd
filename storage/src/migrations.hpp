#pragma once

#include "edge/storage/connection.hpp"
#include "edge/storage/schema.hpp"

#include <span>

namespace edge::storage {

/// Those of a seller's file.
[[nodiscard]] std::span<const Migration> migrations() noexcept;

/// Runs what the file has not seen yet, in the transaction given.
void migrate(WriteTransaction& write, const Schema& schema, int from_version);

}  // namespace edge::storage
