#include "support/bakery.hpp"
#include "support/database_dump.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace edge::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

const SellerId home = Bakery::seller();
constexpr const char* state =
    "SELECT method || ' ' || date(settled_before * 86400, 'unixepoch') || ' ' || "
    "observations FROM forecast_state";
constexpr const char* bytes = "SELECT hex(state) FROM forecast_state";
constexpr const char* forecasts =
    "SELECT bundle_id || ' ' || rationale || ' ' || mean || ' ' || quantiles "
    "FROM forecast_output JOIN forecast_details USING (bundle_id) ORDER BY bundle_id";

/// Bags at noon and in the evening of 20 days from 2 March 2026 on, each day refreshed at ten at night; then one for
/// the 22nd.
class ForecastState : public testing::Test {
protected:
    Bakery shop{bakery_on("Europe/London"), "pooled"};

    ForecastState() {
        for (int day = 2; day <= 21; ++day) live(day);
        shop->post_bundle(bread("2026-03-22 17:00"));
        shop->refresh(home);
    }
    void live(int day) {
        const Bundle noon = shop->post_bundle(bread(fmt::format("2026-03-{:02} 12:00", day)));
        const Bundle evening = shop->post_bundle(bread(fmt::format("2026-03-{:02} 17:00", day)));
        shop.sell(noon.id, day % 4);
        shop.sell(evening.id, 3 + day % 5);
        shop.set_time(fmt::format("2026-03-{:02} 22:00", day));
        shop->refresh(home);
    }
    /// What a file without the state comes to.
    std::vector<std::string> replayed(const char* what) {
        const std::string copy = shop.path() + ".copy";
        copy_database(shop.path(), copy);
        run_sql(copy, "DELETE FROM forecast_state");
        Engine engine = Engine::open(copy, shop.options());
        static_cast<void>(engine.rebuild(home));
        return select_column(copy, what);
    }
    void expect_true_to_replay() {
        EXPECT_EQ(shop.select(bytes), replayed(bytes));
        EXPECT_EQ(shop.select(forecasts), replayed(forecasts));
        EXPECT_THAT(shop->verify().findings, IsEmpty());
    }
};

TEST_F(ForecastState, HoldsTheDaysBeforeTheNewestTwo) {
    EXPECT_THAT(shop.select(state), ElementsAre("pooled 2026-03-20 36"));
    expect_true_to_replay();
}

TEST_F(ForecastState, IsWrittenOnceADay) {
    const std::vector<std::string> before = shop.select(bytes);
    shop->post_bundle(bread("2026-03-22 09:00"));
    shop.set_time("2026-03-22 12:00");
    shop->refresh(home);
    const std::vector<std::string> morning = shop.select(bytes);

    shop.set_time("2026-03-22 22:00");
    const RefreshReport evening = shop->refresh(home);

    EXPECT_NE(before, morning);
    EXPECT_EQ(evening.windows_closed, 1);
    EXPECT_EQ(morning, shop.select(bytes)) << "the day's second window waits for its day to be settled";
    EXPECT_THAT(shop.select(state), ElementsAre("pooled 2026-03-21 38"));
    expect_true_to_replay();
}

TEST_F(ForecastState, StaysWhenOneOfTheLastTwoDaysIsCorrected) {
    const std::vector<std::string> before = shop.select(bytes);

    shop->edit_bundle(BundleId(39), {.total_qty = 20});  // the 21st, noon
    const RefreshReport report = shop->refresh(home);

    EXPECT_EQ(report.inputs_written, 1);
    EXPECT_EQ(before, shop.select(bytes));
    expect_true_to_replay();
}

TEST_F(ForecastState, IsLearnedAnewWhenASettledDayIsCorrected) {
    const std::vector<std::string> before = shop.select(bytes);

    shop->edit_bundle(BundleId(3), {.total_qty = 3});  // the 3rd, noon: sold out
    shop->refresh(home);

    EXPECT_NE(before, shop.select(bytes));
    expect_true_to_replay();
}

TEST_F(ForecastState, FollowsWhatAnotherHandWritesIntoTheHistory) {
    for (const char* sql :
         {"UPDATE closed_windows SET recorded_by = 'import'; UPDATE forecast_input SET observed_reservations = 9 "
          "WHERE bundle_id = 5",
          "DELETE FROM forecast_input WHERE bundle_id = 7",
          "UPDATE forecast_input SET window_start = window_start - 86400000000 WHERE bundle_id = 9",
          "INSERT INTO forecast_input (bundle_id, seller_id, category_id, day_of_week, window_start, window_end, "
          "is_holiday, observed_reservations, observed_no_shows, posted_qty) SELECT 11, 1, 2, 'Monday', window_start, "
          "window_end, 0, 4, 1, 10 FROM bundles WHERE bundle_id = 11",
          "UPDATE sellers SET time_zone = 'Asia/Tokyo'",
          "DELETE FROM bundles WHERE bundle_id > 12 AND bundle_id < 41"}) {
        const std::vector<std::string> before = shop.select(bytes);

        shop.sql(sql);
        shop->refresh(home);

        EXPECT_NE(before, shop.select(bytes)) << sql;
        expect_true_to_replay();
    }
}

TEST_F(ForecastState, ThatIsDamagedOrMissingIsMadeAgain) {
    const std::vector<std::string> before = shop.select(bytes);
    for (const char* damage : {"UPDATE forecast_state SET state = x'00'", "DELETE FROM forecast_state",
                               "UPDATE forecast_state SET settled_before = settled_before + 40"}) {
        shop.sql(damage);
        shop.sql("DELETE FROM forecast_output");

        shop->edit_bundle(BundleId(41), {.name = "Bag"});  // its forecast is made again
        shop.sql("UPDATE forecast_details SET context = ''");
        shop->refresh(home);

        EXPECT_EQ(before, shop.select(bytes)) << damage;
        EXPECT_THAT(shop->verify().findings, IsEmpty()) << damage;
    }
}

TEST_F(ForecastState, ThatIsUntrueIsFoundByVerify) {
    shop.sql("UPDATE forecast_state SET observations = observations + 1");

    const VerifyReport report = shop->verify();

    ASSERT_THAT(report.findings, SizeIs(1));
    EXPECT_EQ(report.findings.front().check, "forecast_state");
}

TEST_F(ForecastState, AForecastThatAnotherHandChangedIsFoundByVerify) {
    shop.sql("UPDATE forecast_output SET predicted_reservations = predicted_reservations + 1 WHERE bundle_id = 41");

    const VerifyReport report = shop->verify();

    ASSERT_THAT(report.findings, SizeIs(1));
    EXPECT_EQ(report.findings.front().check, "forecasts");
    EXPECT_THAT(report.findings.front().message, testing::HasSubstr("bundle 41"));
    shop->rebuild(home);
    EXPECT_THAT(shop->verify().findings, IsEmpty());
}

TEST_F(ForecastState, ForecastsOfAnotherVersionOfTheMethodAreMadeAnew) {
    const std::vector<std::string> before = shop.select(forecasts);
    shop.sql(
        "UPDATE forecast_output SET predicted_sales = 77; UPDATE forecast_details SET context = "
        "replace(context, 'pooled.', 'pooled.0')");

    shop->refresh(home);

    EXPECT_EQ(before, shop.select(forecasts));
    EXPECT_THAT(shop->verify().findings, IsEmpty());
}

TEST_F(ForecastState, IsNotKeptWithoutInputs) {
    shop.sql("DELETE FROM bundles");

    shop->refresh(home);

    EXPECT_THAT(shop.select(state), IsEmpty());
}

TEST_F(ForecastState, OfAnotherMethodIsNotLeftToAge) {
    EngineOptions options = shop.options();
    options.forecast_method = "similarity";
    {
        Engine other = Engine::open(shop.path(), options);
        static_cast<void>(other.refresh(home));
    }
    EXPECT_THAT(shop.select(state), IsEmpty());

    shop->refresh(home);

    EXPECT_THAT(shop.select(state), SizeIs(1));
    expect_true_to_replay();
}

/// A window that ends after midnight closes after the next day's first.
TEST_F(ForecastState, TakesAWindowOfTheDayBeforeWithoutLearningAnew) {
    NewBundle night = bread("2026-03-22 22:00");
    night.window.end = at("2026-03-23 03:00");
    shop->post_bundle(night);
    NewBundle early = bread("2026-03-23 00:30");
    early.window.end = at("2026-03-23 01:00");
    shop->post_bundle(early);
    shop.set_time("2026-03-23 01:30");
    shop->refresh(home);
    const std::vector<std::string> before = shop.select(bytes);

    shop.set_time("2026-03-23 03:30");
    shop->refresh(home);

    EXPECT_EQ(before, shop.select(bytes));
    expect_true_to_replay();
}

}  // namespace
}  // namespace edge::test
