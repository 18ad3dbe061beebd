#pragma once

#include "edge/engine.hpp"

#include <string>

namespace edge::cli {

/// Fills a new file with two weeks of history at the counter and the offers of the coming three days, one of which has
/// an open reservation with the claim code DEMO42. Returns how many bundles.
std::int64_t fill_demo_shop(const std::string& path, EngineOptions options, Timestamp now);

}  // namespace edge::cli
