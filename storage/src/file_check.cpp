#include "file_check.hpp"

#include "edge/core/error.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace edge::storage {
namespace {

constexpr std::size_t header_size = 100;
using Header = std::array<unsigned char, header_size>;

/// The database header is big-endian: https://www.sqlite.org/fileformat.html#the_database_header
std::uint32_t big_endian(const Header& header, std::size_t offset, std::size_t bytes) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < bytes; ++i) value = (value << 8U) | header.at(offset + i);
    return value;
}

Error cannot_open(ErrorCode code, const std::string& path, const std::string& reason, const std::string& hint = {}) {
    return Error(code, fmt::format("cannot open {}: {}", path, reason), {{"path", path}}, hint);
}

Header read_header(const std::string& path, const Schema& schema) {
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        if (::access(path.c_str(), R_OK) != 0 && errno == EACCES)
            throw cannot_open(ErrorCode::read_only, path, "no permission to read it");
        throw cannot_open(ErrorCode::io_failure, path, std::strerror(errno));
    }
    Header header{};
    std::array<char, header_size> bytes{};
    file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    if (static_cast<std::size_t>(file.gcount()) < header_size ||
        std::memcmp(bytes.data(), "SQLite format 3", 16) != 0) {
        throw cannot_open(ErrorCode::not_a_database, path, fmt::format("it is not {}", schema.kind));
    }
    std::memcpy(header.data(), bytes.data(), header_size);
    return header;
}

/// The header knows how many pages the file has, unless a write-ahead log holds newer pages.
void check_length(const std::string& path, const Header& header) {
    const std::uint32_t stored = big_endian(header, 16, 2);
    const std::uint64_t page_size = stored == 1 ? 65536 : stored;
    const std::uint64_t pages = big_endian(header, 28, 4);
    const bool count_is_valid = big_endian(header, 24, 4) == big_endian(header, 92, 4);
    if (page_size < 512 || (page_size & (page_size - 1)) != 0) {
        throw cannot_open(ErrorCode::corrupt_data, path, "its header is damaged", "restore a backup");
    }
    if (count_is_valid && std::filesystem::file_size(path) < pages * page_size &&
        !std::filesystem::exists(path + "-wal")) {
        throw cannot_open(ErrorCode::corrupt_data, path, fmt::format("it is cut short: {} pages expected", pages),
                          "restore a backup");
    }
}

void check_permissions(const std::string& path) {
    std::filesystem::path folder = std::filesystem::path(path).parent_path();
    if (folder.empty()) folder = ".";
    if (::access(path.c_str(), W_OK) != 0) throw cannot_open(ErrorCode::read_only, path, "no permission to write it");
    if (::access(folder.c_str(), W_OK) != 0) {
        throw cannot_open(ErrorCode::read_only, path,
                          "no permission to write its folder, where SQLite keeps the write-ahead log");
    }
}

}  // namespace

void check_file(const std::string& path, const Schema& schema, bool to_write) {
    std::error_code failure;
    const std::filesystem::file_status status = std::filesystem::status(path, failure);
    if (status.type() == std::filesystem::file_type::not_found) {
        throw cannot_open(ErrorCode::not_found, path, "there is no such file",
                          fmt::format("make one with: {}", schema.maker));
    }
    if (status.type() != std::filesystem::file_type::regular) {
        throw cannot_open(ErrorCode::not_a_database, path, "it is not a regular file");
    }
    const Header header = read_header(path, schema);
    if (big_endian(header, 68, 4) != static_cast<std::uint32_t>(schema.application_id)) {
        throw cannot_open(ErrorCode::not_a_database, path,
                          fmt::format("it is an SQLite file, but not {}", schema.kind));
    }
    const std::uint32_t version = big_endian(header, 60, 4);
    if (version > static_cast<std::uint32_t>(schema.newest_version())) {
        throw cannot_open(
            ErrorCode::schema_too_new, path,
            fmt::format("it has schema {}, this program knows up to {}", version, schema.newest_version()),
            "install the newest edge-analytics");
    }
    check_length(path, header);
    if (to_write) check_permissions(path);
}

}  // namespace edge::storage
