#pragma once

namespace edge::forecast::pooled {

/// What is expected of any shop before its first slot: learned from public sets of other shops.
struct Priors {
    double typical_count = 1;  ///< reservations of a slot: geometric mean over sets
};
[[nodiscard]] const Priors& priors() noexcept;

}  // namespace edge::forecast::pooled
