#include "safe_file.hpp"

#include "edge/core/error.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <system_error>
#include <utility>

namespace edge::transport {
namespace {

constexpr std::size_t buffer_bytes = 256U << 10U;
constexpr mode_t readable_by_owner_and_group = 0640;

ErrorCode code_of(int error) {
    if (error == ENOSPC || error == EDQUOT) return ErrorCode::disk_full;
    if (error == EACCES || error == EROFS || error == EPERM) return ErrorCode::read_only;
    return ErrorCode::io_failure;
}

std::filesystem::path folder_of(const std::filesystem::path& file) {
    return file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
}

}  // namespace

SafeFile::SafeFile(std::filesystem::path file) : file_(std::move(file)) {
    std::string name = file_.string() + ".XXXXXX";
    descriptor_ = ::mkostemp(name.data(), O_CLOEXEC);
    if (descriptor_ < 0) fail("create", errno);
    temporary_ = name;
    static_cast<void>(::fchmod(descriptor_, readable_by_owner_and_group));
}

SafeFile::~SafeFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
    if (!committed_ && !temporary_.empty()) ::unlink(temporary_.c_str());
}

void SafeFile::write(std::string_view bytes) {
    buffer_ += bytes;
    if (buffer_.size() >= buffer_bytes) flush();
}

void SafeFile::flush() {
    std::string_view rest = buffer_;
    while (!rest.empty()) {
        const ssize_t written = ::write(descriptor_, rest.data(), rest.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) fail("write", errno);
        rest.remove_prefix(static_cast<std::size_t>(written));
    }
    buffer_.clear();
}

void SafeFile::sync() {
    flush();
    if (::fsync(descriptor_) != 0) fail("write", errno);
}

void SafeFile::commit() {
    if (::rename(temporary_.c_str(), file_.c_str()) != 0) fail("rename", errno);
    committed_ = true;
    const int folder = ::open(folder_of(file_).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) fail("sync the folder of", errno);
    // file systems of USB sticks may not know how to sync a folder; the file itself is on the disk
    const int error = ::fsync(folder) == 0 ? 0 : errno;
    ::close(folder);
    if (error != 0 && error != EINVAL) fail("sync the folder of", error);
}

void SafeFile::fail(std::string_view verb, int error) const {
    throw Error(code_of(error),
                "cannot " + std::string(verb) + " " + file_.string() + ": " + std::generic_category().message(error));
}

}  // namespace edge::transport
