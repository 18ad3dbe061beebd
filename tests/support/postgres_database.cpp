#include "support/postgres_database.hpp"

#include "support/temporary_folder.hpp"

#include <libpq-fe.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <stdexcept>

namespace edge::test {
namespace {

std::string first_line(const std::string& path) {
    std::ifstream file(path);
    std::string line;
    std::getline(file, line);
    return line;
}

void run_script(const std::string& action, const std::string& file) {
    const std::string command = std::string(EDGE_SOURCE_DIR) + "/tests/support/postgres_server " + action + " " + file;
    if (std::system(command.c_str()) != 0) throw std::runtime_error("cannot " + action + " a PostgreSQL server");
}

/// A server for a test program that was started by hand.
class OwnServer {
public:
    OwnServer() : starter_(::getpid()) { run_script("start", file_); }
    OwnServer(const OwnServer&) = delete;
    OwnServer& operator=(const OwnServer&) = delete;
    ~OwnServer() {
        if (::getpid() != starter_) return;  // a forked child leaves it to its parent
        try {
            run_script("stop", file_);
        } catch (const std::exception&) {
            return;
        }
    }
    [[nodiscard]] std::string folder() const { return first_line(file_); }

private:
    pid_t starter_;
    TemporaryFolder folder_;
    std::string file_ = folder_.file("server");
};

/// A name that no other database has.
std::string new_name() {
    static std::atomic<int> next{1};
    return "edge_" + std::to_string(::getpid()) + "_" + std::to_string(next++);
}

/// Nothing if the server is gone, as it soon is.
void drop(const std::string& name) {
    try {
        run_postgres(postgres_target("postgres"), "DROP DATABASE IF EXISTS " + name + " WITH (FORCE)");
    } catch (const std::exception&) {
        return;
    }
}

constexpr const char* shape_of_tables =
    "SELECT md5(string_agg(concat_ws(' ', n.nspname, c.relname, a.attname, a.atttypid, a.attnotnull), ',' ORDER BY "
    "n.nspname, c.relname, a.attnum)) || (SELECT max(version) FROM edge.schema_version) || '-' || (SELECT count(*) "
    "FROM "
    "pg_constraint) FROM pg_attribute a "
    "JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace "
    "WHERE n.nspname IN ('edge', 'public') AND a.attnum > 0 AND NOT a.attisdropped";

// What a killed program left in flight must not arrive later; foreign keys ask for an order, and this has none.
constexpr const char* empty_tables =
    "DO $$ DECLARE t record; BEGIN\n"
    "PERFORM pg_terminate_backend(pid, 10000) FROM pg_stat_activity\n"
    "    WHERE datname = current_database() AND pid <> pg_backend_pid();\n"
    "SET LOCAL session_replication_role = replica;\n"
    "FOR t IN SELECT schemaname, tablename FROM pg_tables WHERE schemaname IN ('edge', 'public')\n"
    "        AND tablename NOT IN ('schema_version', 'hub') LOOP\n"
    "    EXECUTE format('DELETE FROM %I.%I', t.schemaname, t.tablename);\n"
    "END LOOP;\n"
    "FOR t IN SELECT schemaname, sequencename FROM pg_sequences WHERE schemaname = 'public' LOOP\n"
    "    EXECUTE format('ALTER SEQUENCE %I.%I RESTART', t.schemaname, t.sequencename);\n"
    "END LOOP;\n"
    "DELETE FROM edge.hub WHERE name NOT IN ('epoch', 'durable', 'durable_lag_s');\n"
    "UPDATE edge.hub SET value = CASE name WHEN 'epoch' THEN md5(random()::text) WHEN 'durable' THEN 'applied' "
    "ELSE '0' END;\n"
    "END $$";

}  // namespace

std::string postgres_folder() {
    if (const char* file = std::getenv("EDGE_TEST_POSTGRES")) return first_line(file);
    static const OwnServer server;
    return server.folder();
}

std::string postgres_target(const std::string& database) {
    return "postgresql://postgres@/" + database + "?host=" + postgres_folder();
}

struct PostgresSession::Connection {
    std::unique_ptr<PGconn, void (*)(PGconn*)> db;
};

PostgresSession::PostgresSession(const std::string& target)
    : connection_(std::make_unique<Connection>(Connection{.db = {PQconnectdb(target.c_str()), &PQfinish}})) {
    if (PQstatus(connection_->db.get()) != CONNECTION_OK) {
        throw std::runtime_error(PQerrorMessage(connection_->db.get()));
    }
}

PostgresSession::~PostgresSession() = default;

PostgresRows PostgresSession::run(const std::string& sql) {
    PGconn* db = connection_->db.get();
    const std::unique_ptr<PGresult, void (*)(PGresult*)> result(PQexec(db, sql.c_str()), &PQclear);
    const ExecStatusType status = PQresultStatus(result.get());
    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) throw std::runtime_error(PQerrorMessage(db));
    PostgresRows rows;
    for (int row = 0; row < PQntuples(result.get()); ++row) {
        std::vector<std::string>& values = rows.emplace_back();
        for (int column = 0; column < PQnfields(result.get()); ++column) {
            const bool null = PQgetisnull(result.get(), row, column) != 0;
            values.emplace_back(null ? "NULL" : PQgetvalue(result.get(), row, column));
        }
    }
    return rows;
}

PostgresRows run_postgres(const std::string& target, const std::string& sql) {
    return PostgresSession(target).run(sql);
}

PostgresDatabase::PostgresDatabase() : name_(new_name()) {
    run_postgres(postgres_target("postgres"), "CREATE DATABASE " + name_);
}

PostgresDatabase::~PostgresDatabase() { drop(name_); }

LaidDatabase::LaidDatabase(const std::string& kind, const std::function<void(const std::string& target)>& lay)
    : kind_(kind) {
    const PostgresRows free =
        run_postgres(postgres_target("postgres"),
                     "DELETE FROM free_database WHERE name = (SELECT name FROM free_database WHERE kind = '" + kind_ +
                         "' LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING name, shape");
    if (!free.empty()) {
        name_ = free[0][0];
        shape_ = free[0][1];
        return;
    }
    name_ = new_name();
    run_postgres(postgres_target("postgres"), "CREATE DATABASE " + name_);
    lay(target());
    shape_ = run(shape_of_tables)[0][0];
}

LaidDatabase::~LaidDatabase() {
    try {
        if (run(shape_of_tables)[0][0] != shape_) {
            drop(name_);
            return;
        }
        run(empty_tables);
        run_postgres(postgres_target("postgres"),
                     "INSERT INTO free_database VALUES ('" + name_ + "', '" + kind_ + "', '" + shape_ + "')");
    } catch (const std::exception&) {  // a table is missing, or the server is gone
        drop(name_);
    }
}

}  // namespace edge::test
