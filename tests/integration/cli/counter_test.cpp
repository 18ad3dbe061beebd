#include "integration/cli/cli_process.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>

#include <filesystem>

namespace edge::test {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;

class CounterCommands : public CliProcess {};

TEST_F(CounterCommands, InitMakesAShopAndRefusesToMakeItTwice) {
    EXPECT_THAT(text({"init", "--name", "Corner Bakery", "--time-zone", "Europe/London"}),
                HasSubstr("for Corner Bakery (Europe/London, GBP)"));

    EXPECT_THAT(refusal({"init", "--name", "Another"}, 73, "already_exists"), HasSubstr("shop.db"));
    EXPECT_EQ(text_of(data({"status"}).at("seller").at("name")), "Corner Bakery");
}

TEST_F(CounterCommands, InitAnswersInJsonAndMakesTheFolder) {
    environment["EDGE_ANALYTICS_DB"] = file("deep/er/shop.db");

    const auto made = data(
        {"init", "--name", "Padaria", "--time-zone", "Europe/Lisbon", "--currency", "EUR", "--country", "Portugal"});

    EXPECT_EQ(text_of(made.at("seller").at("currency")), "EUR");
    EXPECT_TRUE(std::filesystem::exists(file("deep/er/shop.db")));
}

TEST_F(CounterCommands, InitRefusesWhatAShopCannotBe) {
    EXPECT_THAT(refusal({"init"}, 64, "usage"), HasSubstr("hint: edge-analytics init --name"));
    refusal({"init", "--name", "X", "--time-zone", "Mars/Olympus"}, 64, "bad_time_zone");
    refusal({"init", "--name", "X", "--latitude", "91"}, 64, "usage");
    refusal({"init", "--name", "X", "--currency", "pounds"}, 64, "invalid_argument");
    EXPECT_FALSE(std::filesystem::exists(file("shop.db")));
}

TEST_F(CounterCommands, ACommandWithoutAShopSaysHowToMakeOne) {
    for (const auto& words : std::vector<std::vector<std::string>>{
             {"status"}, {"bundle", "list"}, {"reserve", "1"}, {"refresh"}, {"sync", "status"}, {"diff"}}) {
        refusal(words, 66, "not_found");
    }
    EXPECT_FALSE(std::filesystem::exists(file("shop.db")));
}

TEST_F(CounterCommands, TheSellersClockIsChangedAndDaysFollow) {
    make_shop();
    const auto post = [&] {
        text({"bundle", "post", "Bag", "-c", "Bread", "-n", "1", "--price", "1", "--window", "18:00-19:00"});
    };
    post();

    EXPECT_EQ(text({"seller", "edit", "--time-zone", "Europe/Lisbon", "--latitude", "38.722300"}),
              "Changed seller 1: Corner Bakery, Europe/Lisbon\n");

    post();
    const auto seller = data({"seller", "show"});
    EXPECT_EQ(text_of(seller.at("time_zone")), "Europe/Lisbon");
    EXPECT_THAT(text({"seller", "show"}), AllOf(HasSubstr("38.722300"), HasSubstr("Europe/Lisbon")));
    EXPECT_THAT(refusal({"seller", "edit", "--time-zone", "Lisbon"}, 64, "bad_time_zone"), HasSubstr("Lisbon"));
    EXPECT_THAT(refusal({"seller", "edit", "--longitude", "200"}, 64, "usage"), HasSubstr("--longitude"));
    EXPECT_THAT(refusal({"seller", "edit"}, 64, "usage"), HasSubstr("without saying what"));
    EXPECT_EQ(text_of(data({"seller", "show"}).at("time_zone")), "Europe/Lisbon");
    text({"verify"});
}

TEST_F(CounterCommands, CategoriesAreAddedOnce) {
    make_shop();

    EXPECT_EQ(text({"category", "add", "Dairy", "--co2e", "3.2"}), "Added category 2: Dairy\n");
    refusal({"category", "add", "Dairy"}, 73, "already_exists");
    refusal({"category", "add", ""}, 64, "invalid_argument");
    refusal({"category", "add", "Fish", "--co2e", "much"}, 64, "usage");
    EXPECT_EQ(text({"category", "list"}),
              "Category  Name   kg CO2e/kg\n       1  Bread         1.5\n       2  Dairy         3.2\n");
    EXPECT_EQ(data({"category", "list"}).at("categories").as_array().size(), 2U);
    EXPECT_EQ(text_of(data({"category", "add", "Fish"}).at("name")), "Fish");
}

TEST_F(CounterCommands, ABundleIsPostedByTheShopsClock) {
    make_shop();

    const auto posted = data({"bundle", "post", "Night bag", "-c", "bread", "-n", "4", "--price", "2.50", "--discount",
                              "50", "--window", "22:00-01:00", "--day", "tomorrow"});

    EXPECT_EQ(text_of(posted.at("window").at("start")), "2026-11-24T22:00:00+00:00");
    EXPECT_EQ(text_of(posted.at("window").at("end")), "2026-11-25T01:00:00+00:00");
    EXPECT_EQ(posted.at("price_minor").as_int64(), 250);
    EXPECT_EQ(posted.at("id").as_int64(), 2);
}

TEST_F(CounterCommands, ABundleThatCannotBeIsRefused) {
    make_shop();
    const auto post = [](std::vector<std::string> more) {
        std::vector<std::string> words = {"bundle", "post", "Bag"};
        words.insert(words.end(), more.begin(), more.end());
        return words;
    };

    EXPECT_THAT(refusal(post({"-c", "Cheese", "-n", "1", "--window", "16:00-18:00"}), 65, "unknown_category"),
                HasSubstr("hint: edge-analytics category list"));
    refusal(post({"-c", "1", "-n", "-1", "--window", "16:00-18:00"}), 64, "negative_quantity");
    refusal(post({"-c", "1", "-n", "1"}), 64, "usage");
    refusal(post({"-c", "1", "-n", "many", "--window", "16:00-18:00"}), 64, "usage");
    refusal(post({"-c", "1", "-n", "1", "--price", "3.999", "--window", "16:00-18:00"}), 64, "usage");
    refusal(post({"-c", "1", "-n", "1", "--window", "16-18"}), 64, "usage");
    refusal(post({"-c", "1", "-n", "1", "--from", "2026-11-23T18:00", "--to", "2026-11-23T16:00"}), 64,
            "invalid_argument");
    refusal({"bundle", "post", "-c", "1", "-n", "1", "--window", "16:00-18:00"}, 64, "usage");
}

TEST_F(CounterCommands, BundlesToComeAreListedAndPastOnesOnDemand) {
    make_shop();
    text({"bundle", "post", "Tomorrow", "-c", "1", "-n", "3", "--price", "2", "--window", "10:00-11:00", "--day",
          "tomorrow"});

    EXPECT_EQ(text({"bundle", "list"}),
              "Bundle  Window                  Name         Categories  Price  Posted  Reserved  Collected  Left\n"
              "     1  2026-11-23 16:00–18:00  Evening bag  Bread        3.99       2         0          0     2\n"
              "     2  2026-11-24 10:00–11:00  Tomorrow     Bread        2.00       3         0          0     3\n");
    EXPECT_EQ(data({"bundle", "list", "--from", "tomorrow"}).at("bundles").as_array().size(), 1U);
    EXPECT_EQ(data({"bundle", "list", "--to", "today"}).at("bundles").as_array().size(), 1U);
    EXPECT_EQ(data({"bundle", "list", "--limit", "1"}).at("bundles").as_array().size(), 1U);
    environment["EDGE_ANALYTICS_AS_OF"] = "2026-11-30T12:00:00Z";
    EXPECT_EQ(data({"bundle", "list"}).at("bundles").as_array().size(), 0U);
    EXPECT_EQ(data({"bundle", "list", "--all"}).at("bundles").as_array().size(), 2U);
    EXPECT_THAT(text({"bundle", "list"}), HasSubstr("--all"));
    refusal({"bundle", "list", "--from", "someday"}, 64, "usage");
}

TEST_F(CounterCommands, ABundleIsShownEditedAndClosed) {
    make_shop();

    EXPECT_EQ(text({"bundle", "edit", "1", "--quantity", "5", "--name", "Big bag"}),
              "Changed bundle 1: 5 × Big bag, 2026-11-23 16:00–18:00, 3.99 GBP\n");
    EXPECT_EQ(data({"bundle", "show", "1"}).at("left").as_int64(), 5);
    EXPECT_THAT(text({"bundle", "show", "1"}), HasSubstr("saves 1500 g CO2e"));
    EXPECT_EQ(text_of(data({"bundle", "edit", "1", "--window", "17:00-19:00"}).at("window").at("start")),
              "2026-11-23T17:00:00+00:00");
    EXPECT_EQ(text_of(data({"bundle", "close", "1"}).at("closed_at")), "2026-11-23T12:00:00Z");
    refusal({"reserve", "1"}, 65, "bundle_closed");
    EXPECT_THAT(text({"bundle", "list"}), HasSubstr("closed"));
    EXPECT_EQ(data({"bundle", "list", "--open"}).at("bundles").as_array().size(), 0U);
}

TEST_F(CounterCommands, ABundleThatIsNotThereIsRefused) {
    make_shop();

    refusal({"bundle", "show", "99"}, 65, "unknown_bundle");
    refusal({"bundle", "edit", "99", "--quantity", "1"}, 65, "unknown_bundle");
    refusal({"bundle", "close", "99"}, 65, "unknown_bundle");
    refusal({"bundle", "edit", "1"}, 64, "usage");
    refusal({"bundle", "show", "one"}, 64, "usage");
}

TEST_F(CounterCommands, FewerThanAreReservedCannotBePosted) {
    make_shop();
    text({"reserve", "1"});

    refusal({"bundle", "edit", "1", "--quantity", "0"}, 65, "conflict");
}

TEST_F(CounterCommands, AReservationGetsACodeAndIsCollectedOnce) {
    make_shop();

    const std::string reserved = text({"reserve", "1"});
    EXPECT_THAT(reserved, MatchesRegex("[2-9A-Z]{6}  Evening bag, 2026-11-23 16:00–18:00, 1 left\n"));
    const std::string code = reserved.substr(0, 6);

    EXPECT_EQ(text({"collect", code}), "Collected " + code + ": Evening bag, 2026-11-23 16:00–18:00\n");
    EXPECT_THAT(refusal({"collect", code}, 65, "already_collected"), HasSubstr("2026-11-23"));
    EXPECT_EQ(text_of(document({"collect", code}, 65).at("error").at("details").at("collected_at")),
              "2026-11-23T12:00:00Z");
}

TEST_F(CounterCommands, ACodeMayBeTypedAnyhow) {
    make_shop();
    text({"reserve", "1", "--code", "K7M2QX", "--consumer", "4827"});

    const auto collected = data({"collect", "k7m-2qx"});

    EXPECT_EQ(text_of(collected.at("claim_code")), "K7M2QX");
    EXPECT_EQ(text_of(collected.at("consumer")), "4827");
}

TEST_F(CounterCommands, CounterRefusalsHaveTheirCodes) {
    make_shop();
    text({"reserve", "1", "--code", "AAA"});

    refusal({"reserve", "1", "--code", "AAA"}, 65, "claim_code_collision");
    refusal({"reserve", "1", "--code", "123456789012345678901"}, 64, "invalid_argument");
    refusal({"reserve", "99"}, 65, "unknown_bundle");
    refusal({"collect", "ZZZ"}, 65, "unknown_code");
    text({"reserve", "1", "--code", "BBB"});
    refusal({"reserve", "1"}, 65, "sold_out");
    text({"cancel", "BBB"});
    refusal({"collect", "BBB"}, 65, "reservation_cancelled");
    environment["EDGE_ANALYTICS_AS_OF"] = "2026-11-23T18:00:00Z";
    refusal({"reserve", "1"}, 65, "window_over");
    refusal({"collect", "AAA"}, 65, "window_over");
}

TEST_F(CounterCommands, AnAmbiguousCodeListsTheBundlesItFits) {
    make_shop();
    text({"bundle", "post", "Other", "-c", "1", "-n", "3", "--window", "16:00-18:00"});
    text({"reserve", "1", "--code", "AAA"});
    text({"reserve", "2", "--code", "AAA"});

    EXPECT_THAT(refusal({"collect", "AAA"}, 65, "ambiguous_code"), HasSubstr("--bundle"));
    EXPECT_EQ(document({"collect", "AAA"}, 65).at("error").at("details").at("bundle_id").as_array().size(), 2U);
    EXPECT_EQ(data({"collect", "AAA", "--bundle", "2"}).at("bundle_id").as_int64(), 2);
    EXPECT_EQ(data({"cancel", "AAA", "--bundle", "1"}).at("bundle_id").as_int64(), 1);
}

TEST_F(CounterCommands, CancellingTwiceIsNoComplaint) {
    make_shop();
    text({"reserve", "1", "--code", "AAA"});

    EXPECT_THAT(text({"cancel", "AAA"}), HasSubstr("Cancelled AAA"));
    EXPECT_EQ(text_of(data({"cancel", "AAA"}).at("cancelled_at")), "2026-11-23T12:00:00Z");
    refusal({"cancel", "ZZZ"}, 65, "unknown_code");
}

TEST_F(CounterCommands, TheSameRequestWithTheSameKeyHappensOnce) {
    make_shop();

    const auto first = data({"reserve", "1", "--idempotency-key", "till-1"});
    const auto again = data({"reserve", "1", "--idempotency-key", "till-1"});

    EXPECT_EQ(first, again);
    EXPECT_EQ(data({"bundle", "show", "1"}).at("reserved").as_int64(), 1);
    refusal({"reserve", "1", "--consumer", "7", "--idempotency-key", "till-1"}, 65, "idempotency_mismatch");
    const std::string code = text_of(first.at("claim_code"));
    EXPECT_EQ(data({"collect", code, "--idempotency-key", "till-2"}),
              data({"collect", code, "--idempotency-key", "till-2"}));
    EXPECT_EQ(data({"bundle", "close", "1", "--idempotency-key", "till-3"}),
              data({"bundle", "close", "1", "--idempotency-key", "till-3"}));
}

TEST_F(CounterCommands, ReservationsAreListedByState) {
    make_shop();
    text({"reserve", "1", "--code", "AAA"});
    text({"reserve", "1", "--code", "BBB"});
    text({"collect", "AAA"});

    EXPECT_EQ(
        text({"reservation", "list"}),
        "Reservation  Code  State      Bundle  Name         Window                  Reserved at       Collected at\n"
        "          1  AAA   collected       1  Evening bag  2026-11-23 16:00–18:00  2026-11-23 12:00  2026-11-23 "
        "12:00\n"
        "          2  BBB   open            1  Evening bag  2026-11-23 16:00–18:00  2026-11-23 12:00\n");
    EXPECT_EQ(data({"reservation", "list", "--state", "open"}).at("reservations").as_array().size(), 1U);
    environment["EDGE_ANALYTICS_AS_OF"] = "2026-11-24T12:00:00Z";
    EXPECT_EQ(data({"reservation", "list", "--state", "no_show", "--bundle", "1"}).at("reservations").as_array().size(),
              1U);
    EXPECT_EQ(text({"reservation", "list", "--state", "open"}), "No reservations.\n");
    refusal({"reservation", "list", "--state", "lost"}, 64, "usage");
}

TEST_F(CounterCommands, NamesCannotSteerTheTerminal) {
    make_shop();
    text({"bundle", "edit", "1", "--name", "\x1b[2Jbag"});

    EXPECT_EQ(text({"bundle", "list"}).find('\x1b'), std::string::npos);
    EXPECT_EQ(text_of(data({"bundle", "show", "1"}).at("name")), "\x1b[2Jbag");
}

}  // namespace
}  // namespace edge::test
