#pragma once

#include "support/test_world.hpp"

#include <functional>
#include <string>
#include <vector>

namespace edge::test {

/// One use case on a shop of make_shop.
struct Operation {
    std::string name;
    std::function<void(Engine&)> run;
    bool twice_is_once = true;  ///< doing it again leaves the same rows
};

/// Every use case that writes. Files are made in `folder` where one is read; the shop's world is `world`.
[[nodiscard]] std::vector<Operation> all_operations(const TestWorld& world, const std::string& folder);

}  // namespace edge::test
