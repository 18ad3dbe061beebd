#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

namespace edge::analytics {

/// The `count` entries with the largest quantity, largest first, ties by smaller key. Entries of 0 or less do not
/// take part; a `count` of 0 or less gives nothing.
template <class Key>
[[nodiscard]] std::vector<std::pair<Key, std::int64_t>> largest(const std::map<Key, std::int64_t>& quantities,
                                                                int count) {
    std::vector<std::pair<Key, std::int64_t>> ranked;
    for (const auto& [key, quantity] : quantities) {
        if (quantity > 0) ranked.emplace_back(key, quantity);
    }
    const std::size_t kept = std::min(ranked.size(), static_cast<std::size_t>(std::max(count, 0)));
    const auto middle = ranked.begin() + static_cast<std::ptrdiff_t>(kept);
    std::partial_sort(ranked.begin(), middle, ranked.end(), [](const auto& a, const auto& b) {
        return a.second != b.second ? a.second > b.second : a.first < b.first;
    });
    ranked.erase(middle, ranked.end());
    return ranked;
}

}  // namespace edge::analytics
