#include "edge/storage/writer_lock.hpp"

#include "edge/core/error.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <thread>

namespace edge::storage {
namespace {

bool set_lock(int file, short type) {
    struct flock lock {};
    lock.l_type = type;
    lock.l_whence = SEEK_SET;
    return ::fcntl(file, F_OFD_SETLK, &lock) == 0;
}

/// One lock for one file, by whatever link it was opened.
std::string lock_path(const std::string& database_path) {
    std::error_code failure;
    const std::filesystem::path real = std::filesystem::canonical(database_path, failure);
    return (failure ? database_path : real.string()) + ".lock";
}

}  // namespace

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
}

WriterLock::~WriterLock() { ::close(file_); }

bool WriterLock::try_acquire() {
    if (set_lock(file_, F_WRLCK)) return true;
    if (errno == EAGAIN || errno == EACCES) return false;
    throw Error(ErrorCode::io_failure, fmt::format("cannot lock {}: {}", path_, std::strerror(errno)));
}

void WriterLock::acquire(std::chrono::milliseconds timeout) {
    if (try_acquire()) return;
    const auto deadline = std::chrono::steady_clock::now() + timeout;
    std::chrono::microseconds pause{100};
    while (std::chrono::steady_clock::now() < deadline) {
        std::this_thread::sleep_for(pause);
        if (try_acquire()) return;
        pause = std::min(pause * 2, std::chrono::microseconds(5000));
    }
    throw Error(ErrorCode::busy,
                fmt::format("cannot write: another process has held {} for {} ms", path_, timeout.count()), {},
                "try again, or stop the other program");
}

void WriterLock::release() noexcept { set_lock(file_, F_UNLCK); }

}  // namespace edge::storage
