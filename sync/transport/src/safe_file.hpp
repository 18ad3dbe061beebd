#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace edge::transport {

/// A file that appears under its name only when it is whole: written beside it under a temporary name, synced, renamed,
/// the folder synced. Removed again unless committed.
class SafeFile {
public:
    /// Throws `read_only`, `disk_full` or `io_failure`, as all of these do.
    explicit SafeFile(std::filesystem::path file);
    ~SafeFile();
    SafeFile(const SafeFile&) = delete;
    SafeFile& operator=(const SafeFile&) = delete;

    void write(std::string_view bytes);
    /// Forces what was written to the disk.
    void sync();
    [[nodiscard]] const std::filesystem::path& temporary() const noexcept { return temporary_; }
    void commit();

private:
    [[noreturn]] void fail(std::string_view verb, int error) const;
    void flush();

    std::filesystem::path file_;
    std::filesystem::path temporary_;
    std::string buffer_;
    int descriptor_ = -1;
    bool committed_ = false;
};

}  // namespace edge::transport
