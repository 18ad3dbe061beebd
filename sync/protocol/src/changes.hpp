#pragma once

#include "json.hpp"

#include "edge/protocol/segment.hpp"

#include <cstddef>
#include <string>

namespace edge::protocol {

/// `{"v":1 … "changes":[` and `] … }`: what stands around the changes of a segment.
void write_segment_start(std::string& out, const Segment& segment);
void write_segment_end(std::string& out, const Segment& segment);

void write_change(std::string& out, const Change& change);
/// Always a change; one that cannot be used has a fault.
[[nodiscard]] Change read_change(const JsonValue& value, std::size_t row_bytes);

}  // namespace edge::protocol
