#pragma once

#include "edge/core/id.hpp"
#include "edge/storage/connection.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <string>

namespace edge::storage {

/// The columns `bundles` to `revenue_minor` of day_totals and seller_totals, in that order.
using AmountRow = std::array<std::int64_t, 11>;

// Each adds a difference to a row, makes the row if it is missing, and removes it once it is all zero.

void add_to_day(WriteTransaction& write, SellerId seller, LocalDate day, const AmountRow& difference);
void add_to_seller(WriteTransaction& write, SellerId seller, const AmountRow& difference);
void add_to_category(WriteTransaction& write, SellerId seller, CategoryId category, std::int64_t difference);
void add_to_window(WriteTransaction& write, SellerId seller, TimeOfDay window_start, std::int64_t difference);
void add_to_hour(WriteTransaction& write, SellerId seller, int week_hour, std::int64_t difference);

[[nodiscard]] AmountRow seller_amounts(Connection& db, SellerId seller);
/// Between two days, both included, in order of day.
void each_day(Connection& db, SellerId seller, LocalDate from, LocalDate to,
              const std::function<void(LocalDate, const AmountRow&)>& found);
void each_category(Connection& db, SellerId seller, const std::function<void(CategoryId, std::int64_t)>& found);
void each_window(Connection& db, SellerId seller, const std::function<void(TimeOfDay, std::int64_t)>& found);
void each_hour(Connection& db, SellerId seller, const std::function<void(int, std::int64_t)>& found);

/// Removes the totals of a seller, to be added up anew.
void clear_totals(WriteTransaction& write, SellerId seller);

/// A row of refresh_state.
struct RefreshState {
    Timestamp closed_through = Timestamp::min();
    std::int64_t history_revision = 0;
    std::string upcoming;
    friend bool operator==(const RefreshState&, const RefreshState&) = default;
};

[[nodiscard]] RefreshState find_refresh_state(Connection& db, SellerId seller);
/// Removes all that refreshes keep about a seller who is gone.
void forget_seller(WriteTransaction& write, SellerId seller);
/// Every forecast of every seller is to be made anew at its next refresh.
void raise_history_revisions(WriteTransaction& write);
void put_refresh_state(WriteTransaction& write, SellerId seller, const RefreshState& state);

}  // namespace edge::storage
