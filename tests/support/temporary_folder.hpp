#pragma once

#include <string>

namespace edge::test {

/// An empty folder that goes, with what is in it, when this does.
class TemporaryFolder {
public:
    TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    ~TemporaryFolder();

    [[nodiscard]] const std::string& path() const noexcept { return path_; }
    /// The path of a file in it, which need not exist.
    [[nodiscard]] std::string file(const std::string& name) const { return path_ + "/" + name; }

private:
    std::string path_;
};

/// The bytes of a file. Throws `io_failure` if it cannot be read.
[[nodiscard]] std::string read_file(const std::string& path);
/// Throws `io_failure` if it cannot be written.
void write_file(const std::string& path, const std::string& bytes);

}  // namespace edge::test
