#include "count_totals.hpp"

#include "edge/analytics/contribution.hpp"

namespace edge {

analytics::BundleOutcome outcome_of(const storage::BundleRow& bundle, const TimeZone& zone, Timestamp now) {
    const LocalTime start = zone.to_local(bundle.window.start);
    return {.day = start.day,
            .window_start = start.time,
            .categories = bundle.categories,
            .total_qty = bundle.total_qty,
            .reserved = bundle.reserved,
            .collected = bundle.collected,
            .weight_grams = bundle.weight_grams,
            .carbon_dioxide = bundle.carbon_dioxide,
            .price = bundle.price,
            .discount_percentage = bundle.discount_percentage,
            .closed = bundle.window.end <= now};
}

CountedTotals count_totals(storage::Connection& db, const std::map<SellerId, TimeZone>& sellers, Timestamp now) {
    CountedTotals counted;
    for (const auto& [seller, zone] : sellers) counted.totals.try_emplace(seller);
    analytics::Contribution contribution;
    storage::each_bundle_row(db, [&](const storage::BundleRow& bundle) {
        counted.bundles += 1;
        counted.reservations += bundle.reserved;
        const auto found = sellers.find(bundle.seller);
        if (found == sellers.end()) return;
        analytics::assign_contribution(contribution, outcome_of(bundle, found->second, now));
        counted.totals.find(bundle.seller)->second.add(contribution);
    });
    return counted;
}

}  // namespace edge
