#pragma once

#include "edge/storage/connection.hpp"

#include <span>
#include <string_view>

namespace edge::storage {

/// One numbered change of the schema; never edited once released.
struct Migration {
    int version;
    std::string_view name;
    std::string_view sql;
};

/// All of them, ascending from 1.
[[nodiscard]] std::span<const Migration> migrations() noexcept;

/// Runs what the file has not seen yet and installs the capture triggers, in the transaction given.
void migrate(WriteTransaction& write, int from_version);

}  // namespace edge::storage
