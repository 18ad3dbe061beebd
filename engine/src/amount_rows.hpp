#pragma once

#include "edge/analytics/contribution.hpp"
#include "edge/storage/totals.hpp"

namespace edge {

// Sums as analytics names them, and as storage keeps them in columns of the same order.
static_assert(analytics::amount_fields.size() == std::tuple_size_v<storage::AmountRow>);

[[nodiscard]] inline storage::AmountRow to_row(const analytics::Amounts& amounts) {
    storage::AmountRow row{};
    for (std::size_t i = 0; i < row.size(); ++i) row.at(i) = amounts.*analytics::amount_fields.at(i).member;
    return row;
}

[[nodiscard]] inline analytics::Amounts to_amounts(const storage::AmountRow& row) {
    analytics::Amounts amounts;
    for (std::size_t i = 0; i < row.size(); ++i) amounts.*analytics::amount_fields.at(i).member = row.at(i);
    return amounts;
}

}  // namespace edge
