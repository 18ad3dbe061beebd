#include "slot_file.hpp"

#include "edge/core/error.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <memory>

namespace edge {

SlotFile::SlotFile(const std::string& path, const ProgressCallback& progress) : path_(path) {
    if (!SpooledInput::may_wait(path)) return;
    spooled_.emplace(path, std::filesystem::temp_directory_path().string(), [&](std::uint64_t came) {
        if (!progress || progress({.what = "reading", .done = came, .total = 0})) return;
        throw Error(ErrorCode::cancelled, "cannot finish the backtest: it was stopped");
    });
}

forecast::ByteSource SlotFile::open() const {
    if (spooled_) return spooled_->bytes();
    std::error_code failure;
    if (std::filesystem::is_directory(path_, failure))
        throw Error(ErrorCode::not_found, fmt::format("cannot read {}: it is a folder", path_), {{"file", path_}});
    const auto file = std::make_shared<std::ifstream>(path_, std::ios::binary);
    if (!*file) {
        throw Error(ErrorCode::not_found, fmt::format("cannot read {}: no such file, or not readable", path_),
                    {{"file", path_}});
    }
    return [file, path = path_](char* buffer, std::size_t capacity) {
        file->read(buffer, static_cast<std::streamsize>(capacity));
        if (file->bad()) throw Error(ErrorCode::io_failure, fmt::format("cannot read {}: the disk failed", path));
        return static_cast<std::size_t>(file->gcount());
    };
}

}  // namespace edge
