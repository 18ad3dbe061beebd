#pragma once

#include "json.hpp"

#include "edge/protocol/segment.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace edge::protocol {

/// How every segment of that seller, replica and cursor begins.
[[nodiscard]] std::string segment_prefix(std::string_view seller, std::string_view replica, std::int64_t seen);
/// `{"v":1 … "changes":[` and `] … }`: what stands around the changes of a segment.
void write_segment_start(std::string& out, const Segment& segment);
void write_segment_end(std::string& out, const Segment& segment);

void write_change(std::string& out, const Change& change);
/// Always a change; one that cannot be used has a fault.
[[nodiscard]] Change read_change(const JsonValue& value, std::size_t row_bytes);

}  // namespace edge::protocol
