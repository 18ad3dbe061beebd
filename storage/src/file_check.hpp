#pragma once

#include <cstdint>
#include <string>

namespace edge::storage {

/// "EANA" in the header of every file of ours.
inline constexpr std::int64_t application_id = 0x45414E41;

/// Looks at the file's header without opening it as a database, so that one that is not ours stays untouched. Throws
/// `not_found`, `not_a_database`, `schema_too_new`, `corrupt_data`, `read_only` (if it is to be written) or
/// `io_failure`.
void check_file(const std::string& path, bool to_write);

}  // namespace edge::storage
