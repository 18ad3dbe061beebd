#pragma once

#include "edge/protocol/bundle_file.hpp"

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace edge::transport {

/// Brings the next part's bytes, in chain order; called header.parts times.
using NextPart = std::function<std::string()>;

/// Writes the file under a temporary name beside it, syncs it, reads it back, renames it and syncs the folder: what is
/// there under the name is whole. Throws `io_failure`, `disk_full` or `read_only`; nothing is left behind then.
protocol::BundleFileSummary write_bundle_file(const std::filesystem::path& file,
                                              const protocol::BundleFileHeader& header, const NextPart& next_part);

/// Reads the file to its end without giving out its parts: is it whole? Throws `io_failure` if it cannot be read.
[[nodiscard]] protocol::Decoded<protocol::BundleFileSummary> check_bundle_file(const std::filesystem::path& file,
                                                                               const protocol::Limits& limits = {});
/// Reads it, handing out header and parts. Check the file first.
[[nodiscard]] protocol::Decoded<protocol::BundleFileSummary> read_bundle_file(const std::filesystem::path& file,
                                                                              protocol::BundleFileReader reader,
                                                                              const protocol::Limits& limits = {});

/// Writes any small file (a receipt) in the same safe way.
void write_file_safely(const std::filesystem::path& file, std::string_view bytes);

}  // namespace edge::transport
