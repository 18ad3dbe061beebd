#pragma once

#include <sys/types.h>

#include <fstream>
#include <ostream>
#include <string>

namespace edge::cli {

/// A new file, so that nothing that exists is lost and nothing half-written stays: what is to be overwritten is
/// replaced at the end, and a database never. Throws a command error if the file exists and is not to be overwritten,
/// or cannot be made.
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
    void make(const std::string& path);
    void make_beside(const std::string& path, mode_t mode);

    std::string path_;
    std::string unfinished_;  ///< where it is until it is finished; empty for what is no file
    std::ofstream stream_;
    bool finished_ = false;
};

}  // namespace edge::cli
