#include "golden/golden_cases.hpp"

#include "edge/analytics/graphs.hpp"

#include <gtest/gtest.h>

namespace edge::analytics {
namespace {

constexpr const char* file = "sell_through.json";

TEST(SellThroughFile, HasTheRateOfEveryRow) {
    const std::optional<boost::json::object> table = golden::find_file(file);
    if (!table) GTEST_SKIP() << golden::absence_of(file);

    const boost::json::array& rows = table->at("rows").as_array();

    EXPECT_TRUE(golden::may_be_empty() || !rows.empty());
    for (const boost::json::value& row : rows) {
        const std::int64_t posted = row.at(0).as_int64();
        const std::int64_t sold = row.at(1).as_int64();
        const SellThrough rate = sell_through(posted, sold);
        EXPECT_EQ(rate.sold.text(), row.at(2).as_string()) << sold << " of " << posted;
        EXPECT_EQ(rate.unsold.text(), row.at(3).as_string()) << sold << " of " << posted;
    }
}

}  // namespace
}  // namespace edge::analytics
