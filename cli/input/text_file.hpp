#pragma once

#include <string>

namespace edge::cli {

/// The whole of a small file; "-" is standard input. Throws `not_found`, `io_failure`, or `corrupt_data` beyond 16 MiB.
[[nodiscard]] std::string read_text_file(const std::string& path);

/// "csv" of "a/b.CSV"; empty if the name has no ending.
[[nodiscard]] std::string lower_extension(const std::string& path);

}  // namespace edge::cli
