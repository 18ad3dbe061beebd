#pragma once

#include "edge/core/error.hpp"

#include <string>
#include <utility>

namespace edge::cli {

/// How the program ends: sysexits.h, and two of its own.
enum class ExitStatus : int {
    done = 0,
    partly_done = 3,
    findings = 10,
    usage = 64,
    bad_data = 65,
    no_input = 66,
    unavailable = 69,
    software = 70,
    cannot_create = 73,
    input_output = 74,
    try_again = 75,
    version = 76,
    not_allowed = 77,
    configuration = 78,
    interrupted = 130,
    terminated = 143,
};

[[nodiscard]] ExitStatus exit_status_of(const Error& error) noexcept;

/// What the command line itself refuses. `name` is its code in JSON: "usage" or "configuration".
class CommandError : public Error {
public:
    CommandError(ExitStatus status, std::string name, const std::string& what, std::string hint = {})
        : Error(ErrorCode::invalid_argument, what, {}, std::move(hint)), status_(status), name_(std::move(name)) {}

    [[nodiscard]] ExitStatus status() const noexcept { return status_; }
    [[nodiscard]] const std::string& name() const noexcept { return name_; }

private:
    ExitStatus status_;
    std::string name_;
};

/// The words on the command line do not make a request.
[[nodiscard]] CommandError usage_error(const std::string& what, std::string hint = {});
/// A configuration file cannot be used.
[[nodiscard]] CommandError configuration_error(const std::string& what, std::string hint = {});

}  // namespace edge::cli
