#pragma once

#include <cstddef>
#include <string>

namespace edge::cli {

/// The whole of a file; "-" is standard input. Throws `not_found`, `io_failure`, or `corrupt_data` for a larger one.
[[nodiscard]] std::string read_text_file(const std::string& path, std::size_t most_bytes = std::size_t{16} << 20U);

/// "csv" of "a/b.CSV"; empty if the name has no ending.
[[nodiscard]] std::string lower_extension(const std::string& path);

}  // namespace edge::cli
