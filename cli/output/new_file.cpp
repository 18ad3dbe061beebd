#include "output/new_file.hpp"

#include "program/exit_status.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <optional>
#include <string_view>

namespace edge::cli {
namespace {

constexpr mode_t anyone = 0666;  // what the mask leaves of it

bool begins_like_a_database(const std::string& path) {
    constexpr std::string_view magic = "SQLite format 3";
    std::array<char, magic.size()> start{};
    std::ifstream file(path, std::ios::binary);
    file.read(start.data(), start.size());
    return std::string_view(start.data(), start.size()) == magic;
}

/// A shop, a hub, or what SQLite and this program keep beside one.
bool belongs_to_a_database(const std::string& path) {
    if (begins_like_a_database(path)) return true;
    for (const std::string_view ending : {"-wal", "-shm", "-journal", ".lock"}) {
        if (path.ends_with(ending) && begins_like_a_database(path.substr(0, path.size() - ending.size()))) return true;
    }
    return false;
}

[[noreturn]] void fail_to_make(const std::string& path, int reason) {
    const bool exists = reason == EEXIST;
    throw CommandError(ExitStatus::cannot_create, exists ? "already_exists" : "io_failure",
                       fmt::format("cannot write {}: {}", path, std::strerror(reason)),
                       exists ? "name another file, or add --overwrite" : "check the folder and its permissions");
}

std::optional<mode_t> mode_of(const std::string& path) {
    struct stat found {};
    if (::stat(path.c_str(), &found) != 0) return std::nullopt;
    return found.st_mode;
}

}  // namespace

NewFile::NewFile(const std::string& path, bool overwrite) : path_(path) {
    const std::optional<mode_t> mode = mode_of(path);
    if (!mode) {
        make(path);
    } else if (!overwrite) {
        fail_to_make(path, EEXIST);
    } else if (S_ISREG(*mode)) {
        make_beside(path, *mode);
    } else {
        stream_.open(path, std::ios::binary);  // a device or a pipe, which stays whatever happens
        if (!stream_) fail_to_make(path, errno);
    }
}

NewFile::~NewFile() {
    std::error_code ignored;
    if (!finished_ && !unfinished_.empty()) std::filesystem::remove(unfinished_, ignored);
}

void NewFile::make(const std::string& path) {
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, anyone);
    if (file < 0) fail_to_make(path, errno);
    ::close(file);
    unfinished_ = path;
    stream_.open(path, std::ios::binary);
}

void NewFile::make_beside(const std::string& path, mode_t mode) {
    if (belongs_to_a_database(path)) {
        throw CommandError(ExitStatus::cannot_create, "already_exists",
                           fmt::format("cannot replace {}: it is a database, or belongs to one", path),
                           "name another file");
    }
    std::string name = path + ".XXXXXX";
    const int file = ::mkostemp(name.data(), O_CLOEXEC);
    if (file < 0) fail_to_make(path, errno);
    static_cast<void>(::fchmod(file, mode));
    ::close(file);
    unfinished_ = name;
    stream_.open(name, std::ios::binary);
}

void NewFile::finish() {
    stream_.close();
    if (!stream_) throw Error(ErrorCode::io_failure, fmt::format("cannot write {}: the disk does not take it", path_));
    std::error_code failure;
    if (!unfinished_.empty() && unfinished_ != path_) std::filesystem::rename(unfinished_, path_, failure);
    if (failure) throw Error(ErrorCode::io_failure, fmt::format("cannot replace {}: {}", path_, failure.message()));
    finished_ = true;
}

}  // namespace edge::cli
