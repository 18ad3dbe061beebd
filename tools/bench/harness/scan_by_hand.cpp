#include "harness/scan_by_hand.hpp"

#include <vector>

namespace edge::bench {
namespace {

constexpr std::int64_t day_us = 86'400'000'000;

std::vector<std::int32_t> count_collected(BareDatabase& database) {
    BareStatement largest(database.handle(), "SELECT max(bundle_id) FROM bundles");
    std::vector<std::int32_t> collected;
    while (largest.step()) collected.resize(static_cast<std::size_t>(largest.integer(0)) + 1);
    BareStatement row(database.handle(), "SELECT bundle_id, collected_at FROM reservations");
    while (row.step()) {
        if (!row.is_null(1)) ++collected[static_cast<std::size_t>(row.integer(0))];
    }
    return collected;
}

}  // namespace

HandTotals scan_by_hand(BareDatabase& database, std::int64_t seller) {
    HandTotals totals;
    const std::vector<std::int32_t> collected = count_collected(database);
    BareStatement membership(database.handle(),
                             "SELECT bundle_id, category_id FROM bundle_category ORDER BY bundle_id, category_id");
    BareStatement bundle(database.handle(),
                         "SELECT bundle_id, total_qty, window_start, seller_id FROM bundles ORDER BY bundle_id");
    bool more = membership.step();
    while (bundle.step()) {
        const std::int64_t id = bundle.integer(0);
        const std::int64_t sold = collected[static_cast<std::size_t>(id)];
        const std::int64_t start = bundle.integer(2);
        while (more && membership.integer(0) < id) more = membership.step();
        for (; more && membership.integer(0) == id; more = membership.step())
            totals.categories[membership.integer(1)] += sold;
        if (bundle.integer(3) != seller) continue;
        auto& [day_posted, day_sold] = totals.days[start / day_us];
        day_posted += bundle.integer(1);
        day_sold += sold;
        totals.windows[start % day_us] += sold;
        totals.posted += bundle.integer(1);
        totals.sold += sold;
    }
    return totals;
}

void group_by_four_times(BareDatabase& database) {
    for (const char* sql :
         {"SELECT b.window_start / 86400000000, count(r.collected_at) FROM bundles b LEFT JOIN reservations r USING "
          "(bundle_id) GROUP BY 1",
          "SELECT sum(total_qty), (SELECT count(collected_at) FROM reservations) FROM bundles",
          "SELECT c.category_id, count(r.collected_at) FROM bundle_category c JOIN reservations r USING (bundle_id) "
          "GROUP BY 1",
          "SELECT b.window_start % 86400000000, count(r.collected_at) FROM bundles b JOIN reservations r USING "
          "(bundle_id) GROUP BY 1"}) {
        BareStatement(database.handle(), sql).run();
    }
}

}  // namespace edge::bench
