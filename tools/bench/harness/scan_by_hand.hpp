#pragma once

#include "harness/bare_sqlite.hpp"

#include <cstdint>
#include <map>
#include <utility>

namespace edge::bench {

/// What the first four graphs need, for a seller whose days are those of UTC's winter: good enough for a baseline.
struct HandTotals {
    std::int64_t posted = 0;
    std::int64_t sold = 0;
    std::map<std::int64_t, std::pair<std::int64_t, std::int64_t>> days;  ///< posted and sold
    std::map<std::int64_t, std::int64_t> categories;
    std::map<std::int64_t, std::int64_t> windows;
};

/// One pass over reservations and one over bundles and their categories, on the C API.
[[nodiscard]] HandTotals scan_by_hand(BareDatabase& database, std::int64_t seller);

/// The same four graphs as four statements that group and join.
void group_by_four_times(BareDatabase& database);

}  // namespace edge::bench
