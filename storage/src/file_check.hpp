#pragma once

#include "edge/storage/schema.hpp"

#include <string>

namespace edge::storage {

/// Looks at the file's header without opening it as a database, so that one of another kind stays untouched. Throws
/// `not_found`, `not_a_database`, `schema_too_new`, `corrupt_data`, `read_only` (if it is to be written) or
/// `io_failure`.
void check_file(const std::string& path, const Schema& schema, bool to_write);

}  // namespace edge::storage
