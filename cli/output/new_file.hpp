#pragma once

#include <fstream>
#include <ostream>
#include <string>

namespace edge::cli {

/// A new file, so that nothing that exists is lost and nothing half-written stays. Throws a command error if it exists
/// and is not to be overwritten, or cannot be made.
class NewFile {
public:
    NewFile(const std::string& path, bool overwrite);
    NewFile(const NewFile&) = delete;
    NewFile& operator=(const NewFile&) = delete;
    /// Takes away what was not finished.
    ~NewFile();
    [[nodiscard]] std::ostream& stream() { return stream_; }
    /// Throws `io_failure` if the disk did not take all of it.
    void finish();

private:
    std::string path_;
    std::ofstream stream_;
    bool finished_ = false;
};

}  // namespace edge::cli
