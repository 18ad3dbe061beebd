#pragma once

#include "edge/core/entities.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace edge::analytics {

/// A point as stored. Foreign series may have gaps in their sort indexes.
struct StoredPoint {
    std::int64_t sort_index = 0;
    GraphPoint point;
};

/// One row to write.
struct PointChange {
    enum class Kind {
        update_y,        ///< x stays
        update_x_and_y,  ///< y may be the same
        insert,
        remove,
    };
    Kind kind = Kind::insert;
    std::int64_t sort_index = 0;
    GraphPoint point;  ///< as it shall be; empty for `remove`
    friend bool operator==(const PointChange&, const PointChange&) = default;
};

/// What to write so that a series holds exactly the wanted points at sort indexes 0, 1, 2 …: one change for each sort
/// index where stored and wanted differ, none elsewhere, ascending. `first` is the sort index of the first point of
/// both, when those before it are known to be equal.
[[nodiscard]] std::vector<PointChange> point_changes(std::span<const GraphPoint> stored,
                                                     std::span<const GraphPoint> wanted, std::int64_t first = 0);
/// The same for a series whose sort indexes are as they are. `stored` ascends, no sort index twice.
[[nodiscard]] std::vector<PointChange> point_changes(std::span<const StoredPoint> stored,
                                                     std::span<const GraphPoint> wanted, std::int64_t first = 0);

}  // namespace edge::analytics
