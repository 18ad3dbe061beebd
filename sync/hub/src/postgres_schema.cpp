#include "postgres_schema.hpp"

#include "marketplace_layout.hpp"
#include "marketplace_migrations.hpp"
#include "postgres_migrations.hpp"

#include "edge/core/error.hpp"

#include <array>
#include <random>

namespace edge::hub {
namespace {

constexpr std::array<std::string_view, 11> own_tables{"schema_version", "hub",           "seller_head", "hub_row",
                                                      "lane_cursor",    "lane_part",     "dead_letter", "history",
                                                      "market_seller",  "market_bundle", "market_key"};
constexpr std::string_view select_tables =
    "SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'edge'";
constexpr std::string_view select_version = "SELECT coalesce(max(version), 0) FROM edge.schema_version";

int latest_version() { return static_cast<int>(postgres_migrations().size()); }

std::vector<std::string> tables_of(PostgresConnection& db) {
    const PostgresResult result = db.run(select_tables);
    std::vector<std::string> found;
    for (int row = 0; row < result.size(); ++row) found.push_back(result.text(row, 0));
    return found;
}

bool holds(const std::vector<std::string>& names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

int version_of(PostgresConnection& db) { return static_cast<int>(db.run(select_version).integer(0, 0)); }

[[noreturn]] void refuse_newer(const PostgresConnection& db, int version) {
    throw Error(ErrorCode::schema_too_new,
                "cannot use the hub's tables on " + db.target() + ": their version " + std::to_string(version) +
                    " is newer than this program's " + std::to_string(latest_version()),
                {}, "install a newer edge-analytics");
}

}  // namespace

void check_server(const PostgresConnection& db) {
    if (db.server_version() >= oldest_server) return;
    throw Error(ErrorCode::invalid_argument,
                "cannot use " + db.target() + ": it is PostgreSQL " + std::to_string(db.server_version() / 10000) +
                    ", and the hub needs 15 or newer",
                {}, "upgrade the server");
}

void check_schema(PostgresConnection& db) {
    const std::vector<std::string> tables = tables_of(db);
    for (const std::string_view name : own_tables) {
        if (holds(tables, name)) continue;
        throw Error(ErrorCode::not_a_database,
                    "cannot use " + db.target() + " as a hub: the table edge." + std::string(name) + " is missing", {},
                    tables.empty() ? "lay the hub's tables with hub init --store"
                                   : "restore it from a backup; hub init --store does not mend single tables");
    }
    const int version = version_of(db);
    if (version > latest_version()) refuse_newer(db, version);
    if (version == latest_version()) return;
    throw Error(ErrorCode::not_a_database,
                "cannot use the hub's tables on " + db.target() + ": they have version " + std::to_string(version) +
                    ", this program needs " + std::to_string(latest_version()),
                {}, "bring them up to date with hub init --store");
}

PostgresLayout lay_schema(PostgresConnection& db) {
    const bool is_new = !holds(tables_of(db), "schema_version");
    const int before = is_new ? 0 : version_of(db);
    if (before > latest_version()) refuse_newer(db, before);
    if (before == latest_version()) return {.created = false, .version = before};
    // one transaction: a second hub init at the same time fails at what the first has made, and changes nothing
    std::string script = "BEGIN;\n";
    for (const storage::Migration& migration : postgres_migrations()) {
        if (migration.version <= before) continue;
        script.append(migration.sql).append("\nINSERT INTO edge.schema_version (version) VALUES (");
        script.append(std::to_string(migration.version)).append(");\n");
    }
    if (is_new) {
        script += "INSERT INTO edge.hub (name, value) VALUES ('epoch', '" + new_epoch() +
                  "'), ('durable', 'applied'), ('durable_lag_s', '0');\n";
    }
    db.run_script(script + "COMMIT;");
    return {.created = is_new, .version = latest_version()};
}

void lay_marketplace(PostgresConnection& db) {
    if (has_marketplace(db)) {
        throw Error(ErrorCode::already_exists,
                    "cannot lay the marketplace's tables on " + db.target() + ": some of them are there", {},
                    "fill the marketplace that is there with hub init --marketplace fill");
    }
    std::string script = "BEGIN;\nSET LOCAL search_path = public;\n";
    for (const storage::Migration& migration : marketplace_migrations()) script.append(migration.sql);
    db.run_script(script + "\nCOMMIT;");
}

std::string new_epoch() {
    std::random_device random;
    constexpr std::string_view digits = "0123456789abcdef";
    constexpr int length = 32;
    std::string epoch;
    for (int i = 0; i < length; ++i) epoch += digits[random() % digits.size()];
    return epoch;
}

}  // namespace edge::hub
