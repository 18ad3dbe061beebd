#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

/// What every fuzz target defines: how it takes one input, in the form that libFuzzer calls, and a few valid inputs to
/// start from, as small as can be. An input that must not be possible ends in a sanitizer's report or `std::abort`.
// libFuzzer gives the name.  NOLINTNEXTLINE(readability-identifier-naming)
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace edge::fuzz {

[[nodiscard]] std::vector<std::vector<std::uint8_t>> seeds();

}  // namespace edge::fuzz
