#pragma once

#include "output/json.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace edge::cli {

/// What surrounds every answer in JSON.
struct EnvelopeMeta {
    std::string version;
    std::string as_of;                   ///< the "now" of the answer, ISO 8601
    std::optional<std::int64_t> unsent;  ///< changes the hub has not confirmed; nothing if no file was opened
};

struct Failure {
    std::string code;
    std::string message;
    std::string hint;
    int exit = 0;
    bool retryable = false;
    std::vector<std::pair<std::string, std::string>> details;
};

/// The one document of a success. `command` is the command's name with dashes: "bundle-list".
[[nodiscard]] std::string success_document(const std::string& command, Json data,
                                           const std::vector<std::string>& warnings, const EnvelopeMeta& meta);
/// The one document of a failure.
[[nodiscard]] std::string failure_document(const std::string& command, const Failure& failure,
                                           const std::vector<std::string>& warnings, const EnvelopeMeta& meta);

}  // namespace edge::cli
