#pragma once

#include "edge/hub/store.hpp"

#include <memory>
#include <optional>
#include <string>

namespace edge::cli {

class Command;
class Context;

/// Which store a hub command works on, where it is not the setting hub.db.
struct StoreArguments {
    std::optional<std::string> store;
    std::optional<std::string> store_file;
};

void add_store_options(Command& command, StoreArguments& arguments);
/// A file's path, or the address of a PostgreSQL database. Throws `usage` for an address that shows a password to
/// everyone on the machine.
[[nodiscard]] std::string store_target(Context& context, const StoreArguments& arguments);
/// What the store is called in messages and answers: the target without its password.
[[nodiscard]] std::string store_name(Context& context, const StoreArguments& arguments);

/// Opens the store. Throws what open_sqlite_store and open_postgres_store do.
[[nodiscard]] std::unique_ptr<hub::HubStore> open_hub(Context& context, const StoreArguments& arguments);
/// The same; a file is made if it is not there yet. PostgreSQL's tables are laid by `hub init` alone.
[[nodiscard]] std::unique_ptr<hub::HubStore> open_or_create_hub(Context& context, const StoreArguments& arguments);

void add_hub_init(Command& hub);

}  // namespace edge::cli
