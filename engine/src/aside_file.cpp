#include "aside_file.hpp"

#include "edge/core/error.hpp"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>

namespace edge {

using tabular::Field;

AsideFile::AsideFile(std::string path) : path_(std::move(path)), unfinished_(path_ + ".unfinished") {}

AsideFile::~AsideFile() {
    if (!writer_) return;
    stream_.close();
    std::error_code ignored;  // an unfinished file left behind harms nobody
    std::filesystem::remove(unfinished_, ignored);
}

void AsideFile::add(const RejectedRow& row) {
    if (path_.empty()) return;
    if (!writer_) {
        stream_.open(unfinished_, std::ios::binary | std::ios::trunc);
        if (!stream_) {
            throw Error(ErrorCode::io_failure, fmt::format("cannot write {}: {}", unfinished_, std::strerror(errno)),
                        {{"path", path_}});
        }
        writer_ = tabular::open_writer(tabular::Format::ndjson, stream_, {"file", "line", "column", "reason", "row"});
    }
    const std::string line = std::to_string(row.line);
    const std::array fields = {Field::of_text(row.file), Field::of_number(line),
                               row.column.empty() ? Field::null() : Field::of_text(row.column),
                               Field::of_text(row.reason), Field::of_text(row.row)};
    writer_->write(fields);
}

void AsideFile::close() {
    if (!writer_) return;
    stream_.close();
    if (!stream_)
        throw Error(ErrorCode::io_failure, fmt::format("cannot write {}: the disk takes no more", unfinished_));
}

void AsideFile::place() {
    if (!writer_) return;
    std::error_code failure;
    std::filesystem::rename(unfinished_, path_, failure);
    writer_.reset();
    if (failure) {
        throw Error(ErrorCode::io_failure, fmt::format("cannot name {}: {}", path_, failure.message()), {},
                    fmt::format("the rows that were not taken are in {}", unfinished_));
    }
}

}  // namespace edge
