#pragma once

#include <cstddef>
#include <cstdint>

namespace edge::protocol {

/// What a receiver puts up with, whoever sends. A hub advertises its own in `hello`.
struct Limits {
    std::size_t part_bytes = 2U << 20U;               ///< one part of a segment, raw
    std::size_t part_compressed_bytes = 256U << 10U;  ///< one part, gzipped
    std::size_t part_changes = 5000;
    std::size_t row_bytes = 64U << 10U;      ///< one change: its member names and values, without escapes
    std::size_t depth = 8;                   ///< nesting of a JSON document
    std::size_t request_bytes = 16U << 20U;  ///< a whole request body, raw
    std::size_t request_parts = 256;
    std::size_t answer_bytes = 4U << 20U;  ///< an answer of the hub, raw; a pull page is up to 1 MiB of it
    std::size_t expansion_ratio = 64;      ///< raw bytes a compressed byte may become
};

/// Numbers beyond this are strings on the wire: many JSON readers hold numbers as doubles.
inline constexpr std::int64_t largest_json_integer = std::int64_t{1} << 53U;

}  // namespace edge::protocol
