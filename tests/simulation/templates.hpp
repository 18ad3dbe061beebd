#pragma once

#include "simulation/disk.hpp"

#include <array>
#include <string_view>
#include <vector>

namespace edge::simulation {

/// Files as they are when a run begins, made once: laying a schema costs more than a run.
struct Templates {
    std::vector<Image> devices;  ///< of one shop, and equal
    Image other_shop;            ///< of a device of another seller
    Image hub;                   ///< equal to all of them
};
inline constexpr int most_devices = 3;

[[nodiscard]] const Templates& templates();

}  // namespace edge::simulation
