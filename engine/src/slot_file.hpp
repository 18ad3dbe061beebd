#pragma once

#include "spooled_input.hpp"

#include "edge/engine_types.hpp"
#include "edge/forecast/backtest.hpp"

#include <optional>
#include <string>

namespace edge {

/// A slot history that can be read from its start more than once: what comes through a pipe is kept first.
class SlotFile {
public:
    /// `-` is standard input. Throws `not_found`, `cancelled` if `progress` says so, `io_failure`.
    SlotFile(const std::string& path, const ProgressCallback& progress);

    /// Its bytes from the start. This must outlive them. Throws `not_found`, `io_failure`.
    [[nodiscard]] forecast::ByteSource open() const;

private:
    std::string path_;
    std::optional<SpooledInput> spooled_;
};

}  // namespace edge
