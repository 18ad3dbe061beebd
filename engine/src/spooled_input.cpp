#include "spooled_input.hpp"

#include "edge/core/error.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace edge {
namespace {

constexpr std::size_t chunk = 65536;

bool is_standard_input(const std::string& path) { return path == "-"; }

std::string name_of_input(const std::string& path) { return is_standard_input(path) ? "standard input" : path; }

ErrorCode code_of(int reason) {
    if (reason == ENOSPC || reason == EDQUOT || reason == EFBIG) return ErrorCode::disk_full;
    if (reason == EACCES || reason == EROFS || reason == EPERM) return ErrorCode::read_only;
    return ErrorCode::io_failure;
}

[[noreturn]] void fail_to_keep(const std::string& path, const std::string& folder, int reason) {
    const ErrorCode code = code_of(reason);
    throw Error(code,
                fmt::format("cannot read {}: it cannot be kept in {} until its end: {}", name_of_input(path), folder,
                            std::strerror(reason)),
                {{"file", path}},
                code == ErrorCode::disk_full ? "free some space on the disk; nothing was changed" : "");
}

[[noreturn]] void fail_to_read(const std::string& path, int reason) {
    throw Error(ErrorCode::io_failure, fmt::format("cannot read {}: {}", name_of_input(path), std::strerror(reason)),
                {{"file", path}});
}

/// A file that is gone when it is closed, even by a kill. Not every file system makes one without a name.
int open_nameless(const std::string& path, const std::string& folder) {
    const int made = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (made >= 0) return made;
    std::string name = folder + "/.edge-import-XXXXXX";
    const int file = ::mkostemp(name.data(), O_CLOEXEC);
    if (file < 0) fail_to_keep(path, folder, errno);
    static_cast<void>(::unlink(name.c_str()));
    return file;
}

}  // namespace

OpenFile::~OpenFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

bool SpooledInput::may_wait(const std::string& path) {
    struct stat kind {};
    if (is_standard_input(path)) return true;
    return ::stat(path.c_str(), &kind) == 0 && !S_ISREG(kind.st_mode) && !S_ISDIR(kind.st_mode);
}

SpooledInput::SpooledInput(const std::string& path, const std::string& folder,
                           const std::function<void(std::uint64_t)>& came)
    : file_(open_nameless(path, folder)), folder_(folder) {
    if (is_standard_input(path)) {
        take(path, STDIN_FILENO, came);
        return;
    }
    // without O_NONBLOCK opening a pipe that nobody writes yet would wait, and could not be stopped
    const OpenFile input(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    if (input.descriptor() < 0) fail_to_read(path, errno);
    take(path, input.descriptor(), came);
}

void SpooledInput::take(const std::string& path, int input, const std::function<void(std::uint64_t)>& came) {
    constexpr int glance_ms = 100;
    std::array<char, chunk> bytes;
    for (;;) {
        pollfd waiting{.fd = input, .events = POLLIN, .revents = 0};
        if (::poll(&waiting, 1, glance_ms) > 0) {
            const ssize_t count = ::read(input, bytes.data(), bytes.size());
            if (count == 0) return;
            if (count > 0) keep(path, bytes.data(), static_cast<std::size_t>(count));
            if (count < 0 && errno != EINTR && errno != EAGAIN) fail_to_read(path, errno);
        }
        came(size_);
    }
}

void SpooledInput::keep(const std::string& path, const char* bytes, std::size_t count) {
    while (count > 0) {
        const ssize_t written = ::write(file_.descriptor(), bytes, count);
        if (written < 0 && errno != EINTR) fail_to_keep(path, folder_, errno);
        if (written <= 0) continue;
        bytes += written;
        count -= static_cast<std::size_t>(written);
        size_ += static_cast<std::uint64_t>(written);
    }
}

tabular::ByteSource SpooledInput::bytes() const {
    return [this, offset = off_t{0}](char* buffer, std::size_t capacity) mutable {
        const ssize_t count = ::pread(file_.descriptor(), buffer, capacity, offset);
        if (count < 0)
            throw Error(ErrorCode::io_failure, fmt::format("cannot read the rows: {}", std::strerror(errno)));
        offset += count;
        return static_cast<std::size_t>(count);
    };
}

}  // namespace edge
