#pragma once

#include "edge/hub/store.hpp"
#include "edge/protocol/segment.hpp"

namespace edge::hub {

/// Adds the rows and claims that applying the segment will look at, as far as they can be told from it alone.
void expect_segment(const protocol::Segment& segment, Expectation& expectation);

}  // namespace edge::hub
