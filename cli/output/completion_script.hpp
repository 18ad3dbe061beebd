#pragma once

#include "program/command.hpp"

#include <string>
#include <vector>

namespace edge::cli {

/// A script for `bash`, `zsh` or `fish` that completes commands, options and their values. `shapes` as of
/// CommandTree::shapes.
[[nodiscard]] std::string completion_script(const std::string& shell, const std::vector<CommandShape>& shapes);

}  // namespace edge::cli
