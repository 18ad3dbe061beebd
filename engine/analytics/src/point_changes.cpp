#include "edge/analytics/point_changes.hpp"

#include <algorithm>
#include <optional>

namespace edge::analytics {
namespace {

std::optional<PointChange> difference(std::int64_t sort_index, const GraphPoint& stored, const GraphPoint& wanted) {
    using Kind = PointChange::Kind;
    if (stored == wanted) return std::nullopt;
    const Kind kind = stored.x == wanted.x ? Kind::update_y : Kind::update_x_and_y;
    return PointChange{.kind = kind, .sort_index = sort_index, .point = wanted};
}

PointChange insertion(std::int64_t sort_index, const GraphPoint& wanted) {
    return {.kind = PointChange::Kind::insert, .sort_index = sort_index, .point = wanted};
}

PointChange removal(std::int64_t sort_index) {
    return {.kind = PointChange::Kind::remove, .sort_index = sort_index, .point = {}};
}

}  // namespace

std::vector<PointChange> point_changes(std::span<const GraphPoint> stored, std::span<const GraphPoint> wanted,
                                       std::int64_t first) {
    std::vector<PointChange> changes;
    for (std::size_t i = 0; i < std::max(stored.size(), wanted.size()); ++i) {
        const std::int64_t sort_index = first + static_cast<std::int64_t>(i);
        if (i >= stored.size()) {
            changes.push_back(insertion(sort_index, wanted[i]));
        } else if (i >= wanted.size()) {
            changes.push_back(removal(sort_index));
        } else if (std::optional<PointChange> change = difference(sort_index, stored[i], wanted[i])) {
            changes.push_back(std::move(*change));
        }
    }
    return changes;
}

std::vector<PointChange> point_changes(std::span<const StoredPoint> stored, std::span<const GraphPoint> wanted,
                                       std::int64_t first) {
    std::vector<PointChange> changes;
    std::size_t next_stored = 0;
    const auto remove_before = [&](std::int64_t sort_index) {
        while (next_stored < stored.size() && stored[next_stored].sort_index < sort_index) {
            changes.push_back(removal(stored[next_stored++].sort_index));
        }
    };
    std::int64_t sort_index = first;
    for (const GraphPoint& point : wanted) {
        remove_before(sort_index);
        if (next_stored == stored.size() || stored[next_stored].sort_index != sort_index) {
            changes.push_back(insertion(sort_index, point));
        } else if (std::optional<PointChange> change = difference(sort_index, stored[next_stored++].point, point)) {
            changes.push_back(std::move(*change));
        }
        ++sort_index;
    }
    for (; next_stored < stored.size(); ++next_stored) changes.push_back(removal(stored[next_stored].sort_index));
    return changes;
}

}  // namespace edge::analytics
