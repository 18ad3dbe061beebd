#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace edge::simulation {

/// Files as they are when a run begins, made once: laying a schema costs more than a run.
struct Templates {
    std::vector<std::string> devices;  ///< bytes of the files of one shop's devices, which are equal
    std::string other_shop;            ///< of a device of another seller
    std::string hub;                   ///< equal to all of them
};
inline constexpr int most_devices = 3;

[[nodiscard]] const Templates& templates();

}  // namespace edge::simulation
