#pragma once

#include "edge/hub/store.hpp"

#include <chrono>
#include <memory>
#include <string>

namespace edge::hub {

struct SqliteStoreOptions {
    std::chrono::milliseconds lock_timeout{5000};  ///< how long to wait for another process before `busy`
    std::string vfs;                               ///< a registered SQLite VFS; empty: the system's
};

/// Makes a hub's file. Throws `already_exists` if there is one.
[[nodiscard]] std::unique_ptr<HubStore> create_sqlite_store(const std::string& path,
                                                            const SqliteStoreOptions& options = {});
/// Opens one, bringing its schema up to date. Throws `not_found`, `not_a_database` (not a hub's file), `corrupt_data`,
/// `schema_too_new`, `read_only`, `busy`.
[[nodiscard]] std::unique_ptr<HubStore> open_sqlite_store(const std::string& path,
                                                          const SqliteStoreOptions& options = {});

}  // namespace edge::hub
