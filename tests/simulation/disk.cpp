#include "simulation/disk.hpp"

#include "simulation/memory_vfs.hpp"
#include "support/temporary_folder.hpp"

#include "edge/core/error.hpp"

#include <sqlite3.h>

#include <filesystem>
#include <memory>

namespace edge::simulation {
namespace {

void run(sqlite3* database, const std::string& sql) {
    if (sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK) return;
    const int code = sqlite3_errcode(database);
    const std::string what = sql + ": " + sqlite3_errmsg(database);
    if (sqlite3_get_autocommit(database) == 0) sqlite3_exec(database, "ROLLBACK", nullptr, nullptr, nullptr);
    // what a statement may have to undo goes into a file of its own, which a dead disk does not open
    const bool has_failed = code == SQLITE_IOERR || code == SQLITE_CANTOPEN;
    throw Error(code == SQLITE_FULL ? ErrorCode::disk_full
                : has_failed        ? ErrorCode::io_failure
                                    : ErrorCode::internal,
                what);
}

std::string log_of(const std::string& path) { return path + "-wal"; }

test::FilesBelow memory_files() {
    return {.vfs = memory_vfs(), .exists = is_in_memory, .read = read_memory, .write = write_memory};
}

}  // namespace

Disk::Disk(std::string path) : path_(std::move(path)), disk_(memory_files()) { disk_.remember_unsynced_writes(); }

Disk::~Disk() {
    shell_.reset();
    remove_memory(path_);
    remove_memory(log_of(path_));
}

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
    shell_.reset();
    disk_.never_fail();
    if (power) disk_.cut_power(seed);
    forget_sharing(path_);
}

Image Disk::image() const { return {.database = read_memory(path_), .log = read_memory(log_of(path_))}; }

void Disk::replace(const Image& image) {
    shell_.reset();
    disk_.cut_power(0);
    if (!std::filesystem::exists(path_)) test::write_file(path_, image.database);
    write_memory(log_of(path_), image.log);
    write_memory(path_, image.database);
}

void Disk::Close::operator()(sqlite3* database) const { sqlite3_close(database); }

void Disk::by_hand(const std::string& sql) {
    if (!shell_) {
        sqlite3* opened = nullptr;
        const int result = sqlite3_open_v2(path_.c_str(), &opened, SQLITE_OPEN_READWRITE, disk_.name().c_str());
        shell_.reset(opened);
        if (result != SQLITE_OK) {
            shell_.reset();
            throw Error(ErrorCode::io_failure, "cannot open " + path_);
        }
        sqlite3_db_config(shell_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
        run(shell_.get(), "PRAGMA wal_autocheckpoint = 0; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON");
    }
    run(shell_.get(), "BEGIN IMMEDIATE; " + sql + "; COMMIT");
}

}  // namespace edge::simulation
