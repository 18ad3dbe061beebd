#include "support/temporary_folder.hpp"

#include "edge/core/error.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace edge::test {
namespace {

/// In memory where there is such a place, since no test's file must outlive the machine. TMPDIR says otherwise.
std::filesystem::path parent_folder() {
    std::filesystem::path memory = "/dev/shm";
    std::error_code failure;
    const std::filesystem::space_info space = std::filesystem::space(memory, failure);
    constexpr std::uintmax_t enough = 1U << 30U;
    if (std::getenv("TMPDIR") == nullptr && !failure && space.available >= enough) return memory;
    return std::filesystem::temp_directory_path();
}

}  // namespace

TemporaryFolder::TemporaryFolder() : path_((parent_folder() / "edge-test-XXXXXX").string()) {
    if (::mkdtemp(path_.data()) == nullptr) throw Error(ErrorCode::io_failure, "cannot make a folder " + path_);
}

TemporaryFolder::~TemporaryFolder() {
    std::error_code ignored;  // what is left behind is in the system's folder for such things
    std::filesystem::remove_all(path_, ignored);
}

std::string read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) throw Error(ErrorCode::io_failure, "cannot read " + path);
    std::string bytes(std::filesystem::file_size(path), '\0');
    file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    bytes.resize(static_cast<std::size_t>(file.gcount()));
    return bytes;
}

void write_file(const std::string& path, const std::string& bytes) {
    std::ofstream file(path, std::ios::binary);
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    if (!file.flush()) throw Error(ErrorCode::io_failure, "cannot write " + path);
}

}  // namespace edge::test
