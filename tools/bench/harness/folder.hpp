#pragma once

#include "support/temporary_folder.hpp"

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

namespace edge::bench {

/// In memory where there is such a place: what is measured there is work, not the disk.
using Folder = test::TemporaryFolder;

/// On a disk, so that durable means what it says.
class DiskFolder {
public:
    DiskFolder() : path_("/var/tmp/edge-bench-XXXXXX") {
        if (mkdtemp(path_.data()) == nullptr) throw std::runtime_error("cannot make a folder in /var/tmp");
    }
    DiskFolder(const DiskFolder&) = delete;
    DiskFolder& operator=(const DiskFolder&) = delete;
    ~DiskFolder() {
        std::error_code left_behind;
        std::filesystem::remove_all(path_, left_behind);
    }
    [[nodiscard]] std::string file(const std::string& name) const { return path_ + "/" + name; }

private:
    std::string path_;
};

}  // namespace edge::bench
