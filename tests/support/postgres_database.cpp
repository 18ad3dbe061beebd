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

}  // namespace

std::string postgres_folder() {
    if (const char* file = std::getenv("EDGE_TEST_POSTGRES")) return first_line(file);
    static const OwnServer server;
    return server.folder();
}

std::string postgres_target(const std::string& database) {
    return "postgresql://postgres@/" + database + "?host=" + postgres_folder();
}

PostgresRows run_postgres(const std::string& target, const std::string& sql) {
    const std::unique_ptr<PGconn, void (*)(PGconn*)> db(PQconnectdb(target.c_str()), &PQfinish);
    if (PQstatus(db.get()) != CONNECTION_OK) throw std::runtime_error(PQerrorMessage(db.get()));
    const std::unique_ptr<PGresult, void (*)(PGresult*)> result(PQexec(db.get(), sql.c_str()), &PQclear);
    const ExecStatusType status = PQresultStatus(result.get());
    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) throw std::runtime_error(PQerrorMessage(db.get()));
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

PostgresDatabase::PostgresDatabase() {
    static std::atomic<int> next{1};
    name_ = "edge_" + std::to_string(::getpid()) + "_" + std::to_string(next++);
    run_postgres(postgres_target("postgres"), "CREATE DATABASE " + name_);
}

PostgresDatabase::~PostgresDatabase() {
    try {
        run_postgres(postgres_target("postgres"), "DROP DATABASE " + name_ + " WITH (FORCE)");
    } catch (const std::exception&) {  // the whole server goes soon
        return;
    }
}

}  // namespace edge::test
