#include "support/fault_vfs.hpp"

#include "support/temporary_folder.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <filesystem>
#include <map>
#include <mutex>
#include <new>
#include <random>
#include <vector>

namespace edge::test {
namespace {

constexpr std::size_t sector = 512;

/// A change that the disk has taken but not yet made durable.
struct UnsyncedChange {
    bool is_truncation;
    std::size_t offset;  // or the new length
    std::string bytes;
};

void apply(const UnsyncedChange& change, std::string& content) {
    if (change.is_truncation) {
        content.resize(change.offset);
        return;
    }
    content.resize(std::max(content.size(), change.offset + change.bytes.size()));
    content.replace(change.offset, change.bytes.size(), change.bytes);
}

/// Only some of the sectors that the write touches.
void apply_torn(const UnsyncedChange& change, std::string& content, std::mt19937_64& random) {
    for (std::size_t begin = 0; begin < change.bytes.size();) {
        const std::size_t end =
            std::min(change.bytes.size(), (((change.offset + begin) / sector) + 1) * sector - change.offset);
        if (random() % 2 == 0)
            apply({.is_truncation = false,
                   .offset = change.offset + begin,
                   .bytes = change.bytes.substr(begin, end - begin)},
                  content);
        begin = end;
    }
}

struct RememberedFile {
    std::string durable;
    std::vector<UnsyncedChange> unsynced;
};

}  // namespace

struct FaultVfs::Disk {
    std::string name;
    sqlite3_vfs vfs{};
    sqlite3_vfs* below = nullptr;
    FilesBelow files_below;

    std::mutex mutex;
    std::int64_t changes = 0;
    std::int64_t until_failure = 0;  // 0: none is due
    DiskFailure failure = DiskFailure::io_error;
    FailureSpan span = FailureSpan::once;
    bool failed = false;
    std::function<void(const DiskChange&)> watcher;
    bool is_remembering = false;
    int power_cuts = 0;
    std::map<std::string, RememberedFile> files;

    /// The code with which a change fails, or SQLITE_OK.
    int ask(std::string_view path, bool needs_space, int io_error_code) {
        if (watcher) watcher({.number = changes + 1, .path = path, .is_sync = io_error_code == SQLITE_IOERR_FSYNC});
        const std::lock_guard guard(mutex);
        ++changes;
        if (until_failure == 0 || (failure == DiskFailure::disk_full && !needs_space)) return SQLITE_OK;
        if (--until_failure > 0) return SQLITE_OK;
        failed = true;
        if (span == FailureSpan::from_then_on) until_failure = 1;
        return failure == DiskFailure::disk_full ? SQLITE_FULL : io_error_code;
    }
    void note(const std::string& path, UnsyncedChange change) {
        const std::lock_guard guard(mutex);
        if (!is_remembering || path.empty()) return;
        files.at(path).unsynced.push_back(std::move(change));
    }
    void note_sync(const std::string& path) {
        const std::lock_guard guard(mutex);
        if (!is_remembering || path.empty()) return;
        RememberedFile& file = files.at(path);
        for (const UnsyncedChange& change : file.unsynced) apply(change, file.durable);
        file.unsynced.clear();
    }
    void note_open(const std::string& path) {
        const std::lock_guard guard(mutex);
        if (is_remembering && !path.empty() && files.count(path) == 0) files[path].durable = files_below.read(path);
    }
};

namespace {

struct FaultFile {
    sqlite3_file base;
    FaultVfs::Disk* disk;
    sqlite3_file* real;
    std::string* path;  // empty for a temporary file
    int opened_at;      // number of power cuts before it was opened
};

FaultFile& fault_file(sqlite3_file* file) { return *reinterpret_cast<FaultFile*>(file); }
sqlite3_file* real_file(sqlite3_file* file) { return fault_file(file).real; }
bool is_dead(const FaultFile& file) { return file.opened_at != file.disk->power_cuts; }

int close_file(sqlite3_file* file) {
    FaultFile& self = fault_file(file);
    const int result = self.real->pMethods->xClose(self.real);
    delete self.path;
    return result;
}

int read_bytes(sqlite3_file* file, void* bytes, int count, sqlite3_int64 offset) {
    if (is_dead(fault_file(file))) return SQLITE_IOERR_READ;
    return real_file(file)->pMethods->xRead(real_file(file), bytes, count, offset);
}

int write_bytes(sqlite3_file* file, const void* bytes, int count, sqlite3_int64 offset) {
    FaultFile& self = fault_file(file);
    if (is_dead(self)) return SQLITE_IOERR_WRITE;
    if (const int failure = self.disk->ask(*self.path, true, SQLITE_IOERR_WRITE); failure != SQLITE_OK) return failure;
    const int result = self.real->pMethods->xWrite(self.real, bytes, count, offset);
    if (result == SQLITE_OK) {
        self.disk->note(*self.path,
                        {.is_truncation = false,
                         .offset = static_cast<std::size_t>(offset),
                         .bytes = std::string(static_cast<const char*>(bytes), static_cast<std::size_t>(count))});
    }
    return result;
}

int truncate_file(sqlite3_file* file, sqlite3_int64 size) {
    FaultFile& self = fault_file(file);
    if (is_dead(self)) return SQLITE_IOERR_TRUNCATE;
    if (const int failure = self.disk->ask(*self.path, false, SQLITE_IOERR_TRUNCATE); failure != SQLITE_OK)
        return failure;
    const int result = self.real->pMethods->xTruncate(self.real, size);
    if (result == SQLITE_OK)
        self.disk->note(*self.path, {.is_truncation = true, .offset = static_cast<std::size_t>(size), .bytes = {}});
    return result;
}

/// Only counted and remembered: no test needs its file to outlive the machine.
int sync_file(sqlite3_file* file, int /*flags*/) {
    FaultFile& self = fault_file(file);
    if (is_dead(self)) return SQLITE_IOERR_FSYNC;
    if (const int failure = self.disk->ask(*self.path, false, SQLITE_IOERR_FSYNC); failure != SQLITE_OK) return failure;
    self.disk->note_sync(*self.path);
    return SQLITE_OK;
}

int file_size(sqlite3_file* file, sqlite3_int64* size) {
    return real_file(file)->pMethods->xFileSize(real_file(file), size);
}
int lock_file(sqlite3_file* file, int level) { return real_file(file)->pMethods->xLock(real_file(file), level); }
int unlock_file(sqlite3_file* file, int level) { return real_file(file)->pMethods->xUnlock(real_file(file), level); }
int check_reserved_lock(sqlite3_file* file, int* is_locked) {
    return real_file(file)->pMethods->xCheckReservedLock(real_file(file), is_locked);
}
int file_control(sqlite3_file* file, int operation, void* argument) {
    return real_file(file)->pMethods->xFileControl(real_file(file), operation, argument);
}
int sector_size(sqlite3_file* file) { return real_file(file)->pMethods->xSectorSize(real_file(file)); }
int device_characteristics(sqlite3_file* file) {
    return real_file(file)->pMethods->xDeviceCharacteristics(real_file(file));
}
int shm_map(sqlite3_file* file, int page, int page_size, int extend, void volatile** memory) {
    return real_file(file)->pMethods->xShmMap(real_file(file), page, page_size, extend, memory);
}
int shm_lock(sqlite3_file* file, int offset, int count, int flags) {
    return real_file(file)->pMethods->xShmLock(real_file(file), offset, count, flags);
}
void shm_barrier(sqlite3_file* file) { real_file(file)->pMethods->xShmBarrier(real_file(file)); }
int shm_unmap(sqlite3_file* file, int remove) { return real_file(file)->pMethods->xShmUnmap(real_file(file), remove); }

/// Version 2: no memory-mapped reads, so that every access comes by here.
constexpr sqlite3_io_methods methods = {.iVersion = 2,
                                        .xClose = close_file,
                                        .xRead = read_bytes,
                                        .xWrite = write_bytes,
                                        .xTruncate = truncate_file,
                                        .xSync = sync_file,
                                        .xFileSize = file_size,
                                        .xLock = lock_file,
                                        .xUnlock = unlock_file,
                                        .xCheckReservedLock = check_reserved_lock,
                                        .xFileControl = file_control,
                                        .xSectorSize = sector_size,
                                        .xDeviceCharacteristics = device_characteristics,
                                        .xShmMap = shm_map,
                                        .xShmLock = shm_lock,
                                        .xShmBarrier = shm_barrier,
                                        .xShmUnmap = shm_unmap,
                                        .xFetch = nullptr,
                                        .xUnfetch = nullptr};

FaultVfs::Disk& disk_of(sqlite3_vfs* vfs) { return *static_cast<FaultVfs::Disk*>(vfs->pAppData); }

int open_file(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out_flags) {
    FaultVfs::Disk& disk = disk_of(vfs);
    file->pMethods = nullptr;
    const bool makes_it = (static_cast<unsigned>(flags) & static_cast<unsigned>(SQLITE_OPEN_CREATE)) != 0 &&
                          (name == nullptr || !disk.files_below.exists(name));
    if (makes_it) {
        if (const int failure = disk.ask(name == nullptr ? "" : name, false, SQLITE_CANTOPEN); failure != SQLITE_OK)
            return failure;
    }
    FaultFile& self = fault_file(file);
    self.disk = &disk;
    self.real = reinterpret_cast<sqlite3_file*>(reinterpret_cast<char*>(file) + sizeof(FaultFile));
    const int result = disk.below->xOpen(disk.below, name, self.real, flags, out_flags);
    if (result != SQLITE_OK) return result;
    self.path = new std::string(name == nullptr ? "" : name);
    self.opened_at = disk.power_cuts;
    disk.note_open(*self.path);
    file->pMethods = &methods;
    return SQLITE_OK;
}

int delete_file(sqlite3_vfs* vfs, const char* name, int sync_folder) {
    FaultVfs::Disk& disk = disk_of(vfs);
    if (const int failure = disk.ask(name, false, SQLITE_IOERR_DELETE); failure != SQLITE_OK) return failure;
    const std::lock_guard guard(disk.mutex);
    disk.files.erase(name);
    return disk.below->xDelete(disk.below, name, sync_folder);
}

std::string next_name() {
    static std::atomic<int> made = 0;
    return "edge-fault-" + std::to_string(++made);
}

}  // namespace

FilesBelow system_files() {
    return {.vfs = nullptr,
            .exists = [](const std::string& path) { return std::filesystem::exists(path); },
            .read = read_file,
            .write = write_file};
}

FaultVfs::FaultVfs(FilesBelow files) : disk_(std::make_unique<Disk>()) {
    disk_->name = next_name();
    disk_->below = sqlite3_vfs_find(files.vfs);
    disk_->files_below = std::move(files);
    disk_->vfs = *disk_->below;
    disk_->vfs.pNext = nullptr;
    disk_->vfs.zName = disk_->name.c_str();
    disk_->vfs.pAppData = disk_.get();
    disk_->vfs.szOsFile = static_cast<int>(sizeof(FaultFile)) + disk_->below->szOsFile;
    disk_->vfs.xOpen = open_file;
    disk_->vfs.xDelete = delete_file;
    sqlite3_vfs_register(&disk_->vfs, 0);
}

FaultVfs::~FaultVfs() { sqlite3_vfs_unregister(&disk_->vfs); }

const std::string& FaultVfs::name() const noexcept { return disk_->name; }

void FaultVfs::fail_at(std::int64_t nth, DiskFailure failure, FailureSpan span) noexcept {
    const std::lock_guard guard(disk_->mutex);
    disk_->until_failure = nth;
    disk_->failure = failure;
    disk_->span = span;
    disk_->failed = false;
}

void FaultVfs::never_fail() noexcept {
    const std::lock_guard guard(disk_->mutex);
    disk_->until_failure = 0;
}

void FaultVfs::watch(std::function<void(const DiskChange&)> watcher) { disk_->watcher = std::move(watcher); }

bool FaultVfs::has_failed() const noexcept {
    const std::lock_guard guard(disk_->mutex);
    return disk_->failed;
}

std::int64_t FaultVfs::changes() const noexcept {
    const std::lock_guard guard(disk_->mutex);
    return disk_->changes;
}

void FaultVfs::remember_unsynced_writes() {
    const std::lock_guard guard(disk_->mutex);
    disk_->is_remembering = true;
}

void FaultVfs::cut_power(std::uint64_t seed) {
    const std::lock_guard guard(disk_->mutex);
    std::mt19937_64 random(seed);
    ++disk_->power_cuts;
    for (auto& [path, file] : disk_->files) {
        for (const UnsyncedChange& change : file.unsynced) {
            const std::uint64_t fate = random() % 3;
            if (fate == 0) apply(change, file.durable);
            if (fate == 1 && !change.is_truncation) apply_torn(change, file.durable, random);
        }
        file.unsynced.clear();
        disk_->files_below.write(path, file.durable);
    }
    disk_->files.clear();
}

}  // namespace edge::test
