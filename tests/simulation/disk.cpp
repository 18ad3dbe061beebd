#include "simulation/disk.hpp"

#include "support/temporary_folder.hpp"

#include "edge/core/error.hpp"

#include <sqlite3.h>

#include <filesystem>
#include <memory>

namespace edge::simulation {
namespace {

struct CloseDatabase {
    void operator()(sqlite3* database) const { sqlite3_close(database); }
};
using Database = std::unique_ptr<sqlite3, CloseDatabase>;

Database open_database(const std::string& path, const char* vfs, int flags) {
    sqlite3* opened = nullptr;
    const int result = sqlite3_open_v2(path.c_str(), &opened, flags, vfs);
    Database database(opened);
    if (result != SQLITE_OK) throw Error(ErrorCode::io_failure, "cannot open " + path);
    return database;
}

void run(sqlite3* database, const std::string& sql) {
    if (sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK) return;
    const int code = sqlite3_errcode(database);
    const std::string what = sql + ": " + sqlite3_errmsg(database);
    if (sqlite3_get_autocommit(database) == 0) sqlite3_exec(database, "ROLLBACK", nullptr, nullptr, nullptr);
    throw Error(code == SQLITE_FULL    ? ErrorCode::disk_full
                : code == SQLITE_IOERR ? ErrorCode::io_failure
                                       : ErrorCode::internal,
                what);
}

}  // namespace

Disk::Disk(std::string path) : path_(std::move(path)) { disk_.remember_unsynced_writes(); }

void Disk::arm(const Fault& fault) {
    const bool full = fault.kind == FaultKind::disk_full;
    const bool transient = fault.kind == FaultKind::io_error;
    if (fault.kind == FaultKind::none) return;
    disk_.fail_at(fault.nth, full ? test::DiskFailure::disk_full : test::DiskFailure::io_error,
                  transient ? test::FailureSpan::once : test::FailureSpan::from_then_on);
}

bool Disk::disarm() {
    disk_.never_fail();
    return disk_.has_failed();
}

void Disk::stop() { disk_.fail_at(1, test::DiskFailure::io_error, test::FailureSpan::from_then_on); }

void Disk::end(bool power, std::uint64_t seed) {
    disk_.never_fail();
    if (power) disk_.cut_power(seed);
}

std::string Disk::image() const {
    const Database database = open_database(path_, nullptr, SQLITE_OPEN_READONLY);
    sqlite3_int64 size = 0;
    unsigned char* bytes = sqlite3_serialize(database.get(), "main", &size, 0);
    if (bytes == nullptr) throw Error(ErrorCode::io_failure, "cannot copy " + path_);
    std::string image(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
    sqlite3_free(bytes);
    return image;
}

void Disk::replace(const std::string& bytes) {
    disk_.cut_power(0);
    for (const char* suffix : {"-wal", "-shm"}) std::filesystem::remove(path_ + suffix);
    test::write_file(path_, bytes);
}

void Disk::by_hand(const std::string& sql) const {
    const Database database = open_database(path_, disk_.name().c_str(), SQLITE_OPEN_READWRITE);
    run(database.get(), "PRAGMA wal_autocheckpoint = 0; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON");
    sqlite3_db_config(database.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    run(database.get(), "BEGIN IMMEDIATE; " + sql + "; COMMIT");
}

}  // namespace edge::simulation
