#pragma once

#include <cstddef>
#include <iosfwd>
#include <string>

namespace edge::tabular {

/// Throws `invalid_argument` if they differ.
void check_field_count(std::size_t fields, std::size_t columns);
/// Throws `io_failure` if the stream does not take it.
void write_line(std::ostream& stream, const std::string& line);

}  // namespace edge::tabular
