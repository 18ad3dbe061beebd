#include "support/bakery.hpp"
#include "support/database_dump.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace edge::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const SellerId home = Bakery::seller();
constexpr const char* counts =
    "SELECT category_id || ' ' || observed_reservations || ' ' || observed_no_shows || ' ' || posted_qty FROM "
    "forecast_input ORDER BY category_id";
constexpr const char* context =
    "SELECT is_holiday || ' ' || coalesce(temperature, '?') || ' ' || coalesce(weather_flag, '?') FROM forecast_input";

void expect_true_to_rebuild(Bakery& shop) {
    const std::string incremental = derived_rows(shop.path());
    shop->rebuild(home);
    EXPECT_EQ(incremental, derived_rows(shop.path()));
}

/// A bakery in Exeter, in the region of England.
NewSeller exeter() {
    NewSeller seller = bakery_on("Europe/London");
    seller.latitude = Degrees::round(50.72);
    seller.longitude = Degrees::round(-3.53);
    seller.holiday_region = "GB-ENG";
    return seller;
}

WeatherEntry weather(std::string_view date, std::string kind, double temperature, WeatherFlag flag,
                     std::string_view fetched = "2026-03-02 06:00") {
    return {.place = "50.7,-3.5",
            .day = day(date),
            .kind = std::move(kind),
            .temperature = Celsius::round(temperature),
            .flag = flag,
            .source = "test",
            .fetched_at = at(fetched)};
}

TEST(ForecastInputs, SayWhatReallyHappenedOneRowACategory) {
    Bakery shop;
    NewBundle mixed = bread("2026-03-02 09:00", 6);
    mixed.categories = {CategoryId(1), CategoryId(2)};
    const Bundle bag = shop->post_bundle(mixed);
    shop.sell(bag.id, 2);
    shop->reserve({.bundle = bag.id});
    const Reservation cancelled = shop->reserve({.bundle = bag.id});
    shop->cancel(cancelled.claim_code);
    shop.set_time("2026-03-02 12:00");

    const RefreshReport report = shop->refresh(home);

    EXPECT_EQ(report.windows_closed, 1);
    EXPECT_EQ(report.inputs_written, 2);
    EXPECT_THAT(shop.select(counts), ElementsAre("1 3 1 6", "2 3 1 6"));
    EXPECT_THAT(shop.select("SELECT DISTINCT day_of_week || ' ' || ((window_end - window_start) / 1000000) FROM "
                            "forecast_input"),
                ElementsAre("Monday 7200"));
    EXPECT_THAT(shop.select(context), ElementsAre("0 ? ?", "0 ? ?"));
}

TEST(ForecastInputs, OfABundleWithoutCategoryAreOneRowWithoutCategory) {
    Bakery shop;
    shop.sell(shop->post_bundle(bread("2026-03-02 09:00", 6)).id, 2);
    shop.sql("DELETE FROM bundle_category");
    shop.set_time("2026-03-02 12:00");

    shop->refresh(home);

    EXPECT_THAT(shop.select("SELECT quote(category_id) || ' ' || observed_reservations FROM forecast_input"),
                ElementsAre("NULL 2"));
}

TEST(ForecastInputs, StayTrueToLaterCorrections) {
    Bakery shop;
    const Bundle bag = shop->post_bundle(bread("2026-03-02 09:00", 6));
    const Reservation held = shop->reserve({.bundle = bag.id});
    shop.sell(bag.id, 2);
    shop.set_time("2026-03-02 12:00");
    shop->refresh(home);
    const std::vector<std::string> identity = shop.select("SELECT hex(uuid) FROM forecast_input");
    ASSERT_THAT(shop.select(counts), ElementsAre("1 3 1 6"));

    shop->cancel(held.claim_code);
    shop->edit_bundle(bag.id, {.total_qty = 8});
    const RefreshReport report = shop->refresh(home);

    EXPECT_EQ(report.windows_closed, 0);
    EXPECT_EQ(report.inputs_written, 1);
    EXPECT_THAT(shop.select(counts), ElementsAre("1 2 0 8"));
    EXPECT_EQ(shop.select("SELECT hex(uuid) FROM forecast_input"), identity) << "updated in place";
    expect_true_to_rebuild(shop);
}

TEST(ForecastInputs, FollowTheBundlesCategories) {
    Bakery shop;
    const Bundle bag = shop->post_bundle(bread("2026-03-02 09:00", 6));
    shop.sell(bag.id, 2);
    shop.set_time("2026-03-02 12:00");
    shop->refresh(home);

    shop->edit_bundle(bag.id, {.categories = std::vector{CategoryId(2)}});
    shop->refresh(home);

    EXPECT_THAT(shop.select(counts), ElementsAre("2 2 0 6"));
    expect_true_to_rebuild(shop);
}

TEST(ForecastInputs, AreWithdrawnWhenTheWindowIsPutOff) {
    Bakery shop;
    const Bundle bag = shop->post_bundle(bread("2026-03-02 09:00", 6));
    shop.set_time("2026-03-02 12:00");
    shop->refresh(home);

    shop->edit_bundle(bag.id, {.window = PickupWindow{at("2026-03-02 17:00"), at("2026-03-02 18:00")}});
    shop->refresh(home);
    EXPECT_THAT(shop.select(counts), IsEmpty());
    EXPECT_EQ(shop->forecasts(home).size(), 1U);
    shop.set_time("2026-03-02 18:00");
    shop->refresh(home);

    EXPECT_THAT(shop.select(counts), ElementsAre("1 0 0 6"));
    expect_true_to_rebuild(shop);
}

TEST(ForecastInputs, ThatWereImportedAreNotOverwritten) {
    Bakery shop;
    const Bundle bag = shop->post_bundle(bread("2026-03-02 09:00", 6));
    shop.sell(bag.id, 2);
    shop.sql(
        "INSERT INTO closed_windows (bundle_id, recorded_by) VALUES (1, 'import'); INSERT INTO forecast_input "
        "(bundle_id, seller_id, category_id, day_of_week, window_start, window_end, is_holiday, "
        "observed_reservations, observed_no_shows, posted_qty) VALUES (1, 1, 1, 'Monday', 0, 1, 1, 55, 5, 60)");
    shop.set_time("2026-03-02 12:00");

    shop->refresh(home);
    shop->edit_bundle(bag.id, {.total_qty = 8});
    shop->refresh(home);
    shop->rebuild(home);

    EXPECT_THAT(shop.select(counts), ElementsAre("1 55 5 60"));
}

TEST(ForecastInputs, OfAnotherHandAreLeftToIt) {
    Bakery shop;
    shop.sell(shop->post_bundle(bread("2026-03-02 09:00", 6)).id, 2);
    shop.sql(
        "INSERT INTO forecast_input (bundle_id, seller_id, category_id, day_of_week, window_start, window_end, "
        "is_holiday, observed_reservations, observed_no_shows, posted_qty) VALUES (1, 1, 1, 'Monday', 0, 1, 1, "
        "55, 5, 60)");
    shop.set_time("2026-03-02 12:00");

    shop->refresh(home);

    EXPECT_THAT(shop.select(counts), ElementsAre("1 55 5 60"));
    EXPECT_EQ(shop->refresh(home), RefreshReport{});
}

TEST(ForecastInputs, AreRestoredWhenAnotherHandSpoilsThem) {
    Bakery shop;
    shop.sell(shop->post_bundle(bread("2026-03-02 09:00", 6)).id, 2);
    shop.set_time("2026-03-02 12:00");
    shop->refresh(home);

    shop.sql("UPDATE forecast_input SET observed_reservations = 99");
    shop->refresh(home);
    EXPECT_THAT(shop.select(counts), ElementsAre("1 2 0 6"));
    shop.sql("DELETE FROM forecast_input");
    shop->refresh(home);

    EXPECT_THAT(shop.select(counts), ElementsAre("1 2 0 6"));
}

TEST(ForecastInputs, KnowHolidaysAndWeather) {
    Bakery shop(exeter());
    shop->post_bundle(bread("2026-04-06 09:00"));  // Easter Monday, England
    shop->add_weather({weather("2026-04-06", "observed", 11.5, WeatherFlag::rainy, "2026-04-06 20:00")});
    shop.set_time("2026-04-07 08:00");

    shop->refresh(home);

    EXPECT_THAT(shop.select(context), ElementsAre("1 11.50 rainy"));
}

TEST(ForecastInputs, TakeTheObservedThenAFreshForecastThenTheNormalWeather) {
    Bakery shop(exeter());
    shop->post_bundle(bread("2026-03-02 09:00"));
    shop.set_time("2026-03-02 12:00");
    const auto after = [&](const WeatherEntry& entry) {
        shop->add_weather({entry});
        shop->refresh(home);
        return shop.select(context).at(0);
    };

    EXPECT_EQ(after(weather("2000-03-01", "normal", 8, WeatherFlag::cloudy)), "0 8.00 cloudy");
    EXPECT_EQ(after(weather("2026-03-02", "forecast", 9, WeatherFlag::windy, "2026-02-27 08:59")), "0 8.00 cloudy")
        << "older than three days at the window's start";
    EXPECT_EQ(after(weather("2026-03-02", "forecast", 9, WeatherFlag::windy, "2026-02-27 09:00")), "0 9.00 windy");
    EXPECT_EQ(after(weather("2026-03-02", "observed", 10, WeatherFlag::sunny)), "0 10.00 sunny");
    expect_true_to_rebuild(shop);
}

TEST(ForecastInputs, FollowWeatherAndHolidaysThatArriveLater) {
    Bakery shop(exeter());
    shop->post_bundle(bread("2026-03-01 09:00"));
    shop->post_bundle(bread("2026-03-02 09:00"));
    shop.set_time("2026-03-03 08:00");
    shop->refresh(home);
    ASSERT_THAT(shop.select(context), ElementsAre("0 ? ?", "0 ? ?"));

    shop->add_weather({weather("2026-03-02", "observed", 10, WeatherFlag::sunny)});
    shop->add_holidays({{.region = "GB-ENG", .day = day("2026-03-01"), .name = "Bakers' Day", .source = "test"}});
    const RefreshReport report = shop->refresh(home);

    EXPECT_EQ(report.inputs_written, 2);
    EXPECT_THAT(shop.select(context), ElementsAre("1 ? ?", "0 10.00 sunny"));
    shop.sql("DELETE FROM weather; DELETE FROM holidays");
    shop->refresh(home);
    EXPECT_THAT(shop.select(context), ElementsAre("0 ? ?", "0 ? ?"));
    expect_true_to_rebuild(shop);
}

TEST(ForecastInputs, FollowARowOfWeatherThatMovesToAnotherDay) {
    Bakery shop(exeter());
    shop->post_bundle(bread("2026-03-01 09:00"));
    shop->post_bundle(bread("2026-03-02 09:00"));
    shop->add_weather({weather("2026-03-02", "observed", 10, WeatherFlag::sunny)});
    shop->add_holidays({{.region = "GB-ENG", .day = day("2026-03-02"), .name = "Bakers' Day", .source = "test"}});
    shop.set_time("2026-03-03 08:00");
    shop->refresh(home);
    ASSERT_THAT(shop.select(context), ElementsAre("0 ? ?", "1 10.00 sunny"));

    shop.sql("UPDATE weather SET day = day - 1; UPDATE holidays SET day = day - 1");
    shop->refresh(home);

    EXPECT_THAT(shop.select(context), ElementsAre("1 10.00 sunny", "0 ? ?"));
    expect_true_to_rebuild(shop);
}

TEST(ForecastInputs, OfOtherPlacesAndDaysAreNotLookedAtAgain) {
    Bakery shop(exeter());
    shop->post_bundle(bread("2026-03-01 09:00"));
    shop->post_bundle(bread("2026-03-02 09:00"));
    shop.set_time("2026-03-03 08:00");
    shop->refresh(home);
    WeatherEntry elsewhere = weather("2026-03-02", "observed", 10, WeatherFlag::sunny);
    elsewhere.place = "41.1,-8.6";

    shop->add_weather({elsewhere, weather("2026-02-02", "observed", 10, WeatherFlag::sunny)});
    shop->add_holidays({{.region = "PT", .day = day("2026-03-02"), .name = "Dia do Pão", .source = "test"}});
    const RefreshReport report = shop->refresh(home);

    EXPECT_EQ(report, RefreshReport{});
}

TEST(ForecastInputs, FollowTheSellerToAnotherPlaceAndRegion) {
    Bakery shop;
    shop->post_bundle(bread("2026-04-06 09:00"));
    shop->add_weather({weather("2026-04-06", "observed", 11.5, WeatherFlag::rainy, "2026-04-06 20:00")});
    shop.set_time("2026-04-07 08:00");
    shop->refresh(home);
    ASSERT_THAT(shop.select(context), ElementsAre("0 ? ?"));

    shop->edit_seller(
        home, {.holiday_region = "GB-ENG", .latitude = Degrees::round(50.72), .longitude = Degrees::round(-3.53)});
    shop->refresh(home);

    EXPECT_THAT(shop.select(context), ElementsAre("1 11.50 rainy"));
    expect_true_to_rebuild(shop);
}

TEST(Forecasts, AreUpdatedInPlace) {
    Bakery shop;
    const Bundle past = shop->post_bundle(bread("2026-03-02 09:00", 6));
    const Bundle next = shop->post_bundle(bread("2026-03-03 09:00", 6));
    shop->refresh(home);
    const std::vector<std::string> identity =
        shop.select("SELECT output_id || hex(uuid) FROM forecast_output ORDER BY bundle_id");
    shop.sell(past.id, 5);
    shop.set_time("2026-03-02 12:00");

    const RefreshReport report = shop->refresh(home);

    EXPECT_EQ(report.forecasts_written, 1);
    EXPECT_EQ(shop.select("SELECT output_id || hex(uuid) FROM forecast_output ORDER BY bundle_id"), identity);
    const StoredForecast forecast = shop->forecast(next.id);
    EXPECT_EQ(forecast.predicted_sales, 5);
    EXPECT_EQ(forecast.posted_qty, 6);
    EXPECT_EQ(forecast.generated_at, at("2026-03-02 12:00"));
    EXPECT_EQ(forecast.history_rows, 1);
    EXPECT_EQ(forecast.quantiles.size(), 19U);
    EXPECT_EQ(shop->forecasts(home, false).size(), 2U);
    ASSERT_EQ(shop->forecasts(home).size(), 1U);
    expect_true_to_rebuild(shop);
}

TEST(Forecasts, SayWhichWeatherTheyRestOn) {
    Bakery shop(exeter());
    const Bundle bag = shop->post_bundle(bread("2026-03-02 09:00"));
    shop->post_bundle(bread("2026-03-03 09:00"));
    shop.set_time("2026-03-02 12:00");
    shop->refresh(home);
    const std::string unknown = shop->forecasts(home).at(0).rationale;

    shop->add_weather({weather("2026-03-03", "forecast", 21, WeatherFlag::sunny)});
    shop->refresh(home);

    EXPECT_NE(shop->forecasts(home).at(0).rationale, unknown);
    EXPECT_THAT(shop->forecasts(home).at(0).rationale, HasSubstr("21.0"));
    static_cast<void>(bag);
}

TEST(Forecasts, AreMadeAgainWhenAnotherHandDeletesThem) {
    Bakery shop;
    shop->post_bundle(bread("2026-03-03 09:00"));
    shop->refresh(home);
    const std::string before = derived_rows(shop.path());

    shop.sql("DELETE FROM forecast_output");
    shop->refresh(home);
    EXPECT_EQ(derived_rows(shop.path()), before);
    shop.sql("DELETE FROM forecast_details");
    shop->refresh(home);

    EXPECT_EQ(derived_rows(shop.path()), before);
}

TEST(Forecasts, AddUpForEachDayOfGraphFive) {
    Bakery shop(bakery_on("Europe/Lisbon"));
    const Bundle past = shop->post_bundle(bread("2026-03-02 09:00", 6));
    shop.sell(past.id, 4);
    shop->post_bundle(bread("2026-03-03 09:00", 9));
    shop->post_bundle(bread("2026-03-03 17:00", 9));
    shop->post_bundle(bread("2026-03-05 17:00", 9));
    shop.set_time("2026-03-02 12:00");

    shop->refresh(home);

    EXPECT_THAT(shop.points(5, 2), ElementsAre("2026-03-03 8.0000", "2026-03-05 4.0000"));
    const std::vector<std::string> low = shop.points(5, 3);
    const std::vector<std::string> high = shop.points(5, 4);
    ASSERT_EQ(low.size(), 2U);
    ASSERT_EQ(high.size(), 2U);
    const auto value = [](const std::string& point) { return std::stod(point.substr(11)); };
    EXPECT_LE(value(low[0]), 8);
    EXPECT_GE(value(high[0]), 8);
    EXPECT_EQ(shop->graph(home, 5).series.at(2).name, "forecast");
    EXPECT_EQ(shop->graph(home, 5).series.at(3).name, "forecast_low");
    EXPECT_EQ(shop->graph(home, 5).series.at(4).name, "forecast_high");
}

TEST(Forecasts, OfEachMethodAreStored) {
    for (const char* method : {"pooled", "similarity", "seasonal_naive"}) {
        Bakery shop(bakery_on("UTC"), method);
        shop->post_bundle(bread("2026-03-02 17:00"));

        shop->refresh(home);

        EXPECT_EQ(shop->forecasts(home).at(0).method.empty(), false) << method;
        EXPECT_EQ(shop->refresh(home), RefreshReport{}) << method;
    }
}

TEST(Forecasts, AreMadeAgainByAnotherMethod) {
    Bakery shop;
    shop->post_bundle(bread("2026-03-02 09:00"));
    shop->post_bundle(bread("2026-03-03 17:00"));
    shop.set_time("2026-03-02 12:00");
    shop->refresh(home);
    EngineOptions options = shop.options();
    options.forecast_method = "seasonal_naive";
    Engine other = Engine::open(shop.path(), options);

    const RefreshReport report = other.refresh(home);

    EXPECT_EQ(report.forecasts_written, 1);
}

TEST(Forecasts, OfAnUnknownMethodAreRefused) {
    Bakery shop;
    shop->post_bundle(bread("2026-03-03 17:00"));
    EngineOptions options = shop.options();
    options.forecast_method = "crystal ball";
    Engine other = Engine::open(shop.path(), options);

    EXPECT_EQ(refusal([&] { other.refresh(home); }).code(), ErrorCode::invalid_argument);
}

TEST(Context, ListsHolidaysBuiltInAndAdded) {
    Bakery shop(exeter());
    shop->add_holidays({{.region = "GB-ENG", .day = day("2026-12-24"), .name = "Bakers' Day", .source = "test"}});

    const std::vector<HolidayEntry> listed = shop->holidays("GB-ENG", day("2026-12-24"), day("2026-12-26"));

    ASSERT_GE(listed.size(), 3U);
    EXPECT_EQ(listed[0].name, "Bakers' Day");
    EXPECT_EQ(listed[0].source, "test");
    EXPECT_EQ(listed[1].day, day("2026-12-25"));
    EXPECT_EQ(listed[1].source, "built in");
    EXPECT_EQ(shop->add_holidays({listed[0]}), 0) << "known already";
    EXPECT_EQ(refusal([&] { shop->add_holidays({{.region = "", .day = {}, .name = "x", .source = ""}}); }).code(),
              ErrorCode::invalid_argument);
}

TEST(Context, KeepsTheNewerOfTwoRowsOfWeather) {
    Bakery shop(exeter());
    const auto newer = weather("2026-03-02", "forecast", 9, WeatherFlag::windy, "2026-03-01 10:00");
    const auto older = weather("2026-03-02", "forecast", 4, WeatherFlag::snowy, "2026-03-01 09:00");

    EXPECT_EQ(shop->add_weather({newer, older}), 1);
    EXPECT_EQ(shop->add_weather({newer}), 0);

    const std::vector<WeatherEntry> listed = shop->weather(home, day("2026-03-01"), day("2026-03-03"));
    ASSERT_EQ(listed.size(), 1U);
    EXPECT_EQ(listed[0].temperature, Celsius::round(9));
    EXPECT_EQ(refusal([&] { shop->add_weather({weather("2026-03-02", "guessed", 1, WeatherFlag::sunny)}); }).code(),
              ErrorCode::invalid_argument);
}

TEST(Context, OfASellerWithoutPlaceIsEmpty) {
    Bakery shop;
    shop->add_weather({weather("2026-03-02", "observed", 9, WeatherFlag::windy)});

    EXPECT_THAT(shop->weather(home, day("2026-03-01"), day("2026-03-03")), IsEmpty());
}

}  // namespace
}  // namespace edge::test
