#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace edge::simulation {

/// What really happened in the runs of this process, and how often: a fault that never strikes proves nothing.
using Events = std::map<std::string, std::uint64_t, std::less<>>;
[[nodiscard]] Events& events();

inline void count_event(std::string_view what, std::string_view which = {}) {
    ++events()[which.empty() ? std::string(what) : std::string(what) + ' ' + std::string(which)];
}

}  // namespace edge::simulation
