#include "support/bakery.hpp"
#include "support/database_dump.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace edge::test {
namespace {

const SellerId home = Bakery::seller();

/// What another program, or a person in the sqlite3 shell, may put into a file. A refresh gets through it all.
struct Absurdity {
    std::string name;
    std::string sql;
};

std::ostream& operator<<(std::ostream& out, const Absurdity& absurdity) { return out << absurdity.name; }

class ForeignRows : public testing::TestWithParam<std::tuple<Absurdity, std::string>> {
protected:
    ForeignRows() : shop(place(), std::get<1>(GetParam())) {
        shop.sell(shop->post_bundle(bread("2026-03-01 09:00", 9)).id, 0);
        shop.set_time("2026-03-01 08:00");
        shop.sell(shop->post_bundle(bread("2026-03-01 17:00", 9)).id, 3);
        shop.sell(shop->post_bundle(bread("2026-03-02 17:00", 9)).id, 2);
        shop->post_bundle(bread("2026-03-03 17:00", 9));
        shop.set_time("2026-03-02 08:00");
    }

    static NewSeller place() {
        NewSeller seller = bakery_on("Europe/London");
        seller.latitude = Degrees::round(50.7);
        seller.longitude = Degrees::round(-3.5);
        seller.holiday_region = "GB-ENG";
        return seller;
    }

    Bakery shop;
};

TEST_P(ForeignRows, DoNotStopARefresh) {
    shop->refresh(home);
    shop.sql_without_foreign_keys(std::get<0>(GetParam()).sql);

    shop->refresh(home);
    shop.set_time("2026-03-02 20:00");
    shop->refresh(home);

    EXPECT_EQ(shop->refresh(home), RefreshReport{});
    const std::string incremental = derived_rows(shop.path());
    shop->rebuild(home);
    EXPECT_EQ(incremental, derived_rows(shop.path()));
}

TEST_P(ForeignRows, DoNotStopAFirstRefreshOrARebuild) {
    shop.sql_without_foreign_keys(std::get<0>(GetParam()).sql);

    shop->close_windows(home);
    shop->rebuild(home);

    EXPECT_EQ(shop->refresh(home).points_written, 0);
    EXPECT_EQ(shop->refresh(home), RefreshReport{});
}

const std::string most = "9223372036854775807";
const std::string least = "(-9223372036854775807 - 1)";

INSTANTIATE_TEST_SUITE_P(
    Each, ForeignRows,
    testing::Combine(
        testing::Values(
            Absurdity{"QuantityMost", "UPDATE bundles SET total_qty = " + most},
            Absurdity{"QuantityLeast", "UPDATE bundles SET total_qty = " + least},
            Absurdity{"PriceMost", "UPDATE bundles SET price_minor = " + most + ", discount_percentage = " + least},
            Absurdity{"PriceLeast", "UPDATE bundles SET price_minor = " + least + ", discount_percentage = " + most},
            Absurdity{"WeightMost", "UPDATE bundles SET weight_grams = " + most + ", carbon_dioxide = " + most},
            Absurdity{"WeightLeast", "UPDATE bundles SET weight_grams = " + least + ", carbon_dioxide = " + least},
            Absurdity{"WindowMost",
                      "UPDATE bundles SET window_start = " + most + ", window_end = " + most + " WHERE bundle_id = 2"},
            Absurdity{"WindowLeast", "UPDATE bundles SET window_start = " + least + ", window_end = " + least +
                                         " WHERE bundle_id = 2; INSERT INTO weather (place, day, kind, fetched_at) "
                                         "VALUES ('50.7,-3.5', -719163, 'forecast', 0), ('50.7,-3.5', -719162, "
                                         "'forecast', 0)"},
            Absurdity{"WindowOfAllTime",
                      "UPDATE bundles SET window_start = " + least + ", window_end = " + most + " WHERE bundle_id = 2"},
            Absurdity{"WindowBackwards",
                      "UPDATE bundles SET window_start = " + most + ", window_end = " + least + " WHERE bundle_id = 2"},
            Absurdity{"ReservationTimes", "UPDATE reservations SET reserved_at = " + least +
                                              ", collected_at = " + most + ", cancelled_at = " + least},
            Absurdity{"BundleIds",
                      "INSERT INTO bundles (bundle_id, seller_id, bundle_name, total_qty, window_start, "
                      "window_end) VALUES (" +
                          most + ", 1, 'Most', 3, 0, 1), (" + least +
                          ", 1, 'Least', 3, 0, 1); INSERT INTO reservations (bundle_id, claim_code, "
                          "collected_at) VALUES (" +
                          most + ", 'M', 1), (" + least + ", 'L', 1)"},
            Absurdity{"CategoryIds", "INSERT INTO bundle_category (bundle_id, category_id) VALUES (2, " + most +
                                         "), (2, " + least + "), (3, " + least + ")"},
            Absurdity{"CategoryCoefficient", "UPDATE category SET category_coefficient = 'many'"},
            Absurdity{"SellerPlaceNoNumber", "UPDATE sellers SET latitude = 'north', longitude = '1e400'"},
            Absurdity{"SellerPlaceFar",
                      "UPDATE sellers SET latitude = '9223372036854.775807', longitude = '-9223372036854.775807'"},
            Absurdity{"SellerCurrency", "UPDATE sellers SET currency = 'shells', holiday_region = 'Ω'"},
            Absurdity{"SellerTimeZone", "UPDATE sellers SET time_zone = '../../etc/passwd'"},
            Absurdity{"WeatherNoNumber",
                      "INSERT INTO weather (place, day, kind, temperature, weather_flag, "
                      "fetched_at) VALUES ('50.7,-3.5', 20513, 'observed', 'warm', NULL, " +
                          most + "), ('50.7,-3.5', 20514, 'forecast', 'cold', 'sunny', " + least + "), ('50.7,-3.5', " +
                          most + ", 'normal', '1.00', 'sunny', 0)"},
            Absurdity{"HolidayDays", "INSERT INTO holidays (region, day, name) VALUES ('GB-ENG', " + most +
                                         ", 'Late'), ('GB-ENG', " + least + ", 'Early')"},
            Absurdity{"InputsMost",
                      "INSERT INTO forecast_input (bundle_id, seller_id, category_id, day_of_week, "
                      "window_start, window_end, is_holiday, temperature, observed_reservations, "
                      "observed_no_shows, posted_qty) VALUES (1, 1, 1, 'Sunday', " +
                          most + ", " + least + ", 1, 'x', " + most + ", " + most + ", " + most + ")"},
            Absurdity{"InputsLeast",
                      "INSERT INTO forecast_input (bundle_id, seller_id, category_id, day_of_week, "
                      "window_start, window_end, is_holiday, temperature, observed_reservations, "
                      "observed_no_shows, posted_qty) VALUES (1, 1, 1, 'Sunday', " +
                          least + ", " + most + ", 1, '-92233720368547758.08', " + least + ", " + least + ", " + least +
                          ")"},
            Absurdity{"InputsOfNobody",
                      "INSERT INTO forecast_input (bundle_id, seller_id, category_id, day_of_week, "
                      "window_start, window_end, is_holiday, observed_reservations, "
                      "observed_no_shows) VALUES (77, 78, 79, 'Friday', 0, 1, 0, 5, 9)"}),
        testing::Values("pooled", "similarity", "seasonal_naive")),
    [](const auto& instance) { return std::get<0>(instance.param).name + "_" + std::get<1>(instance.param); });

TEST(ForeignDerivedRows, DoNotStopARefreshAndAreRepairedByARebuild) {
    Bakery shop;
    shop.sell(shop->post_bundle(bread("2026-03-02 17:00", 9)).id, 3);
    shop->post_bundle(bread("2026-03-03 17:00", 9));
    shop->refresh(home);
    const std::string before = derived_rows(shop.path());

    shop.sql(
        "UPDATE analytics_points SET y = 'much'; UPDATE forecast_output SET predicted_no_show_prob = 'some', "
        "predicted_sales = " +
        most + ", posted_qty = " + least +
        "; UPDATE forecast_details SET distribution = "
        "x'00ff'; UPDATE day_totals SET sold = " +
        most + ", posted = " + least +
        "; UPDATE seller_totals SET "
        "sold = " +
        most + "; UPDATE category_totals SET collected = " + most +
        "; UPDATE window_totals SET "
        "collected = " +
        most + "; UPDATE hour_totals SET collected = " + most +
        "; UPDATE contributions SET "
        "categories = 'x', posted = " +
        least + "; UPDATE refresh_state SET closed_through = " + most);
    shop.sql("UPDATE bundles SET total_qty = 10 WHERE bundle_id = 1");
    shop->refresh(home);
    shop.sell(BundleId(1));
    shop->refresh(home);
    shop.sql("DELETE FROM reservations WHERE reservation_id = 4; UPDATE bundles SET total_qty = 9 WHERE bundle_id = 1");
    shop->rebuild(home);

    EXPECT_EQ(derived_rows(shop.path()), before);
}

}  // namespace
}  // namespace edge::test
