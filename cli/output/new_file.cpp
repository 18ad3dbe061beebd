#include "output/new_file.hpp"

#include "program/exit_status.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace edge::cli {

NewFile::NewFile(const std::string& path, bool overwrite) : path_(path) {
    const int flags = O_WRONLY | O_CREAT | O_CLOEXEC | (overwrite ? O_TRUNC : O_EXCL);
    const int file = ::open(path.c_str(), flags, 0666);
    if (file < 0) {
        const bool exists = errno == EEXIST;
        throw CommandError(ExitStatus::cannot_create, "already_exists",
                           fmt::format("cannot write {}: {}", path, std::strerror(errno)),
                           exists ? "name another file, or add --overwrite" : "check the folder and its permissions");
    }
    ::close(file);
    stream_.open(path, std::ios::binary);
}

NewFile::~NewFile() {
    std::error_code ignored;
    if (!finished_) std::filesystem::remove(path_, ignored);
}

void NewFile::finish() {
    stream_.close();
    if (!stream_) throw Error(ErrorCode::io_failure, fmt::format("cannot write {}: the disk does not take it", path_));
    finished_ = true;
}

}  // namespace edge::cli
