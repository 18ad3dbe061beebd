#pragma once

#include <chrono>
#include <string>

namespace edge::storage {

/// The engine-wide writer lock: an advisory lock on the file `<database>.lock`. Whoever commits or checkpoints holds
/// it, so that no checkpoint ever runs beside another process's commit (the WAL-reset fault of SQLite before 3.51.3).
/// It belongs to the open file, so two connections of one process exclude each other too, and the system lets go of
/// it when a process dies.
class WriterLock {
public:
    explicit WriterLock(const std::string& database_path);
    WriterLock(const WriterLock&) = delete;
    WriterLock& operator=(const WriterLock&) = delete;
    ~WriterLock();

    /// Throws `busy` when another holds it for that long.
    void acquire(std::chrono::milliseconds timeout);
    [[nodiscard]] bool try_acquire();
    void release() noexcept;

private:
    std::string path_;
    int file_;
};

}  // namespace edge::storage
