#include "commands/hub_store.hpp"

#include "commands/commands.hpp"
#include "program/context.hpp"

#include "edge/hub/postgres_store.hpp"
#include "edge/hub/sqlite_store.hpp"

#include <filesystem>
#include <fstream>

namespace edge::cli {
namespace {

hub::SqliteStoreOptions file_options(Context& context) {
    hub::SqliteStoreOptions options;
    if (const auto timeout = context.setting_duration("timeout")) options.lock_timeout = *timeout;
    return options;
}

hub::PostgresStoreOptions server_options(Context& context) {
    hub::PostgresStoreOptions options;
    if (const auto timeout = context.setting_duration("timeout")) options.lock_timeout = *timeout;
    return options;
}

std::string first_line_of(const std::string& path) {
    std::ifstream file(path);
    std::string line;
    if (std::getline(file, line) && !line.empty()) return line;
    throw CommandError(ExitStatus::no_input, "not_found", "cannot read the store's address from " + path,
                       "the first line of the file is the address");
}

}  // namespace

void add_store_options(Command& command, StoreArguments& arguments) {
    command.option(
        "--store", "STORE", arguments.store,
        "A file, or postgresql://USER@HOST/DATABASE with the password in the file that PGPASSFILE names; the "
        "setting hub.db if not given");
    command.option("--store-file", "FILE", arguments.store_file,
                   "A file whose first line is the store, password and all");
}

std::string store_target(Context& context, const StoreArguments& arguments) {
    if (arguments.store_file) return first_line_of(*arguments.store_file);
    if (!arguments.store) return context.hub_database_path();
    if (hub::is_postgres_target(*arguments.store) && hub::without_password(*arguments.store) != *arguments.store) {
        throw usage_error(
            "cannot use --store with a password: everyone on this machine can read it; use PGPASSFILE or "
            "--store-file");
    }
    return *arguments.store;
}

std::string store_name(Context& context, const StoreArguments& arguments) {
    const std::string target = store_target(context, arguments);
    return hub::is_postgres_target(target) ? hub::without_password(target) : target;
}

std::unique_ptr<hub::HubStore> open_hub(Context& context, const StoreArguments& arguments) {
    const std::string target = store_target(context, arguments);
    if (hub::is_postgres_target(target)) return hub::open_postgres_store(target, server_options(context));
    return hub::open_sqlite_store(target, file_options(context));
}

std::unique_ptr<hub::HubStore> open_or_create_hub(Context& context, const StoreArguments& arguments) {
    const std::string target = store_target(context, arguments);
    std::error_code error;
    if (hub::is_postgres_target(target) || std::filesystem::exists(target, error)) return open_hub(context, arguments);
    make_parent_folder(target, "--hub-db");
    return hub::create_sqlite_store(target, file_options(context));
}

}  // namespace edge::cli
