#pragma once

#include <string>
#include <utility>

namespace edge::simulation {

/// An invariant that does not hold: its number in the design ("I1") or a name, and what was seen.
struct Violation {
    Violation(std::string which, std::string what) : invariant(std::move(which)), detail(std::move(what)) {}

    std::string invariant;
    std::string detail;
};

inline void require(bool holds, const char* invariant, const std::string& detail) {
    if (!holds) throw Violation(invariant, detail);
}

}  // namespace edge::simulation
