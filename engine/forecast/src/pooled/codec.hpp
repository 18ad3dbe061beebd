#pragma once

#include "pooled/state.hpp"
#include "sealed_bytes.hpp"

#include "edge/forecast/slot.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace edge::forecast::pooled {

/// To be raised whenever the layout or the meaning of a number changes, or what follows from it: an older state is then
/// made anew, and the forecasts with it.
inline constexpr Seal state_seal{.magic = 0x4C4F4F50, .version = 7};  // "POOL"

/// A state and the observations of its open day. About 0.6 kB a seller, and for each seller and series up to 37 kB
/// for its effects (as many as have occurred, 33 at most), and for a series 1.5 kB and 0.3 kB a start hour.
struct Learned {
    State state{};
    std::vector<Observation> open{};
};

/// Bytes behind magic, format version, length and checksum. The same state gives the same bytes.
[[nodiscard]] std::vector<std::uint8_t> encode(const Learned& learned);
/// Nothing if the bytes are damaged, of another version, or do not make a state. Never throws.
[[nodiscard]] std::optional<Learned> decode(std::span<const std::uint8_t> bytes,
                                            const Model& model = standard_model()) noexcept;

}  // namespace edge::forecast::pooled
