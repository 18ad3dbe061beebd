#pragma once

#include "edge/tabular/record_reader.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

namespace edge {

/// An open file, closed at the end of its life.
class OpenFile {
public:
    explicit OpenFile(int descriptor) noexcept : descriptor_(descriptor) {}
    OpenFile(const OpenFile&) = delete;
    OpenFile& operator=(const OpenFile&) = delete;
    ~OpenFile();

    [[nodiscard]] int descriptor() const noexcept { return descriptor_; }

private:
    int descriptor_;
};

/// Input that may be long in coming (a pipe, a terminal), kept in a file without a name until all of it is there: so a
/// writer's lock is taken only when nothing more has to be waited for, and memory stays small.
class SpooledInput {
public:
    /// Whether reading `path` may have to wait for whoever writes it; `-` is standard input.
    [[nodiscard]] static bool may_wait(const std::string& path);

    /// Reads `path` to its end, into a file in `folder`. `came` is told now and then how many bytes there are; what it
    /// throws ends the waiting. Throws `read_only`, `disk_full` or `io_failure`.
    SpooledInput(const std::string& path, const std::string& folder, const std::function<void(std::uint64_t)>& came);
    SpooledInput(const SpooledInput&) = delete;
    SpooledInput& operator=(const SpooledInput&) = delete;
    ~SpooledInput() = default;

    /// From the start. This must outlive it.
    [[nodiscard]] tabular::ByteSource bytes() const;
    [[nodiscard]] std::uint64_t size() const noexcept { return size_; }

private:
    void take(const std::string& path, int input, const std::function<void(std::uint64_t)>& came);
    void keep(const std::string& path, const char* bytes, std::size_t count);

    OpenFile file_;
    std::string folder_;
    std::uint64_t size_ = 0;
};

}  // namespace edge
