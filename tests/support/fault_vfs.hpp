#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace edge::test {

/// What SQLite asks of a disk that may go wrong.
enum class DiskFailure { io_error, disk_full };
enum class FailureSpan { once, from_then_on };

/// Something that is about to reach the disk.
struct DiskChange {
    std::int64_t number;    ///< from 1, since the disk was made
    std::string_view path;  ///< empty for a temporary file
    bool is_sync;
};

/// What is below a FaultVfs: a registered SQLite VFS, and how its files are looked at without SQLite.
struct FilesBelow {
    const char* vfs;  ///< null: the system's
    std::function<bool(const std::string& path)> exists;
    std::function<std::string(const std::string& path)> read;
    std::function<void(const std::string& path, const std::string& bytes)> write;
};
[[nodiscard]] FilesBelow system_files();

/// An SQLite VFS over another one. It counts what would change the disk (writes, truncations, syncs, deletions, and
/// the making of files) and lets the n-th fail. While it keeps unsynced writes in memory, it can lose them, or tear
/// them, as a power cut does. Shared memory (`-shm`) is never at fault: SQLite rebuilds it.
class FaultVfs {
public:
    /// Registers itself under a name of its own.
    explicit FaultVfs(FilesBelow files = system_files());
    FaultVfs(const FaultVfs&) = delete;
    FaultVfs& operator=(const FaultVfs&) = delete;
    /// Every file opened through it must be closed.
    ~FaultVfs();

    /// For OpenOptions::vfs and EngineOptions::vfs.
    [[nodiscard]] const std::string& name() const noexcept;

    /// The `nth` change from now, from 1, fails. With disk_full only what needs space does: writes.
    void fail_at(std::int64_t nth, DiskFailure failure, FailureSpan span) noexcept;
    void never_fail() noexcept;
    /// Called before each change, on the thread that asks for it; it may look at files, or end the process.
    void watch(std::function<void(const DiskChange&)> watcher);
    /// Whether a change has failed since fail_at.
    [[nodiscard]] bool has_failed() const noexcept;
    /// Changes asked for since it was made, those that failed included.
    [[nodiscard]] std::int64_t changes() const noexcept;

    /// From now on the disk remembers what each file held when it was last synced.
    void remember_unsynced_writes();
    /// The power goes: each unsynced write is kept, lost, or (its sectors of 512 bytes) partly kept, by `seed`. Call it
    /// when every file is closed or its process would be dead. What is open afterwards fails.
    void cut_power(std::uint64_t seed);

    struct Disk;

private:
    std::unique_ptr<Disk> disk_;
};

}  // namespace edge::test
