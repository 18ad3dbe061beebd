#pragma once

#include "edge/core/planted_bugs.hpp"

#include <optional>
#include <span>
#include <string_view>

namespace edge::simulation {

struct PlantedName {
    PlantedBug bug;
    std::string_view name;
};
/// All that can be planted.
[[nodiscard]] std::span<const PlantedName> planted_names() noexcept;
[[nodiscard]] std::optional<PlantedBug> find_planted(std::string_view name) noexcept;

/// From now on the program has this bug.
void plant(PlantedBug bug) noexcept;

}  // namespace edge::simulation
