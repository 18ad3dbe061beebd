#include "support/shop_fields.hpp"

#include <utility>

namespace edge::test {

protocol::Fields seller_fields(std::string name) {
    return {{"name", std::move(name)},
            {"address_line1", "1 High Street"},
            {"address_line2", ""},
            {"city", "Leeds"},
            {"post_code", "LS1 1AA"},
            {"region", ""},
            {"country", "GB"},
            {"latitude", std::monostate{}},
            {"longitude", std::monostate{}},
            {"time_zone", "Europe/London"},
            {"currency", "GBP"},
            {"holiday_region", "GB-ENG"}};
}

protocol::Fields bundle_fields(std::string seller_key, std::string name, std::vector<std::string> category_keys,
                               std::int64_t total_qty) {
    return {{"seller", std::move(seller_key)},
            {"name", std::move(name)},
            {"description", "bread"},
            {"categories", std::move(category_keys)},
            {"total_qty", total_qty},
            {"weight_grams", std::int64_t{800}},
            {"carbon_dioxide", std::int64_t{2000}},
            {"price_minor", std::int64_t{399}},
            {"discount_percentage", std::int64_t{0}},
            {"window_start", "2026-11-23T17:00:00Z"},
            {"window_end", "2026-11-23T18:00:00Z"},
            {"created_at", "2026-11-23T09:00:00Z"},
            {"closed_at", std::monostate{}}};
}

}  // namespace edge::test
