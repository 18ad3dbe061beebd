#include "simulation/memory_vfs.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
#include <new>
#include <vector>

namespace edge::simulation {
namespace {

/// What SQLite keeps in `-shm`: pages of memory, and locks on eight places of it.
struct Sharing {
    std::vector<std::unique_ptr<std::vector<std::byte>>> pages;
    std::array<int, SQLITE_SHM_NLOCK> readers{};
    std::array<bool, SQLITE_SHM_NLOCK> is_exclusive{};
    int users = 0;
};

struct Inode {
    std::string bytes;
    int shared = 0;  ///< how many hold at least SHARED
    const void* reserved = nullptr;
    const void* pending = nullptr;  ///< waits for EXCLUSIVE or has it
    Sharing sharing;
};

std::map<std::string, std::shared_ptr<Inode>, std::less<>>& inodes() {
    // never destroyed: a world that stands ready closes its files as the program ends
    static auto* const all = new std::map<std::string, std::shared_ptr<Inode>, std::less<>>;
    return *all;
}

std::shared_ptr<Inode> find(const std::string& path) {
    const auto found = inodes().find(path);
    return found == inodes().end() ? nullptr : found->second;
}

struct State {
    std::shared_ptr<Inode> inode;
    int level = SQLITE_LOCK_NONE;
    unsigned read_locks = 0;
    unsigned write_locks = 0;
    bool is_sharing = false;
};
struct File {
    sqlite3_file base;
    State* state;
};

State& state_of(sqlite3_file* file) { return *reinterpret_cast<File*>(file)->state; }
Inode& inode_of(sqlite3_file* file) { return *state_of(file).inode; }

int unlock(sqlite3_file* file, int level) {
    State& self = state_of(file);
    if (self.level <= level) return SQLITE_OK;
    Inode& inode = *self.inode;
    if (inode.reserved == file) inode.reserved = nullptr;
    if (inode.pending == file) inode.pending = nullptr;
    if (level == SQLITE_LOCK_NONE) --inode.shared;
    self.level = level;
    return SQLITE_OK;
}

/// https://www.sqlite.org/lockingv3.html
int lock(sqlite3_file* file, int level) {
    State& self = state_of(file);
    if (self.level >= level) return SQLITE_OK;
    Inode& inode = *self.inode;
    const bool others_pend = inode.pending != nullptr && inode.pending != file;
    if (self.level == SQLITE_LOCK_NONE) {
        if (others_pend) return SQLITE_BUSY;
        ++inode.shared;
        self.level = SQLITE_LOCK_SHARED;
    }
    if (level == SQLITE_LOCK_SHARED) return SQLITE_OK;
    if (others_pend || (inode.reserved != nullptr && inode.reserved != file)) return SQLITE_BUSY;
    if (level == SQLITE_LOCK_RESERVED) {
        inode.reserved = file;
        self.level = SQLITE_LOCK_RESERVED;
        return SQLITE_OK;
    }
    inode.pending = file;
    if (inode.shared > 1) {
        self.level = SQLITE_LOCK_PENDING;
        return SQLITE_BUSY;
    }
    self.level = level;
    return SQLITE_OK;
}

int is_reserved(sqlite3_file* file, int* answer) {
    const Inode& inode = inode_of(file);
    *answer = inode.reserved != nullptr || inode.pending != nullptr ? 1 : 0;
    return SQLITE_OK;
}

int share_map(sqlite3_file* file, int page, int page_size, int extend, void volatile** memory) {
    State& self = state_of(file);
    Sharing& sharing = self.inode->sharing;
    if (!self.is_sharing) ++sharing.users;
    self.is_sharing = true;
    const auto at = static_cast<std::size_t>(page);
    while (sharing.pages.size() <= at && extend != 0)
        sharing.pages.push_back(std::make_unique<std::vector<std::byte>>(static_cast<std::size_t>(page_size)));
    *memory = at < sharing.pages.size() ? sharing.pages[at]->data() : nullptr;
    return SQLITE_OK;
}

int share_lock(sqlite3_file* file, int offset, int count, int flags) {
    State& self = state_of(file);
    Sharing& sharing = self.inode->sharing;
    const auto asked = static_cast<unsigned>(flags);
    const bool unlocks = (asked & static_cast<unsigned>(SQLITE_SHM_UNLOCK)) != 0;
    const bool is_shared = (asked & static_cast<unsigned>(SQLITE_SHM_SHARED)) != 0;
    for (int slot = offset; slot < offset + count && !unlocks; ++slot) {
        const auto at = static_cast<std::size_t>(slot);
        const unsigned bit = 1U << static_cast<unsigned>(slot);
        const int other_readers = sharing.readers.at(at) - ((self.read_locks & bit) != 0 ? 1 : 0);
        const bool other_writer = sharing.is_exclusive.at(at) && (self.write_locks & bit) == 0;
        if (other_writer || (!is_shared && other_readers > 0)) return SQLITE_BUSY;
    }
    for (int slot = offset; slot < offset + count; ++slot) {
        const auto at = static_cast<std::size_t>(slot);
        const unsigned bit = 1U << static_cast<unsigned>(slot);
        unsigned& held = is_shared ? self.read_locks : self.write_locks;
        const bool had = (held & bit) != 0;
        if (had != unlocks) continue;
        held ^= bit;
        if (is_shared) sharing.readers.at(at) += unlocks ? -1 : 1;
        if (!is_shared) sharing.is_exclusive.at(at) = !unlocks;
    }
    return SQLITE_OK;
}

void share_barrier(sqlite3_file* /*file*/) {}

int share_unmap(sqlite3_file* file, int /*remove*/) {
    State& self = state_of(file);
    if (!self.is_sharing) return SQLITE_OK;
    const auto as = [](int kind) { return static_cast<int>(SQLITE_SHM_UNLOCK) | kind; };
    static_cast<void>(share_lock(file, 0, SQLITE_SHM_NLOCK, as(SQLITE_SHM_SHARED)));
    static_cast<void>(share_lock(file, 0, SQLITE_SHM_NLOCK, as(SQLITE_SHM_EXCLUSIVE)));
    self.is_sharing = false;
    if (--self.inode->sharing.users == 0) self.inode->sharing = {};
    return SQLITE_OK;
}

int close_file(sqlite3_file* file) {
    static_cast<void>(share_unmap(file, 0));
    static_cast<void>(unlock(file, SQLITE_LOCK_NONE));
    delete reinterpret_cast<File*>(file)->state;
    return SQLITE_OK;
}

int read_bytes(sqlite3_file* file, void* bytes, int count, sqlite3_int64 offset) {
    const std::string& content = inode_of(file).bytes;
    const auto wanted = static_cast<std::size_t>(count);
    const auto begin = static_cast<std::size_t>(offset);
    const std::size_t there = begin < content.size() ? std::min(wanted, content.size() - begin) : 0;
    if (there > 0) std::memcpy(bytes, content.data() + begin, there);
    if (there == wanted) return SQLITE_OK;
    std::memset(static_cast<char*>(bytes) + there, 0, wanted - there);
    return SQLITE_IOERR_SHORT_READ;
}

int write_bytes(sqlite3_file* file, const void* bytes, int count, sqlite3_int64 offset) {
    std::string& content = inode_of(file).bytes;
    const std::size_t end = static_cast<std::size_t>(offset) + static_cast<std::size_t>(count);
    if (content.size() < end) content.resize(end);
    std::memcpy(content.data() + offset, bytes, static_cast<std::size_t>(count));
    return SQLITE_OK;
}

int truncate_file(sqlite3_file* file, sqlite3_int64 size) {
    inode_of(file).bytes.resize(static_cast<std::size_t>(size));
    return SQLITE_OK;
}

int sync_file(sqlite3_file* /*file*/, int /*flags*/) { return SQLITE_OK; }

int file_size(sqlite3_file* file, sqlite3_int64* size) {
    *size = static_cast<sqlite3_int64>(inode_of(file).bytes.size());
    return SQLITE_OK;
}

int file_control(sqlite3_file* /*file*/, int /*operation*/, void* /*argument*/) { return SQLITE_NOTFOUND; }
int sector_size(sqlite3_file* /*file*/) { return 4096; }
int device_characteristics(sqlite3_file* /*file*/) { return SQLITE_IOCAP_POWERSAFE_OVERWRITE; }

constexpr sqlite3_io_methods methods = {.iVersion = 2,
                                        .xClose = close_file,
                                        .xRead = read_bytes,
                                        .xWrite = write_bytes,
                                        .xTruncate = truncate_file,
                                        .xSync = sync_file,
                                        .xFileSize = file_size,
                                        .xLock = lock,
                                        .xUnlock = unlock,
                                        .xCheckReservedLock = is_reserved,
                                        .xFileControl = file_control,
                                        .xSectorSize = sector_size,
                                        .xDeviceCharacteristics = device_characteristics,
                                        .xShmMap = share_map,
                                        .xShmLock = share_lock,
                                        .xShmBarrier = share_barrier,
                                        .xShmUnmap = share_unmap,
                                        .xFetch = nullptr,
                                        .xUnfetch = nullptr};

int open_file(sqlite3_vfs* /*vfs*/, const char* name, sqlite3_file* file, int flags, int* out_flags) {
    file->pMethods = nullptr;
    std::shared_ptr<Inode> inode = name == nullptr ? std::make_shared<Inode>() : find(name);
    if (!inode && (static_cast<unsigned>(flags) & static_cast<unsigned>(SQLITE_OPEN_CREATE)) == 0)
        return SQLITE_CANTOPEN;
    if (!inode) inode = inodes()[name] = std::make_shared<Inode>();
    reinterpret_cast<File*>(file)->state = new State{.inode = std::move(inode)};
    if (out_flags != nullptr) *out_flags = flags;
    file->pMethods = &methods;
    return SQLITE_OK;
}

int delete_file(sqlite3_vfs* /*vfs*/, const char* name, int /*sync_folder*/) {
    return inodes().erase(name) > 0 ? SQLITE_OK : SQLITE_IOERR_DELETE_NOENT;
}

int is_there(sqlite3_vfs* /*vfs*/, const char* name, int /*flags*/, int* answer) {
    *answer = is_in_memory(name) ? 1 : 0;
    return SQLITE_OK;
}

/// The simulation names every file by its whole path.
int full_name(sqlite3_vfs* /*vfs*/, const char* name, int size, char* full) {
    return sqlite3_snprintf(size, full, "%s", name) == nullptr ? SQLITE_CANTOPEN : SQLITE_OK;
}

}  // namespace

const char* memory_vfs() {
    static constexpr const char* name = "edge-memory";
    static sqlite3_vfs vfs{};
    static const bool is_registered = [] {
        vfs = *sqlite3_vfs_find(nullptr);
        vfs.pNext = nullptr;
        vfs.zName = name;
        vfs.szOsFile = static_cast<int>(sizeof(File));
        vfs.xOpen = open_file;
        vfs.xDelete = delete_file;
        vfs.xAccess = is_there;
        vfs.xFullPathname = full_name;
        return sqlite3_vfs_register(&vfs, 0) == SQLITE_OK;
    }();
    return is_registered ? name : nullptr;
}

std::string read_memory(const std::string& path) {
    const std::shared_ptr<Inode> inode = find(path);
    return inode ? inode->bytes : std::string();
}

bool is_in_memory(const std::string& path) { return find(path) != nullptr; }

void write_memory(const std::string& path, const std::string& bytes) {
    std::shared_ptr<Inode>& inode = inodes()[path];
    if (!inode) inode = std::make_shared<Inode>();
    inode->bytes = bytes;
    forget_sharing(path);
}

void forget_sharing(const std::string& path) {
    const std::shared_ptr<Inode> inode = find(path);
    if (!inode) return;
    for (const auto& page : inode->sharing.pages) std::fill(page->begin(), page->end(), std::byte{0});
}

void remove_memory(const std::string& path) { inodes().erase(path); }

}  // namespace edge::simulation
