#include "edge/storage/writer_lock.hpp"

#include "lock_words.hpp"

#include "edge/core/error.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/futex.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <limits>
#include <thread>

namespace edge::storage {
namespace {

/// Bytes of the lock file that are locked: the first by who writes, the second by all who wait for their turn.
constexpr off_t writing_byte = 0;
constexpr off_t waiting_byte = 1;
/// A process that dies wakes nobody.
constexpr std::chrono::milliseconds look_again{5};

struct flock lock_of(off_t byte, short type) {
    struct flock lock {};
    lock.l_type = type;
    lock.l_whence = SEEK_SET;
    lock.l_start = byte;
    lock.l_len = 1;
    return lock;
}

bool set_lock(int file, off_t byte, short type) {
    struct flock lock = lock_of(byte, type);
    return ::fcntl(file, F_OFD_SETLK, &lock) == 0;
}

/// The file in memory; its place on the disk is taken first, since writing where none is would be fatal.
LockWords* map_words(int file) {
    struct stat status {};
    if (::fstat(file, &status) != 0) return nullptr;
    if (status.st_size < static_cast<off_t>(sizeof(LockWords)) && ::posix_fallocate(file, 0, sizeof(LockWords)) != 0)
        return nullptr;
    void* const memory = ::mmap(nullptr, sizeof(LockWords), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    return memory == MAP_FAILED ? nullptr : static_cast<LockWords*>(memory);
}

/// One lock for one file, by whatever link it was opened.
std::string lock_path(const std::string& database_path) {
    std::error_code failure;
    const std::filesystem::path real = std::filesystem::canonical(database_path, failure);
    return (failure ? database_path : real.string()) + ".lock";
}

}  // namespace

void wait_for_release(LockWords& words, std::uint32_t releases, std::chrono::nanoseconds at_most) noexcept {
    const timespec time{.tv_sec = at_most.count() / 1'000'000'000, .tv_nsec = at_most.count() % 1'000'000'000};
    ::syscall(SYS_futex, &words.releases, FUTEX_WAIT, releases, &time, nullptr, 0);
}

/// Says to those who let others go first that somebody waits.
class WriterLock::WaitingMark {
public:
    WaitingMark(int file, Turn turn) : file_(file), set_(turn == Turn::next) {
        if (set_) set_lock(file_, waiting_byte, F_RDLCK);
    }
    WaitingMark(const WaitingMark&) = delete;
    WaitingMark& operator=(const WaitingMark&) = delete;
    ~WaitingMark() {
        if (set_) set_lock(file_, waiting_byte, F_UNLCK);
    }

private:
    int file_;
    bool set_;
};

WriterLock::WriterLock(const std::string& database_path)
    : path_(lock_path(database_path)), file_(::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666)) {
    if (file_ < 0) {
        const int reason = errno;
        const bool refused = reason == EACCES || reason == EROFS || reason == EPERM;
        const ErrorCode code = refused            ? ErrorCode::read_only
                               : reason == ENOSPC ? ErrorCode::disk_full
                                                  : ErrorCode::io_failure;
        throw Error(code, fmt::format("cannot open the lock file {}: {}", path_, std::strerror(reason)));
    }
    words_ = map_words(file_);
}

WriterLock::~WriterLock() {
    if (words_ != nullptr) ::munmap(words_, sizeof(*words_));
    ::close(file_);
}

bool WriterLock::try_acquire() {
    if (set_lock(file_, writing_byte, F_WRLCK)) return true;
    if (errno == EAGAIN || errno == EACCES) return false;
    throw Error(ErrorCode::io_failure, fmt::format("cannot lock {}: {}", path_, std::strerror(errno)));
}

bool WriterLock::is_awaited() const noexcept {
    struct flock lock = lock_of(waiting_byte, F_WRLCK);
    return ::fcntl(file_, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

void WriterLock::acquire(std::chrono::milliseconds timeout, Turn turn) {
    const Clock::time_point begin = Clock::now();
    const Clock::time_point deadline = begin + timeout;
    const auto is_my_turn = [&] { return turn == Turn::next || Clock::now() - begin >= timeout / 2 || !is_awaited(); };
    if (is_my_turn() && try_acquire()) return;
    const WaitingMark mark(file_, turn);
    do {
        const std::uint32_t releases = words_ == nullptr ? 0 : words_->releases.load();
        if (is_my_turn() && try_acquire()) return;
        wait_for_release(releases, std::min(deadline, Clock::now() + look_again));
    } while (Clock::now() < deadline);
    throw Error(ErrorCode::busy,
                fmt::format("cannot write: another process has held {} for {} ms", path_, timeout.count()), {},
                "try again, or stop the other program");
}

/// Returns at once if there was a release since the count was read.
void WriterLock::wait_for_release(std::uint32_t releases, Clock::time_point until) const noexcept {
    const auto left = std::chrono::duration_cast<std::chrono::nanoseconds>(until - Clock::now());
    if (left.count() <= 0) return;
    if (words_ == nullptr) {
        std::this_thread::sleep_for(std::min<std::chrono::nanoseconds>(left, std::chrono::microseconds(200)));
        return;
    }
    storage::wait_for_release(*words_, releases, left);
}

void WriterLock::release() noexcept {
    set_lock(file_, writing_byte, F_UNLCK);
    if (words_ == nullptr) return;
    ++words_->releases;
    ::syscall(SYS_futex, &words_->releases, FUTEX_WAKE, std::numeric_limits<int>::max(), nullptr, nullptr, 0);
}

}  // namespace edge::storage
