#include "migrations.hpp"

#include "edge/storage/capture_check.hpp"
#include "edge/storage/captured_tables.hpp"

#include <fmt/format.h>

namespace edge::storage {

const Schema& device_schema() noexcept {
    static const Schema schema = {.application_id = 0x45414E41,  // "EANA"
                                  .kind = "an edge-analytics file",
                                  .maker = "edge-analytics init",
                                  .migrations = migrations(),
                                  .complete = [](WriteTransaction& write) {
                                      install_triggers(write);
                                      remember_capture(write);
                                  }};
    return schema;
}

int newest_schema_version() noexcept { return device_schema().newest_version(); }

void migrate(WriteTransaction& write, const Schema& schema, int from_version) {
    Connection& connection = write.connection();
    for (const Migration& migration : schema.migrations) {
        if (migration.version <= from_version) continue;
        connection.execute(std::string(migration.sql));
        connection.execute(fmt::format("PRAGMA user_version = {}", migration.version));
    }
    if (schema.complete != nullptr) schema.complete(write);
}

}  // namespace edge::storage
