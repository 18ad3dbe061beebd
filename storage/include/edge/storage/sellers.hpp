#pragma once

#include "edge/core/entities.hpp"
#include "edge/storage/connection.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace edge::storage {

/// Throws `invalid_argument` (no name, or a currency that is not three capital letters) or `bad_time_zone`.
void check_seller(std::string_view name, std::string_view time_zone, std::string_view currency);

/// A latitude or longitude that is no number reads as unknown.
[[nodiscard]] std::optional<Seller> find_seller(Connection& db, SellerId id);
/// Throws `not_found`.
[[nodiscard]] Seller get_seller(Connection& db, SellerId id);
[[nodiscard]] std::vector<Seller> list_sellers(Connection& db);
/// Takes the id given, or the next free one if that is 0. Returns the seller with its id.
Seller insert_seller(WriteTransaction& write, Seller seller);
void update_seller(WriteTransaction& write, const Seller& seller);

[[nodiscard]] std::vector<Category> list_categories(Connection& db);
[[nodiscard]] std::optional<Category> find_category(Connection& db, CategoryId id);
[[nodiscard]] std::optional<Category> find_category(Connection& db, std::string_view name);
/// Just the name, whatever the coefficient's text may be.
[[nodiscard]] std::optional<std::string> find_category_name(Connection& db, CategoryId id);
Category insert_category(WriteTransaction& write, Category category);

}  // namespace edge::storage
