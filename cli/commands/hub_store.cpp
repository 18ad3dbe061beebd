#include "commands/hub_store.hpp"

#include "program/context.hpp"

#include "edge/hub/sqlite_store.hpp"

#include <filesystem>

namespace edge::cli {
namespace {

hub::SqliteStoreOptions options_of(Context& context) {
    hub::SqliteStoreOptions options;
    if (const auto timeout = context.setting_duration("timeout")) options.lock_timeout = *timeout;
    return options;
}

}  // namespace

std::unique_ptr<hub::HubStore> open_hub(Context& context) {
    return hub::open_sqlite_store(context.hub_database_path(), options_of(context));
}

std::unique_ptr<hub::HubStore> open_or_create_hub(Context& context) {
    const std::string path = context.hub_database_path();
    std::error_code error;
    if (std::filesystem::exists(path, error)) return open_hub(context);
    make_parent_folder(path, "--hub-db");
    return hub::create_sqlite_store(path, options_of(context));
}

}  // namespace edge::cli
