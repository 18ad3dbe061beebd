#pragma once

#include <span>
#include <string_view>

namespace edge::cli {

/// The JSON Schema of a command's documents, whole in itself.
struct CliSchema {
    std::string_view command;  ///< "bundle-list"
    std::string_view text;
};

/// Of every command, by name: the files of schemas/cli, embedded by the build.
[[nodiscard]] std::span<const CliSchema> cli_schemas() noexcept;

}  // namespace edge::cli
