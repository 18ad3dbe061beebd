#pragma once

#include <map>
#include <string>
#include <string_view>

// The statements that concern the marketplace's tables. The first value of each is the seller. `{…}` stands for what
// only the database at hand can tell, see `filled_in`. The marketplace's tables are looked up along the search path.

namespace edge::hub::marketplace_sql {

/// Words between braces by what they stand for.
using Words = std::map<std::string, std::string, std::less<>>;
[[nodiscard]] std::string filled_in(std::string_view sql, const Words& words);

// Looking at what others have changed.
extern const std::string_view lock_written;
extern const std::string_view look_at_seller;
extern const std::string_view look_at_bundles;
extern const std::string_view look_for_bundles;
extern const std::string_view page_of_sellers;
extern const std::string_view look_at_sellers;
extern const std::string_view read_profile;
extern const std::string_view read_categories;
extern const std::string_view read_category_keys;
extern const std::string_view read_bundle_keys;
extern const std::string_view read_all_bundles;
extern const std::string_view read_bundles;
extern const std::string_view read_reservations;
extern const std::string_view see_seller;
extern const std::string_view see_bundles;
extern const std::string_view lose_bundles;

// Sellers.
extern const std::string_view unlinked_sellers;
extern const std::string_view link_sellers;
extern const std::string_view make_seller;
extern const std::string_view make_walk_in_user;
extern const std::string_view make_walk_in_consumer;
extern const std::string_view link_walk_in;
extern const std::string_view catch_up_graphs;
extern const std::string_view catch_up_inputs;
extern const std::string_view caught_up;
extern const std::string_view is_caught_up;
extern const std::string_view put_profile;

// Rows.
extern const std::string_view make_categories;
extern const std::string_view put_categories;
extern const std::string_view put_bundles;
extern const std::string_view put_bundle_categories;
extern const std::string_view lock_bundles;
extern const std::string_view drop_bundles;
extern const std::string_view put_reservations;
extern const std::string_view drop_reservations;
extern const std::string_view put_inputs;
extern const std::string_view drop_inputs;
extern const std::string_view put_outputs;
extern const std::string_view drop_outputs;
extern const std::string_view lock_for_graphs;
extern const std::string_view put_graphs;
extern const std::string_view drop_graphs;
extern const std::string_view put_series;
extern const std::string_view drop_series;
extern const std::string_view put_points;

}  // namespace edge::hub::marketplace_sql
