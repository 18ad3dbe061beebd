#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace edge::storage {

struct LockWords;

/// Who is let in first.
enum class Turn {
    next,          ///< whoever waits at a counter
    after_others,  ///< work that can wait until nobody else does; not for longer than half its time
};

/// The engine-wide writer lock: an advisory lock on the file `<database>.lock`. Whoever commits or checkpoints holds
/// it, so that no checkpoint ever runs beside another process's commit (the WAL-reset fault of SQLite before 3.51.3).
/// It belongs to the open file, so two connections of one process exclude each other too, and the system lets go of
/// it when a process dies. Whoever waits is woken by the release, of another process too.
class WriterLock {
public:
    explicit WriterLock(const std::string& database_path);
    WriterLock(const WriterLock&) = delete;
    WriterLock& operator=(const WriterLock&) = delete;
    ~WriterLock();

    /// Throws `busy` when another holds it for that long.
    void acquire(std::chrono::milliseconds timeout, Turn turn = Turn::next);
    [[nodiscard]] bool try_acquire();
    void release() noexcept;
    /// Whether somebody waits whose turn is next.
    [[nodiscard]] bool is_awaited() const noexcept;
    /// What the lock file holds, shared by all who have it open; null where it cannot be mapped.
    [[nodiscard]] LockWords* words() const noexcept { return words_; }

private:
    class WaitingMark;
    using Clock = std::chrono::steady_clock;
    void wait_for_release(std::uint32_t releases, Clock::time_point until) const noexcept;

    std::string path_;
    int file_;
    LockWords* words_ = nullptr;
};

}  // namespace edge::storage
