#include "edge/storage/capture_check.hpp"

namespace edge::storage {
namespace {

/// SQLite counts each change of a file's schema.
std::int64_t schema_changes(Connection& connection) {
    Query row = connection.query("PRAGMA schema_version");
    row.step();
    return row.integer(0);
}

}  // namespace

bool is_capture_remembered(Connection& connection) {
    Query row = connection.query("SELECT CAST(value AS INTEGER) FROM sync_state WHERE name = 'captured_schema'");
    return row.step() && row.integer(0) == schema_changes(connection);
}

void remember_capture(WriteTransaction& write) {
    Connection& connection = write.connection();
    connection
        .query(
            "INSERT INTO sync_state (name, value) VALUES ('captured_schema', ?) ON CONFLICT (name) DO UPDATE SET "
            "value = excluded.value",
            std::to_string(schema_changes(connection)))
        .run();
}

}  // namespace edge::storage
