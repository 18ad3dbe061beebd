#include "edge/storage/closed_windows.hpp"

#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

namespace edge::storage {
namespace {

/// Bundles 1 to 6: recorded by the engine with two inputs; imported; nothing; a foreign input; an outcome and a
/// forecast; recorded without any input.
class ClosedWindowsTest : public testing::Test {
protected:
    ClosedWindowsTest() {
        db.execute(R"sql(
            INSERT INTO sellers (user_id, seller_name) VALUES (1, 'Corner Bakery');
            INSERT INTO bundles (bundle_id, seller_id, bundle_name, total_qty, window_start, window_end)
                SELECT value, 1, 'Bag', 5, value * 1000000, value * 1000000 + 7 FROM json_each('[1,2,3,4,5,6]');
            INSERT INTO closed_windows (bundle_id, recorded_by) VALUES (1, 'engine'), (2, 'import'), (6, 'engine');
            INSERT INTO forecast_input (input_id, bundle_id, seller_id, category_id, day_of_week, window_start,
                window_end, is_holiday, temperature, weather_flag, observed_reservations, observed_no_shows, posted_qty)
            VALUES (9, 1, 1, 4, 'Monday', 1000000, 1000007, 0, '12.50', 'rainy', 3, 1, 5),
                   (7, 1, 1, NULL, 'Monday', 1000000, 1000007, 1, NULL, NULL, 3, 1, NULL),
                   (8, 4, 1, 4, 'Friday', 4000000, 4000007, 0, NULL, NULL, 2, 0, 5);
            INSERT INTO forecast_output (bundle_id, seller_id, window_start, predicted_sales, posted_qty,
                predicted_no_show_prob, confidence) VALUES (5, 1, 5000000, 4, 5, '0.1000', '0.5000');
            INSERT INTO forecast_outcomes (bundle_id, seller_id, day, window_start, method, predicted_reservations,
                mean, low, high, predicted_no_show_prob, confidence, observed_reservations, observed_no_shows)
            VALUES (5, 1, 0, 5000000, 'pooled', 4, '4.2000', 2, 6, '0.1000', '0.5000', 5, 0);
        )sql");
    }

    test::TemporaryFolder folder;
    Connection db = Connection::create(folder.file("shop.db"));
};

TEST_F(ClosedWindowsTest, FindsWhatIsOnRecordAboutOneBundle) {
    const ClosedWindow recorded = find_closed_window(db, BundleId(1));
    const ClosedWindow forecast = find_closed_window(db, BundleId(5));

    EXPECT_EQ(recorded.recorded_by, RecordedBy::engine);
    ASSERT_EQ(recorded.inputs.size(), 2U);
    EXPECT_EQ(recorded.inputs.front().id, 7);
    EXPECT_EQ(recorded.inputs.back().row.weather, WeatherFlag::rainy);
    EXPECT_FALSE(recorded.outcome);
    EXPECT_EQ(find_closed_window(db, BundleId(2)).recorded_by, RecordedBy::import);
    EXPECT_TRUE(forecast.has_forecast);
    ASSERT_TRUE(forecast.outcome);
    EXPECT_EQ(forecast.outcome->mean, "4.2000");
}

TEST_F(ClosedWindowsTest, AWalkSaysTheSameOfEveryBundle) {
    ClosedWindowWalk walk(db);

    for (std::int64_t bundle = 0; bundle <= 7; ++bundle)
        EXPECT_EQ(walk.seek(BundleId(bundle)), find_closed_window(db, BundleId(bundle))) << bundle;
}

TEST_F(ClosedWindowsTest, AWalkPassesOverBundlesThatNobodyAsksFor) {
    ClosedWindowWalk walk(db);

    EXPECT_EQ(walk.seek(BundleId(4)), find_closed_window(db, BundleId(4)));
    EXPECT_EQ(walk.seek(BundleId(6)), find_closed_window(db, BundleId(6)));
}

TEST_F(ClosedWindowsTest, WhatIsWrittenAboutAPassedBundleDoesNotDisturbTheWalk) {
    const ClosedWindow last = find_closed_window(db, BundleId(6));
    WriteTransaction write(db);
    ClosedWindowWalk walk(db);

    for (std::int64_t bundle = 1; bundle <= 5; ++bundle) {
        const ClosedWindow found = walk.seek(BundleId(bundle));
        for (const StoredInput& input : found.inputs) remove_input(write, input.id);
        if (found.recorded_by == RecordedBy::nobody) mark_inputs_recorded(write, BundleId(bundle));
        if (found.recorded_by == RecordedBy::engine) unmark_inputs_recorded(write, BundleId(bundle));
        const InputRow fresh{.bundle = BundleId(bundle), .seller = SellerId(1), .day_of_week = "Sunday"};
        insert_input(write, fresh, Uuid::make_v8(std::array<std::uint8_t, 16>{static_cast<std::uint8_t>(bundle)}));
        EXPECT_EQ(found.inputs.size(), bundle == 1 ? 2U : bundle == 4 ? 1U : 0U) << bundle;
    }

    EXPECT_EQ(walk.seek(BundleId(6)), last);
}

}  // namespace
}  // namespace edge::storage
