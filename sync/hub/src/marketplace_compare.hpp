#pragma once

#include "edge/hub/store.hpp"
#include "edge/protocol/segment.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace edge::hub {

/// A seller's rows as they are in the marketplace.
struct MarketProfile {
    std::string mark;  ///< version of the row
    std::string name;
    std::string address_line1;
    std::string address_line2;
    std::string city;
    std::string post_code;
    std::string region;
    std::string country;
    std::optional<std::string> latitude;  ///< with six places
    std::optional<std::string> longitude;
};
struct MarketCategory {
    std::int64_t id = 0;
    std::string name;
    std::string coefficient;
    std::vector<std::string> keys;  ///< of the hub's rows that it stands for
};
struct MarketReservation {
    std::int64_t id = 0;
    std::string code;
    std::optional<std::int64_t> consumer;  ///< nothing for a walk-in
    Timestamp reserved;
    std::optional<Timestamp> collected;
};
struct MarketBundle {
    std::int64_t id = 0;
    std::string mark;
    std::string name;
    std::string description;
    std::int64_t carbon_dioxide = 0;
    std::int64_t total_qty = 0;
    std::int64_t price_minor = 0;
    std::int64_t discount_percentage = 0;
    Timestamp opens;
    Timestamp closes;
    Timestamp created;
    std::vector<std::int64_t> categories;
    std::string key;  ///< at the hub; empty for one that the hub has not seen
    std::vector<MarketReservation> reservations;
};
/// One that the hub has seen, and that is gone.
struct LostBundle {
    std::int64_t id = 0;
    std::string key;
};
struct Market {
    std::optional<MarketProfile> profile;
    std::vector<MarketCategory> categories;
    std::string category_mark;          ///< empty without any
    std::vector<MarketBundle> bundles;  ///< by id
    std::vector<LostBundle> lost_bundles;
};

struct MarketDifference {
    std::vector<protocol::Change> changes;  ///< that make the hub's rows say what the marketplace's say
    /// Where the hub's row stands: the marketplace is to show it again.
    std::vector<StoredRow> restored;
    bool knows_profile = false;  ///< the hub has the seller's row
};

/// Compares, and gives keys to the bundles that the hub has not seen. `seller` is its key.
[[nodiscard]] MarketDifference compare_with_market(Market& market, const std::string& seller, SellerReader& rows,
                                                   Timestamp now);

}  // namespace edge::hub
