#pragma once

#include "output/json.hpp"
#include "output/style.hpp"

#include "edge/engine_types.hpp"

#include <string>
#include <vector>

namespace edge::cli {

/// How a shop's things are shown: its clock, its currency, the names of its categories.
struct ShopView {
    TimeZone zone = TimeZone::utc();
    std::string currency;
    std::vector<Category> categories;

    /// "2026-11-23 16:00"
    [[nodiscard]] std::string local(Timestamp instant) const;
    /// "2026-11-23 16:00–18:00"; an end on another day shows its date.
    [[nodiscard]] std::string window(const PickupWindow& window) const;
    /// "3.99 GBP"
    [[nodiscard]] std::string price(Money amount) const;
    /// "Bakery, Dairy"; a category without a row is "#7".
    [[nodiscard]] std::string category_names(const Bundle& bundle) const;
};

// JSON: instants end in Z, pickup windows bear the shop's offset, money is in minor units.

[[nodiscard]] Json json_of(const Seller& seller);
[[nodiscard]] Json json_of(const Category& category);
[[nodiscard]] Json json_of(const Bundle& bundle, const ShopView& shop);
[[nodiscard]] Json json_of(const BundleOverview& overview, const ShopView& shop);
[[nodiscard]] Json json_of(const Reservation& reservation);
[[nodiscard]] Json json_of(const ReservationOverview& overview, const ShopView& shop);
[[nodiscard]] Json json_of(const StoredForecast& forecast, const ShopView& shop);
[[nodiscard]] Json json_of(const GraphType& type);
[[nodiscard]] Json json_of(const Graph& graph);
[[nodiscard]] Json json_of(const RefreshReport& report);
[[nodiscard]] Json json_of(const Finding& finding);
[[nodiscard]] Json json_instant(const std::optional<Timestamp>& instant);

/// A line a bundle, with how it sells.
[[nodiscard]] std::string bundle_table(const std::vector<BundleOverview>& bundles, const ShopView& shop,
                                       const Style& style);

/// "1,204 changes", "1 change"
[[nodiscard]] std::string count_of(std::int64_t count, const std::string& singular, const std::string& plural);
/// "1.2 MB"
[[nodiscard]] std::string byte_size(std::int64_t bytes);

}  // namespace edge::cli
