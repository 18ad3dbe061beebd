#include "support/temporary_folder.hpp"

#include "edge/core/error.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace edge::test {

TemporaryFolder::TemporaryFolder() : path_((std::filesystem::temp_directory_path() / "edge-test-XXXXXX").string()) {
    if (::mkdtemp(path_.data()) == nullptr) throw Error(ErrorCode::io_failure, "cannot make a folder " + path_);
}

TemporaryFolder::~TemporaryFolder() {
    std::error_code ignored;  // what is left behind is in the system's folder for such things
    std::filesystem::remove_all(path_, ignored);
}

std::string read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) throw Error(ErrorCode::io_failure, "cannot read " + path);
    return {std::istreambuf_iterator<char>(file), {}};
}

void write_file(const std::string& path, const std::string& bytes) {
    std::ofstream file(path, std::ios::binary);
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    if (!file.flush()) throw Error(ErrorCode::io_failure, "cannot write " + path);
}

}  // namespace edge::test
