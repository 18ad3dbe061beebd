#include "input/text_file.hpp"

#include "edge/core/error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iostream>

namespace edge::cli {
namespace {

std::string read_stream(std::istream& stream, const std::string& path, std::size_t most_bytes) {
    std::string text;
    std::string piece(std::size_t{1} << 16, '\0');
    while (stream) {
        stream.read(piece.data(), static_cast<std::streamsize>(piece.size()));
        text.append(piece, 0, static_cast<std::size_t>(stream.gcount()));
        if (text.size() > most_bytes)
            throw Error(ErrorCode::corrupt_data,
                        fmt::format("cannot read {}: it is larger than {} MiB", path, most_bytes >> 20U));
    }
    if (stream.bad()) throw Error(ErrorCode::io_failure, fmt::format("cannot read {}: the disk or pipe failed", path));
    return text;
}

}  // namespace

std::string read_text_file(const std::string& path, std::size_t most_bytes) {
    if (path == "-") return read_stream(std::cin, "standard input", most_bytes);
    std::error_code error;
    if (std::filesystem::is_directory(path, error))
        throw Error(ErrorCode::not_found, fmt::format("cannot read {}: it is a folder", path));
    std::ifstream file(path, std::ios::binary);
    if (!file) throw Error(ErrorCode::not_found, fmt::format("cannot read {}: no such file, or not readable", path));
    return read_stream(file, path, most_bytes);
}

std::string lower_extension(const std::string& path) {
    std::string ending = std::filesystem::path(path).extension().string();
    if (!ending.empty()) ending.erase(0, 1);
    std::ranges::transform(ending, ending.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return ending;
}

}  // namespace edge::cli
