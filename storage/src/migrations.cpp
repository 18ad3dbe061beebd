#include "migrations.hpp"

#include "edge/storage/captured_tables.hpp"

#include <fmt/format.h>

namespace edge::storage {

int newest_schema_version() noexcept { return migrations().back().version; }

void migrate(WriteTransaction& write, int from_version) {
    Connection& connection = write.connection();
    for (const Migration& migration : migrations()) {
        if (migration.version <= from_version) continue;
        connection.execute(std::string(migration.sql));
        connection.execute(fmt::format("PRAGMA user_version = {}", migration.version));
    }
    install_triggers(write);
}

}  // namespace edge::storage
