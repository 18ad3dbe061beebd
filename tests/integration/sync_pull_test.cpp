#include "support/device.hpp"

#include "edge/hub/intake.hpp"
#include "edge/hub/server.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <string_view>

namespace edge {
namespace {

using test::Device;
using test::first_difference;
using test::no_answer;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class SyncPullTest : public testing::Test {
protected:
    void SetUp() override {
        till.engine->add_category("Bread", *Co2Coefficient::parse("2.5"));
        bag = till.post().id;
        settle();
    }
    void later() { hub.now += std::chrono::minutes(5); }
    /// Everybody syncs until nobody has anything new, and all are found equal.
    void settle() {
        for (int round = 0; round < 3; ++round) {
            for (Device* device : {&till, &tablet, &kiosk}) {
                later();
                static_cast<void>(device->sync());
            }
        }
        for (Device* device : {&till, &tablet, &kiosk}) {
            const SyncReport report = device->sync();
            EXPECT_EQ(first_difference(device->rows(), device->rows_at_hub()), "");
            EXPECT_FALSE(report.diverged);
            EXPECT_EQ(report.pending_changes, 0) << report.reason;
        }
    }
    static std::string name_at(Device& device) { return device.select("SELECT bundle_name FROM bundles").at(0); }
    static BundleId bag_at(Device& device) {
        return BundleId(std::stoll(device.select("SELECT bundle_id FROM bundles").at(0)));
    }

    static BundleId newest_at(Device& device) {
        return BundleId(std::stoll(device.select("SELECT max(bundle_id) FROM bundles").front()));
    }
    /// The hub calls nothing durable from here on until it is told to, and everybody has all that there is.
    void only_what_is_backed_up_is_durable() {
        hub.store().set_durable({.rule = hub::DurableRule::command});
        settle();
    }
    /// A copy of the hub as it is, for `restore`.
    [[nodiscard]] std::string back_up(const std::string& name) const {
        std::string backup = folder.file(name);
        test::run_sql(folder.file("hub.db"), "VACUUM INTO '" + backup + "'");
        return backup;
    }

    test::TemporaryFolder folder;
    test::NearbyHub hub{folder.file("hub.db")};
    Device till{hub};
    Device tablet{hub};
    Device kiosk{hub};
    BundleId bag{0};
};

TEST_F(SyncPullTest, BringsWhatAnotherDeviceDid) {
    till.engine->collect(till.reserve(bag).claim_code);
    later();
    static_cast<void>(till.sync());

    const SyncReport report = tablet.sync();

    EXPECT_TRUE(report.equal) << report.reason;
    EXPECT_EQ(report.rows_received, 1);
    EXPECT_THAT(tablet.select("SELECT count(collected_at) FROM reservations"), ElementsAre("1"));
    EXPECT_EQ(first_difference(tablet.rows(), till.rows()), "");
}

TEST_F(SyncPullTest, MakesNothingToSend) {
    till.engine->edit_bundle(bag, {.name = "Renamed"});
    till.reserve(bag);
    static_cast<void>(till.sync());
    static_cast<void>(tablet.sync());

    EXPECT_EQ(tablet.engine->diff(DiffFormat::merge_patch).rows, 0);
    EXPECT_EQ(tablet.sync().changes_sent, 0);
    EXPECT_EQ(till.sync().rows_received, 0);
}

TEST_F(SyncPullTest, ShowsWhatCameInTheGraphs) {
    till.engine->collect(till.reserve(bag).claim_code);
    static_cast<void>(till.sync());
    static_cast<void>(tablet.sync());

    till.engine->refresh(till.engine->home_seller());
    tablet.engine->refresh(tablet.engine->home_seller());

    const Graph here = till.engine->graph(till.engine->home_seller(), 2);
    const Graph there = tablet.engine->graph(tablet.engine->home_seller(), 2);
    EXPECT_EQ(there.series, here.series);
    settle();
}

TEST_F(SyncPullTest, KeepsBothFieldsWhenTwoDevicesWroteDifferentOnes) {
    till.engine->edit_bundle(bag, {.name = "Renamed"});
    later();
    tablet.engine->edit_bundle(bag_at(tablet), {.price = Money{150}});

    settle();

    for (Device* device : {&till, &tablet, &kiosk}) {
        EXPECT_THAT(device->select("SELECT bundle_name || ' ' || price_minor FROM bundles"),
                    ElementsAre("Renamed 150"));
    }
}

/// The answer shows the bundle as it was before the other process changed it.
TEST_F(SyncPullTest, AnAnswerThatAnotherProcessHasOvertakenTakesNothingBack) {
    tablet.engine->edit_bundle(bag_at(tablet), {.name = "Renamed"});
    static_cast<void>(tablet.sync());
    bool is_first = true;
    hub.network = [&](const HubRequest& request) {
        HubAnswer answer = hub.deliver(request);
        if (!std::exchange(is_first, false)) return answer;
        EngineOptions options;
        options.clock = [&] { return hub.now; };
        Engine other = Engine::open(till.path(), options);
        static_cast<void>(other.sync({.url = "http://hub", .exchange = hub.exchange()}));
        other.edit_bundle(bag, {.price = Money{555}});
        static_cast<void>(other.sync({.url = "http://hub", .exchange = hub.exchange()}));
        return answer;
    };

    const SyncReport report = till.sync();

    EXPECT_THAT(till.select("SELECT bundle_name || ' ' || price_minor FROM bundles"), ElementsAre("Renamed 555"));
    EXPECT_FALSE(report.diverged);
    EXPECT_THAT(till.select("SELECT count(*) FROM sync_repairs"), ElementsAre("0"));
    settle();
}

/// The row came before the change was sent, so that no page brings it again.
TEST_F(SyncPullTest, HearsOfWhatStandsInsteadWhenItOnlySends) {
    till.engine->edit_bundle(bag, {.name = "Earlier"});
    hub.network = [](const HubRequest&) { return no_answer(); };
    static_cast<void>(till.sync());
    hub.network = nullptr;
    later();
    tablet.engine->edit_bundle(bag_at(tablet), {.name = "Later"});
    static_cast<void>(tablet.sync());
    const auto sync_only = [&](SyncDirection direction) {
        return till.engine->sync({.url = "http://hub", .direction = direction, .exchange = hub.exchange()});
    };
    static_cast<void>(sync_only(SyncDirection::pull));
    EXPECT_EQ(name_at(till), "Earlier");

    static_cast<void>(sync_only(SyncDirection::push));

    EXPECT_EQ(name_at(till), "Later");
    settle();
}

TEST_F(SyncPullTest, KeepsTheLaterOfTwoWritesToOneField) {
    till.engine->edit_bundle(bag, {.name = "Earlier"});
    static_cast<void>(till.engine->diff(DiffFormat::merge_patch));
    hub.network = [](const HubRequest&) { return no_answer(); };
    static_cast<void>(till.sync());
    later();
    tablet.engine->edit_bundle(bag_at(tablet), {.name = "Later"});
    hub.network = nullptr;
    static_cast<void>(tablet.sync());

    settle();

    for (Device* device : {&till, &tablet, &kiosk}) EXPECT_EQ(name_at(*device), "Later");
}

TEST_F(SyncPullTest, LaysWhatIsNotConfirmedOnTopOfWhatComes) {
    tablet.engine->edit_bundle(bag_at(tablet), {.description = "from the tablet", .price = Money{150}});
    static_cast<void>(tablet.sync());
    later();
    till.engine->edit_bundle(bag, {.name = "Mine", .description = "from the till"});
    hub.network = [&](const HubRequest& request) {
        // the answer to a poll comes, what was sent does not arrive
        HubRequest poll = request;
        poll.body = R"({"v":1,"type":"sync","seller":")" + till.seller_key() + R"(","replica":"x","seen":)" +
                    till.select("SELECT value FROM sync_state WHERE name = 'seen'").at(0) + "}\n";
        return hub.deliver(poll);
    };

    static_cast<void>(till.sync());

    EXPECT_THAT(till.select("SELECT bundle_name || ', ' || price_minor || ', ' || description FROM bundles"),
                ElementsAre("Mine, 150, from the till"));
    hub.network = nullptr;
    settle();
    EXPECT_EQ(name_at(kiosk), "Mine");
}

/// This program knows nothing of colours: it neither shows nor loses them.
TEST_F(SyncPullTest, AColumnOfANewerDeviceOutlivesWhatAnOlderOneDoes) {
    const std::string key = Uuid::parse("019b0000-0000-7000-8000-000000000001")->wire();
    const std::string seller = till.seller_key();
    // rows differ by that column alone, and nobody takes that for a difference
    const auto settle_but_for_it = [&] {
        for (Device* device : {&till, &tablet, &kiosk, &till}) {
            later();
            const SyncReport report = device->sync();
            EXPECT_TRUE(report.equal) << report.reason;
            EXPECT_FALSE(report.diverged);
        }
    };
    const std::string newer = R"({"v":1,"type":"segment","seller":")" + seller +
                              R"(","replica":"replica-new","epoch":1,"seq":1,"prev":"","schema":99,"seen":0,)"
                              R"("h0":1764000000000,"changes":[{"t":"category","k":")" +
                              key + R"(","op":"c","p":{"name":"Cake","coefficient":"1.000000000","colour":"brown"}}]})";
    ASSERT_EQ(hub.deliver({.url = {}, .path = "/v1/sync", .body = newer + "\n", .content_type = {}}).status, 200);
    settle_but_for_it();

    till.sql("UPDATE category SET category_name = 'Cakes' WHERE category_name = 'Cake'");
    settle_but_for_it();
    Engine::bootstrap(tablet.path(), {.url = "http://hub", .shop = seller, .exchange = hub.exchange()},
                      {.clock = [this] { return hub.now; }});
    tablet.sql("UPDATE category SET category_coefficient = '2.000000000' WHERE category_name = 'Cakes'");
    settle_but_for_it();

    EXPECT_THAT(hub.rows(seller), Contains(testing::AllOf(HasSubstr("Cakes"), HasSubstr("2.000000000"),
                                                          HasSubstr(R"("colour":"brown")"))));
}

TEST_F(SyncPullTest, EqualValuesOfTwoDevicesReachTheThird) {
    till.engine->edit_bundle(bag, {.name = "Same"});
    tablet.engine->edit_bundle(bag_at(tablet), {.name = "Same"});

    settle();

    EXPECT_EQ(name_at(kiosk), "Same");
}

TEST_F(SyncPullTest, TwoDeletionsReachTheThird) {
    till.sql("DELETE FROM bundles");
    tablet.sql("DELETE FROM bundles");

    settle();

    EXPECT_THAT(kiosk.select("SELECT bundle_id FROM bundles"), IsEmpty());
}

TEST_F(SyncPullTest, ADeletionBeatsAnEditMadeMeanwhile) {
    till.sql("DELETE FROM bundles");
    static_cast<void>(till.sync());
    later();
    tablet.engine->edit_bundle(bag_at(tablet), {.name = "Too late"});

    settle();

    for (Device* device : {&till, &tablet, &kiosk}) EXPECT_THAT(device->select("SELECT 1 FROM bundles"), IsEmpty());
}

TEST_F(SyncPullTest, AReservationMadeMeanwhileBringsTheBundleBackClosed) {
    till.sql("DELETE FROM bundles");
    static_cast<void>(till.sync());
    later();
    tablet.reserve(bag_at(tablet));

    settle();

    for (Device* device : {&till, &tablet, &kiosk}) {
        EXPECT_THAT(device->select("SELECT closed_at IS NOT NULL FROM bundles"), ElementsAre("1"));
        EXPECT_THAT(device->select("SELECT count(*) FROM reservations"), ElementsAre("1"));
    }
}

TEST_F(SyncPullTest, ARowThatWasDeletedCanBeMadeAgain) {
    till.sql("CREATE TABLE kept AS SELECT * FROM bundles; DELETE FROM bundles");
    settle();
    till.sql("INSERT INTO bundles SELECT * FROM kept; UPDATE bundles SET bundle_name = 'Again'; DROP TABLE kept");

    settle();

    for (Device* device : {&till, &tablet, &kiosk}) EXPECT_EQ(name_at(*device), "Again");
}

TEST_F(SyncPullTest, CollectingBeatsCancelling) {
    const std::string code = till.reserve(bag).claim_code;
    settle();
    tablet.engine->cancel(code);
    till.engine->collect(code);
    static_cast<void>(tablet.sync());

    settle();

    for (Device* device : {&till, &tablet, &kiosk}) {
        EXPECT_THAT(device->select("SELECT count(collected_at) FROM reservations"), ElementsAre("1"));
    }
}

TEST_F(SyncPullTest, RowsThatTheHubWritesReachTheDevices) {
    const std::string bundle = hub.rows(till.seller_key()).at(2).substr(8, 26);
    hub::write_own_rows(
        hub.store(), till.seller_key(),
        {{.table = "reservations",
          .key = "01JDQ4S5ZC0000000000000001",
          .op = protocol::Op::create,
          .fields = {{"bundle", bundle},
                     {"consumer", "online-9"},
                     {"claim_code", "WEB9"},
                     {"reserved_at", "2025-11-24T16:00:00Z"},
                     {"collected_at", std::monostate{}},
                     {"cancelled_at", std::monostate{}}}},
         {.table = "sellers", .key = till.seller_key(), .op = protocol::Op::update, .fields = {{"city", "Leeds"}}}},
        hub.now);

    settle();

    EXPECT_EQ(till.engine->collect("WEB9").consumer, "online-9");
    EXPECT_THAT(kiosk.select("SELECT city FROM sellers"), ElementsAre("Leeds"));
    settle();
}

TEST_F(SyncPullTest, ACategoryMadeOnTwoDevicesIsTwoCategories) {
    till.engine->add_category("Cake", *Co2Coefficient::parse("1.0"));
    tablet.engine->add_category("Cake", *Co2Coefficient::parse("3.0"));

    settle();

    EXPECT_THAT(kiosk.select("SELECT category_name FROM category ORDER BY 1"),
                ElementsAre("Bread", "Cake", "Cake (2)"));
}

TEST_F(SyncPullTest, AHolidayMadeOnTwoDevicesIsOne) {
    for (Device* device : {&till, &tablet}) {
        device->sql("INSERT INTO holidays (region, day, name) VALUES ('GB', 20400, 'Feast')");
    }

    settle();

    EXPECT_THAT(kiosk.select("SELECT name FROM holidays"), ElementsAre("Feast"));
}

TEST_F(SyncPullTest, AHolidayMadeAnewInThePlaceOfADeletedOneStays) {
    till.sql(
        "INSERT INTO holidays (uuid, region, day, name) VALUES (x'01000000000000000000000000000001', 'GB', 1, 'A')");
    settle();
    till.sql(
        "DELETE FROM holidays; "
        "INSERT INTO holidays (uuid, region, day, name) VALUES (x'ff000000000000000000000000000001', 'GB', 1, 'A')");

    settle();

    for (Device* device : {&till, &tablet, &kiosk}) {
        EXPECT_THAT(device->select("SELECT hex(uuid) FROM holidays"), ElementsAre("FF000000000000000000000000000001"));
    }
}

TEST_F(SyncPullTest, OneCodeGivenTwiceStaysTwoSales) {
    till.sql("INSERT INTO reservations (bundle_id, claim_code) SELECT bundle_id, 'TWICE' FROM bundles");
    tablet.sql("INSERT INTO reservations (bundle_id, claim_code) SELECT bundle_id, 'TWICE' FROM bundles");

    settle();

    EXPECT_THAT(kiosk.select("SELECT claim_code FROM reservations ORDER BY 1"), ElementsAre("TWICE", "TWICE-2"));
}

/// In one transaction, by way of a value that nobody has.
std::string exchange(const std::string& table, const std::string& column, const std::string& one,
                     const std::string& other) {
    const std::string set = "UPDATE " + table + " SET " + column + " = ";
    const std::string where = " WHERE " + column + " = ";
    return "BEGIN; " + set + "'-'" + where + one + "; " + set + one + where + other + "; " + set + other + where +
           "'-'; COMMIT; ";
}

TEST_F(SyncPullTest, RowsThatExchangedWhatIsUniqueDoSoOnEveryDevice) {
    till.engine->add_category("Cake", *Co2Coefficient::parse("1.5"));
    till.sql(
        "INSERT INTO holidays (region, day, name) VALUES ('GB', 1, 'Feast'), ('GB', 1, 'Fair'); INSERT INTO "
        "weather (place, day, kind, fetched_at) VALUES ('1,1', 1, 'observed', 1), ('2,2', 1, 'observed', 2); "
        "INSERT INTO reservations (bundle_id, claim_code, consumer_id) SELECT bundle_id, 'A', 'ann' FROM bundles; "
        "INSERT INTO reservations (bundle_id, claim_code, consumer_id) SELECT bundle_id, 'B', 'bob' FROM bundles");
    settle();
    till.sql(exchange("reservations", "claim_code", "'A'", "'B'") +
             exchange("category", "category_name", "'Bread'", "'Cake'") +
             exchange("holidays", "name", "'Feast'", "'Fair'") + exchange("weather", "place", "'1,1'", "'2,2'"));
    later();
    static_cast<void>(till.sync());

    later();
    const SyncReport report = tablet.sync();

    EXPECT_EQ(report.changes_sent, 0) << "what is pulled is not sent";
    EXPECT_EQ(tablet.sync().changes_sent, 0);
    EXPECT_THAT(tablet.select("SELECT count(*) FROM sync_parked"), ElementsAre("0"));
    EXPECT_EQ(first_difference(tablet.rows(), till.rows()), "");
    EXPECT_THAT(tablet.select("SELECT claim_code FROM reservations ORDER BY consumer_id"), ElementsAre("B", "A"));
    settle();
    EXPECT_THAT(till.engine->rejects(), IsEmpty());
}

TEST_F(SyncPullTest, CodesMoveAlongARowOfReservations) {
    till.sql(
        "INSERT INTO reservations (bundle_id, claim_code, consumer_id) SELECT bundle_id, c, c FROM bundles, "
        "(SELECT 'A' AS c UNION ALL SELECT 'B' UNION ALL SELECT 'C')");
    settle();
    till.sql(
        "BEGIN; UPDATE reservations SET claim_code = 'D' WHERE consumer_id = 'C'; UPDATE reservations SET "
        "claim_code = 'C' WHERE consumer_id = 'B'; UPDATE reservations SET claim_code = 'B' WHERE consumer_id = "
        "'A'; INSERT INTO reservations (bundle_id, claim_code, consumer_id) SELECT bundle_id, 'A', 'E' FROM "
        "bundles; COMMIT");

    settle();

    for (Device* device : {&tablet, &kiosk}) {
        EXPECT_THAT(device->select("SELECT claim_code FROM reservations ORDER BY consumer_id"),
                    ElementsAre("B", "C", "D", "A"));
        EXPECT_THAT(device->select("SELECT count(*) FROM sync_parked"), ElementsAre("0"));
    }
    EXPECT_THAT(till.engine->rejects(), IsEmpty());
}

TEST_F(SyncPullTest, AnExchangeWaitsForWhatIsNotSentHereYet) {
    till.sql(
        "INSERT INTO reservations (bundle_id, claim_code, consumer_id) SELECT bundle_id, c, c FROM bundles, "
        "(SELECT 'A' AS c UNION ALL SELECT 'B')");
    settle();
    till.sql(exchange("reservations", "claim_code", "'A'", "'B'"));
    tablet.sql("UPDATE reservations SET collected_at = 1764000000000000 WHERE consumer_id = 'A'");

    settle();

    for (Device* device : {&till, &tablet, &kiosk}) {
        EXPECT_THAT(device->select("SELECT claim_code FROM reservations ORDER BY consumer_id"), ElementsAre("B", "A"));
        EXPECT_THAT(device->select("SELECT count(*) FROM sync_parked"), ElementsAre("0"));
    }
}

TEST_F(SyncPullTest, AComparisonCountsTheGraphsThatThisFileComputed) {
    till.engine->collect(till.reserve(bag).claim_code);
    settle();
    for (Device* device : {&till, &tablet}) device->engine->refresh(device->engine->home_seller());
    settle();
    hub::HubServer server(hub.store(), {.port = 0, .clock = {}, .log = {}});
    server.start();
    const std::string url = "http://127.0.0.1:" + std::to_string(server.port());

    for (Device* device : {&till, &tablet, &kiosk}) {
        const SyncVerifyReport report = device->engine->verify_sync(url, std::chrono::seconds(10));
        EXPECT_TRUE(report.equal);
        EXPECT_FALSE(report.tables.empty());
    }
}

TEST_F(SyncPullTest, ABundleMadeMeanwhileBringsItsCategoryBack) {
    till.sql("DELETE FROM bundle_category; DELETE FROM category");
    static_cast<void>(till.sync());
    later();
    tablet.post("With bread");

    settle();

    for (Device* device : {&till, &tablet, &kiosk}) {
        EXPECT_THAT(device->select("SELECT category_name FROM category"), ElementsAre("Bread"));
        EXPECT_THAT(device->select("SELECT count(*) FROM bundles"), ElementsAre("2"));
    }
}

TEST_F(SyncPullTest, ACategoryThatAnotherDevicesBundleHasIsNotDeleted) {
    tablet.post("With bread");
    static_cast<void>(tablet.sync());
    later();
    till.sql("DELETE FROM bundle_category; DELETE FROM category");

    settle();

    for (Device* device : {&till, &tablet, &kiosk}) {
        EXPECT_THAT(device->select("SELECT category_name FROM category"), ElementsAre("Bread"));
        EXPECT_THAT(device->select("SELECT count(*) FROM bundle_category"), ElementsAre("1"));
    }
}

TEST_F(SyncPullTest, ACategoryIsDeletedWithTheLastBundleThatHasIt) {
    till.sql("DELETE FROM bundle_category; DELETE FROM category");

    settle();

    for (Device* device : {&till, &tablet, &kiosk}) EXPECT_THAT(device->select("SELECT 1 FROM category"), IsEmpty());
}

TEST_F(SyncPullTest, SetsAsideARowThatItCannotHoldAndTakesTheOthers) {
    const std::string seller = till.seller_key();
    const std::string day = "01JDQ4S5ZC0000000000000002";
    hub::write_own_rows(
        hub.store(), seller,
        {{.table = "weather",
          .key = day,
          .op = protocol::Op::create,
          .fields = {{"place", "50.7,-3.5"},
                     {"day", "2025-11-24"},
                     {"kind", "guessed"},
                     {"temperature", "7.50"},
                     {"weather_flag", "rainy"},
                     {"source", "hub"},
                     {"fetched_at", "2025-11-24T16:00:00Z"}}},
         {.table = "sellers", .key = seller, .op = protocol::Op::update, .fields = {{"city", "Leeds"}}}},
        hub.now);

    const SyncReport report = till.sync();

    EXPECT_THAT(till.select("SELECT city FROM sellers"), ElementsAre("Leeds"));
    EXPECT_THAT(till.select("SELECT lane || ' ' || tbl || ' ' || row_key || ' ' || outcome FROM sync_rejects"),
                ElementsAre("pull weather " + day + " unapplied"));
    EXPECT_FALSE(report.equal);
    EXPECT_FALSE(report.diverged);

    hub::write_own_rows(
        hub.store(), seller,
        {{.table = "weather", .key = day, .op = protocol::Op::update, .fields = {{"kind", "observed"}}}}, hub.now);
    settle();

    EXPECT_THAT(till.select("SELECT kind FROM weather"), ElementsAre("observed"));
    EXPECT_THAT(till.select("SELECT 1 FROM sync_rejects"), IsEmpty());
}

/// New rows of days that follow each other.
std::vector<protocol::Change> weather_rows(int count) {
    std::vector<protocol::Change> rows;
    for (int number = 0; number < count; ++number) {
        rows.push_back({.table = "weather",
                        .key = "01JDQ4S5ZC00000000000001" + std::to_string(10 + number),
                        .op = protocol::Op::create,
                        .fields = {{"place", "50.7,-3.5"},
                                   {"day", format_date(LocalDate(std::chrono::days(20'000 + number)))},
                                   {"kind", "observed"},
                                   {"temperature", "7.50"},
                                   {"weather_flag", "rainy"},
                                   {"source", "hub"},
                                   {"fetched_at", "2025-11-24T16:00:00Z"}}});
    }
    return rows;
}

TEST_F(SyncPullTest, OneWrongRowAmongManyNewOnesIsSetAside) {
    constexpr int wrong = 21;
    std::vector<protocol::Change> rows = weather_rows(50);
    protocol::set_field(rows.at(wrong).fields, "kind", std::string("guessed"));
    hub::write_own_rows(hub.store(), till.seller_key(), rows, hub.now);

    const SyncReport report = till.sync();

    EXPECT_EQ(report.rows_received, 49);
    EXPECT_THAT(till.select("SELECT count(*) FROM weather"), ElementsAre("49"));
    EXPECT_THAT(till.select("SELECT row_key FROM sync_rejects"), ElementsAre(rows.at(wrong).key));
    EXPECT_FALSE(report.diverged);
    EXPECT_THAT(till.select("SELECT count(DISTINCT weather_id) = max(weather_id) FROM weather"), ElementsAre("1"));
}

TEST_F(SyncPullTest, OneWrongValueAmongManyChangedRowsIsSetAside) {
    constexpr int wrong = 4;
    std::vector<protocol::Change> rows = weather_rows(10);
    hub::write_own_rows(hub.store(), till.seller_key(), rows, hub.now);
    settle();
    for (int number = 0; number < 10; ++number) {
        rows[static_cast<std::size_t>(number)].op = protocol::Op::update;
        rows[static_cast<std::size_t>(number)].fields = {{"kind", number == wrong ? "guessed" : "forecast"},
                                                         {"source", "web"}};
    }
    hub::write_own_rows(hub.store(), till.seller_key(), rows, hub.now);

    const SyncReport report = till.sync();

    EXPECT_EQ(report.rows_received, 9);
    EXPECT_THAT(till.select("SELECT count(*) FROM weather WHERE kind = 'forecast' AND source = 'web'"),
                ElementsAre("9"));
    EXPECT_THAT(till.select("SELECT kind || source FROM weather WHERE day = 20004"), ElementsAre("observedhub"));
    EXPECT_THAT(till.select("SELECT row_key FROM sync_rejects"), ElementsAre(rows.at(wrong).key));
    EXPECT_FALSE(report.diverged);
    EXPECT_EQ(till.sync().changes_sent, 0);
}

TEST_F(SyncPullTest, RowsOfWhichTheSameColumnsChangeEachGetTheirOwnValues) {
    constexpr int wrong = 21;
    std::vector<protocol::Change> rows = weather_rows(60);
    hub::write_own_rows(hub.store(), till.seller_key(), rows, hub.now);
    settle();
    constexpr std::array<std::string_view, 4> flags = {"sunny", "cloudy", "snowy", "windy"};
    std::vector<std::string> expected;
    for (int number = 0; number < 60; ++number) {
        protocol::Change& row = rows[static_cast<std::size_t>(number)];
        const std::string flag(number == wrong ? "foggy" : flags.at(static_cast<std::size_t>(number) % 4));
        const std::string source = number < 40 ? "hub" : fmt::format("web{}", number);
        row.op = protocol::Op::update;
        row.fields = {{"weather_flag", flag}};
        if (number >= 40) row.fields.push_back({"source", source});
        expected.push_back((number == wrong ? "rainy " : flag + " ") + source);
    }
    hub::write_own_rows(hub.store(), till.seller_key(), rows, hub.now);

    const SyncReport report = till.sync();

    EXPECT_EQ(report.rows_received, 59);
    EXPECT_THAT(till.select("SELECT weather_flag || ' ' || source FROM weather ORDER BY day"),
                testing::ElementsAreArray(expected));
    EXPECT_THAT(till.select("SELECT row_key || substr(reason, 1, 13) FROM sync_rejects"),
                ElementsAre(rows.at(wrong).key + "refused_value"));
    EXPECT_FALSE(report.diverged);
    EXPECT_EQ(till.sync().changes_sent, 0);
}

TEST_F(SyncPullTest, ANumberThatAVanishedRowBoreIsKnownAnew) {
    till.reserve(bag);
    settle();
    // gone without a trace, and its number is the next that is free
    tablet.sql("DELETE FROM reservations; UPDATE sellers SET city = 'Leeds'; DELETE FROM journal WHERE tbl = 4");
    till.sql("DELETE FROM reservations");
    const Reservation second = till.reserve(bag);
    later();
    static_cast<void>(till.sync());
    later();

    EXPECT_FALSE(tablet.sync().diverged);

    settle();
    EXPECT_THAT(tablet.select("SELECT claim_code FROM reservations"), ElementsAre(second.claim_code));
}

TEST_F(SyncPullTest, ARowThatItCannotHoldIsTriedAgainAndNeverSent) {
    const std::string seller = till.seller_key();
    const std::string day = "01JDQ4S5ZC0000000000000002";
    const auto write = [&](protocol::Op op, protocol::Fields fields) {
        hub::write_own_rows(hub.store(), seller,
                            {{.table = "weather", .key = day, .op = op, .fields = std::move(fields)}}, hub.now);
        later();
    };
    write(protocol::Op::create, {{"place", "50.7,-3.5"},
                                 {"day", "2025-11-24"},
                                 {"kind", "observed"},
                                 {"temperature", "7.50"},
                                 {"weather_flag", "rainy"},
                                 {"source", "hub"},
                                 {"fetched_at", "2025-11-24T16:00:00Z"}});
    till.sync();
    write(protocol::Op::update, {{"kind", "guessed"}, {"temperature", "9.00"}});
    till.sync();
    const std::vector<std::string> at_hub = till.rows_at_hub();
    const std::int64_t reject = till.engine->rejects().front().id;

    EXPECT_THROW(static_cast<void>(till.engine->retry_rejects({reject})), Error);
    EXPECT_EQ(till.engine->retry_rejects().retried, 0);
    later();
    EXPECT_EQ(till.sync().changes_sent, 0);

    EXPECT_EQ(till.rows_at_hub(), at_hub);
    EXPECT_EQ(till.engine->rejects().size(), 1U);
    till.sql("UPDATE sync_rejects SET change = replace(change, 'guessed', 'forecast')");
    EXPECT_EQ(till.engine->retry_rejects().retried, 1);
    EXPECT_THAT(till.select("SELECT kind || temperature FROM weather"), ElementsAre("forecast9.00"));
    EXPECT_THAT(till.engine->rejects(), IsEmpty());
}

/// A copy of the till's file that is taken up later: it seals again what it had not sent, by what it knew then.
TEST_F(SyncPullTest, ACopyOfAFileTakesBackNothingThatWasWrittenSince) {
    till.engine->edit_bundle(bag, {.name = "By the till"});
    hub.network = [](const HubRequest&) { return no_answer(); };
    static_cast<void>(till.sync());
    hub.network = nullptr;
    test::run_sql(till.path(), "PRAGMA wal_checkpoint(TRUNCATE)");
    const std::string copy_path = folder.file("copy.db");
    std::filesystem::copy_file(till.path(), copy_path);
    till.post("Another");
    later();
    static_cast<void>(till.sync());
    later();
    static_cast<void>(tablet.sync());
    tablet.engine->edit_bundle(bag_at(tablet), {.name = "By the tablet, who knew"});
    later();
    static_cast<void>(tablet.sync());
    EngineOptions options;
    options.clock = [this] { return hub.now; };
    Engine copy = Engine::open(copy_path, options);
    copy.edit_bundle(bag, {.price = Money{100}});

    later();
    const SyncReport report = copy.sync({.url = "http://hub", .exchange = hub.exchange()});

    EXPECT_TRUE(report.equal) << report.reason;
    EXPECT_EQ(copy.sync_status().epoch, 2);
    settle();
    EXPECT_THAT(kiosk.rows(), Contains(HasSubstr("By the tablet, who knew")));
}

/// The numbers that the hub gave since its backup are given again, to other rows, if nobody sees to it.
TEST_F(SyncPullTest, AWriteMadeBeforeTheHubWasRestoredIsNoLaterThanItWas) {
    only_what_is_backed_up_is_durable();
    const std::string backup = back_up("backup.db");
    for (int i = 0; i < 5; ++i) kiosk.post("Moves the numbers on");
    settle();
    tablet.engine->edit_bundle(bag_at(tablet), {.name = "Earlier"});
    hub.network = [](const HubRequest&) { return no_answer(); };
    static_cast<void>(tablet.sync());  // sealed, and not sent
    later();
    till.engine->edit_bundle(bag, {.name = "Later"});
    static_cast<void>(till.sync());
    hub.network = nullptr;
    hub.restore(backup);

    settle();

    EXPECT_THAT(kiosk.rows(), Contains(HasSubstr("Later")));
    EXPECT_THAT(kiosk.rows(), testing::Not(Contains(HasSubstr("Earlier"))));
}

TEST_F(SyncPullTest, BeginsAnewWhenTheHubWasRestored) {
    const std::string backup = folder.file("backup.db");
    std::filesystem::copy_file(folder.file("hub.db"), backup);
    tablet.engine->edit_bundle(bag_at(tablet), {.name = "Lost at the hub"});
    settle();
    hub.restore(backup);
    later();

    settle();

    EXPECT_EQ(name_at(till), name_at(tablet));
}

/// Who only heard of a row knows less of it than who wrote it.
TEST_F(SyncPullTest, ARowThatTheHubLostIsToldByAWitnessAndThenByItsWriter) {
    only_what_is_backed_up_is_durable();
    const std::string backup = back_up("backup.db");
    const BundleId made = till.post("As it was posted").id;
    static_cast<void>(till.sync());
    later();
    till.engine->edit_bundle(made, {.name = "As it was edited"});
    hub.network = [](const HubRequest&) { return no_answer(); };
    static_cast<void>(till.sync());  // sealed, and not sent
    hub.network = nullptr;
    later();
    static_cast<void>(tablet.sync());
    hub.restore(backup);
    later();

    static_cast<void>(tablet.sync());
    EXPECT_THAT(tablet.rows_at_hub(), Contains(HasSubstr("As it was posted")));
    settle();

    EXPECT_THAT(kiosk.rows(), Contains(HasSubstr("As it was edited")));
    EXPECT_EQ(test::first_difference(till.rows(), tablet.rows()), "");
}

/// The same, and the witness has written into the row, which no hub could take without the row.
TEST_F(SyncPullTest, AWitnessKeepsWhatItWroteIntoARowThatTheHubLost) {
    only_what_is_backed_up_is_durable();
    const std::string backup = back_up("backup.db");
    till.post("As it was posted");
    static_cast<void>(till.sync());
    later();
    static_cast<void>(tablet.sync());
    hub.restore(backup);
    tablet.engine->edit_bundle(newest_at(tablet), {.name = "As the witness edited it"});
    later();

    static_cast<void>(tablet.sync());
    later();
    settle();

    EXPECT_THAT(kiosk.rows(), Contains(HasSubstr("As the witness edited it")));
    EXPECT_EQ(test::first_difference(till.rows(), tablet.rows()), "");
}

/// Of what a hub refused for want of the row, the hub that takes its place knows nothing once it has taken it.
TEST_F(SyncPullTest, WhatARestoredHubTakesIsNoLongerListedAsRefused) {
    only_what_is_backed_up_is_durable();
    const std::string without = back_up("without.db");
    till.post("Lost once");
    static_cast<void>(till.sync());
    later();
    static_cast<void>(tablet.sync());
    const std::string with = back_up("with.db");
    tablet.engine->edit_bundle(newest_at(tablet), {.name = "As the tablet edited it"});
    hub.restore(without);
    later();
    static_cast<void>(tablet.sync());
    ASSERT_THAT(tablet.select("SELECT reason FROM sync_rejects"), ElementsAre("unknown_row"));
    hub.restore(with);
    later();

    settle();

    EXPECT_THAT(tablet.select("SELECT reason FROM sync_rejects"), IsEmpty());
    EXPECT_THAT(hub.store().dead_letters({.seller = {}, .after = {}, .at_most = 10, .settled = true}), IsEmpty());
    EXPECT_THAT(kiosk.rows(), Contains(HasSubstr("As the tablet edited it")));
}

/// What comes is laid under two unsent segments; the first arrives alone.
TEST_F(SyncPullTest, KnowsTheHubsRowBetweenTwoUnconfirmedChanges) {
    const auto is_diverged = [this] { return till.select("SELECT value FROM sync_state WHERE name = 'diverged'"); };
    hub.network = [](const HubRequest&) { return no_answer(); };
    till.engine->edit_bundle(bag, {.name = "First"});
    static_cast<void>(till.sync());
    till.engine->edit_bundle(bag, {.name = "Second", .price = Money{250}});
    static_cast<void>(till.sync());
    hub.network = nullptr;
    tablet.engine->edit_bundle(bag_at(tablet), {.total_qty = 7});
    static_cast<void>(tablet.sync());
    later();
    static_cast<void>(
        till.engine->sync({.url = "http://hub", .direction = SyncDirection::pull, .exchange = hub.exchange()}));
    ASSERT_THAT(till.select("SELECT total_qty FROM bundles"), ElementsAre("7"));
    ASSERT_THAT(is_diverged(), ElementsAre("0"));
    int requests = 0;
    hub.network = [&](const HubRequest& request) {
        if (++requests == 1) return test::answer_of(413, "");
        return requests == 2 ? hub.deliver(request) : no_answer();
    };
    later();

    static_cast<void>(till.sync());

    EXPECT_THAT(till.rows_at_hub(), Contains(HasSubstr("First")));
    EXPECT_THAT(is_diverged(), ElementsAre("0"));
    hub.network = nullptr;
    later();
    settle();
}

/// The same, and the row's owner had read what the witness wrote, and written it otherwise.
TEST_F(SyncPullTest, AWitnessDoesNotBringBackWhatWasReplacedKnowingly) {
    only_what_is_backed_up_is_durable();
    const std::string backup = back_up("backup.db");
    const BundleId made = till.post("As it was posted").id;
    static_cast<void>(till.sync());
    later();
    static_cast<void>(tablet.sync());
    tablet.engine->edit_bundle(newest_at(tablet), {.name = "As the witness edited it"});
    static_cast<void>(tablet.sync());
    later();
    static_cast<void>(till.sync());
    till.engine->edit_bundle(made, {.name = "As its owner would rather have it"});
    static_cast<void>(till.sync());
    hub.restore(backup);
    later();

    static_cast<void>(tablet.sync());
    EXPECT_THAT(tablet.rows_at_hub(), Contains(HasSubstr("As the witness edited it")));
    settle();

    EXPECT_THAT(kiosk.rows(), Contains(HasSubstr("As its owner would rather have it")));
    EXPECT_EQ(test::first_difference(till.rows(), tablet.rows()), "");
}

/// A copy of an old request comes before anybody knows that the hub was restored, and fares otherwise than it did.
TEST_F(SyncPullTest, WhatARestoredHubTookFromElsewhereIsHeardOf) {
    only_what_is_backed_up_is_durable();
    const std::string without = back_up("without.db");
    till.post("Lost for a while");
    static_cast<void>(till.sync());
    later();
    static_cast<void>(tablet.sync());
    tablet.engine->edit_bundle(newest_at(tablet), {.name = "As the tablet edited it"});
    hub.bodies.clear();
    static_cast<void>(tablet.sync());
    ASSERT_THAT(tablet.select("SELECT reason FROM sync_rejects"), IsEmpty());
    const std::string old = hub.bodies.front();
    hub.restore(without);
    static_cast<void>(hub.deliver({.path = "/v1/sync", .body = old}));
    ASSERT_EQ(hub.store().dead_letters({.seller = {}, .after = {}, .at_most = 10}).size(), 1U);
    later();

    settle();

    EXPECT_THAT(tablet.select("SELECT reason || ' ' || state FROM sync_rejects"), ElementsAre("unknown_row taken"));
    EXPECT_THAT(hub.store().dead_letters({.seller = {}, .after = {}, .at_most = 10}), IsEmpty());
    EXPECT_THAT(kiosk.rows(), Contains(HasSubstr("As the tablet edited it")));
}

TEST_F(SyncPullTest, ADeletionThatARestoredHubHearsOfFirstIsNotUndone) {
    only_what_is_backed_up_is_durable();
    const std::string backup = back_up("backup.db");
    till.post("To be deleted");
    static_cast<void>(till.sync());
    later();
    static_cast<void>(tablet.sync());
    hub.restore(backup);
    tablet.sql("DELETE FROM bundles WHERE bundle_name = 'To be deleted'");
    later();

    static_cast<void>(tablet.sync());
    settle();

    EXPECT_THAT(kiosk.rows(), testing::Not(Contains(HasSubstr("To be deleted"))));
    EXPECT_EQ(test::first_difference(till.rows(), tablet.rows()), "");
}

}  // namespace
}  // namespace edge
