#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace edge::simulation {

/// Files as they are when a run begins, made once: laying a schema costs more than a run.
struct Templates {
    std::vector<std::string> devices;  ///< bytes of a new shop's file, each of another seller
    std::string hub;
};
inline constexpr int most_devices = 2;
/// Of categories 1, 2 and 3 of every shop.
inline constexpr std::array<std::string_view, 3> category_names{"Bread", "Fruit", "Meals"};

[[nodiscard]] const Templates& templates();

}  // namespace edge::simulation
