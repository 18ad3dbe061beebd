#include "marketplace_fixture.hpp"

#include "edge/hub/outside_watch.hpp"

#include <atomic>
#include <future>
#include <thread>

namespace edge::hub {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

// What the marketplace's web application changes reaches the devices.

class MarketplaceWebTest : public MarketplaceFixture {
protected:
    /// Anything that makes the device send something, so that the hub looks.
    protocol::Ack look() {
        device.holiday(next_++, "A day");
        return sync();
    }

private:
    int next_ = 5000;
};

TEST_F(MarketplaceWebTest, BringsAReservationThatWasMadeOnline) {
    open_shop();
    const std::int64_t jane = market.add_consumer("Jane");
    const std::int64_t reservation = market.reserve(bundle, jane, "WEB111");

    EXPECT_THAT(
        pulled(look()),
        ElementsAre("reservations c {\"bundle\":\"" + test::wire_key(2) + "\",\"consumer\":\"" + std::to_string(jane) +
                    "\",\"claim_code\":\"WEB111\",\"reserved_at\":\"2026-11-23T15:00:00.123456Z\","
                    "\"collected_at\":null,\"cancelled_at\":null}"));
    EXPECT_THAT(market.select("SELECT reservation_id, consumer_id FROM reservations"),
                ElementsAre(std::to_string(reservation) + "|" + std::to_string(jane)));
    EXPECT_THAT(look().pull.rows, IsEmpty());
}

TEST_F(MarketplaceWebTest, LetsTheDeviceCollectIt) {
    open_shop();
    market.reserve(bundle, market.add_consumer("Jane"), "WEB111");
    const std::string key = look().pull.rows.at(0).key;

    device.change({.table = "reservations",
                   .key = key,
                   .first = protocol::Op::update,
                   .last = protocol::Op::update,
                   .fields = {{"collected_at", "2026-11-23T17:00:00Z"}}});
    EXPECT_THAT(sync().outcomes, IsEmpty());

    EXPECT_THAT(market.select("SELECT claim_code, collected_at FROM reservations"),
                ElementsAre("WEB111|2026-11-23 17:00:00"));
}

TEST_F(MarketplaceWebTest, BringsCollectionsAndCancellations) {
    open_shop();
    device.reservation(10, 2, "AAA111");
    device.reservation(11, 2, "BBB222");
    sync();
    market.run("UPDATE reservations SET collected_at = '2026-11-23 17:30:00' WHERE claim_code = 'AAA111'");
    market.run("DELETE FROM reservations WHERE claim_code = 'BBB222'");

    EXPECT_THAT(pulled(look()),
                ElementsAre(AllOf(HasSubstr("AAA111"), HasSubstr("\"collected_at\":\"2026-11-23T17:30:00Z\"")),
                            AllOf(HasSubstr("BBB222"), HasSubstr("\"cancelled_at\":\"2026-11-23T16:00:00Z\""))));
    EXPECT_THAT(look().pull.rows, IsEmpty());
}

TEST_F(MarketplaceWebTest, PutsBackWhatWasCollectedAtTheCounterAndCancelledOnline) {
    open_shop();
    device.reservation(10, 2, "AAA111");
    sync();
    market.run("DELETE FROM reservations");

    device.collect(10);
    sync();
    look();

    EXPECT_THAT(market.select("SELECT claim_code, collected_at FROM reservations"),
                ElementsAre("AAA111|2026-11-23 17:00:00"));
    EXPECT_THAT(rows(), Contains(AllOf(HasSubstr("AAA111"), HasSubstr("\"collected_at\":\"2026-11-23T17:00:00Z\""))));
}

TEST_F(MarketplaceWebTest, LetsACollectionOnlineBeatACancellationAtTheCounter) {
    open_shop();
    device.reservation(10, 2, "AAA111");
    sync();
    market.run("UPDATE reservations SET collected_at = '2026-11-23 17:30:00'");

    device.cancel(10);
    sync();

    EXPECT_THAT(market.select("SELECT collected_at FROM reservations"), ElementsAre("2026-11-23 17:30:00"));
    EXPECT_THAT(rows(), Contains(AllOf(HasSubstr("AAA111"), HasSubstr("\"collected_at\":\"2026-11-23T17:30:00Z\""))));
}

TEST_F(MarketplaceWebTest, BringsBundlesThatWereMadeAndEdited) {
    open_shop();
    const std::int64_t cakes = market.add_category("Cakes", "1.5");
    const std::int64_t made = market.add_bundle(seller, "Made online");
    market.run("INSERT INTO bundle_category (category_id, bundle_id) VALUES (" + std::to_string(cakes) + ", " +
               std::to_string(made) + ")");
    market.run("UPDATE bundles SET price = 5.25 WHERE bundle_id = " + std::to_string(bundle));

    const protocol::Ack ack = look();

    ASSERT_EQ(ack.pull.rows.size(), 3U);
    EXPECT_THAT(pulled(ack), ElementsAre("category c {\"name\":\"Cakes\",\"coefficient\":\"1.500000000\"}",
                                         AllOf(HasSubstr("Evening bag"), HasSubstr("\"price_minor\":525")),
                                         AllOf(HasSubstr("\"name\":\"Made online\""), HasSubstr(ack.pull.rows[0].key),
                                               HasSubstr("\"window_start\":\"2026-11-23T18:00:00Z\""),
                                               HasSubstr("\"price_minor\":450"))));
    EXPECT_THAT(look().pull.rows, IsEmpty());
}

TEST_F(MarketplaceWebTest, MergesEditsOfBothSidesFieldByField) {
    open_shop();
    market.run("UPDATE bundles SET bundle_name = 'Named online'");
    device.edit("bundles", 2, {{"price_minor", std::int64_t{100}}});

    sync();

    EXPECT_THAT(market.select("SELECT bundle_name, price FROM bundles"), ElementsAre("Named online|1.00"));
    EXPECT_THAT(rows(), Contains(AllOf(HasSubstr("Named online"), HasSubstr("\"price_minor\":100"))));
}

TEST_F(MarketplaceWebTest, ClosesABundleThatWasDeletedOnline) {
    open_shop();
    device.reservation(10, 2, "AAA111");
    device.reservation(11, 2, "BBB222");
    device.collect(11);
    sync();
    market.run("DELETE FROM bundles");

    const protocol::Ack ack = look();

    EXPECT_THAT(pulled(ack),
                testing::UnorderedElementsAre(AllOf(HasSubstr("Evening bag"), Not(HasSubstr("\"closed_at\":null"))),
                                              AllOf(HasSubstr("AAA111"), Not(HasSubstr("\"cancelled_at\":null")))));
    EXPECT_THAT(rows(), Contains(AllOf(HasSubstr("BBB222"), HasSubstr("\"cancelled_at\":null"))));

    device.reservation(12, 2, "CCC333");  // the shop goes on; the marketplace has no place for it
    EXPECT_THAT(sync().outcomes, IsEmpty());
    EXPECT_EQ(market.number("SELECT count(*) FROM bundles"), 0);
}

TEST_F(MarketplaceWebTest, AReservationOnlineSavesABundleThatADeviceDeletes) {
    open_shop();
    const std::int64_t jane = market.add_consumer("Jane");
    market.reserve(bundle, jane, "WEB111");
    device.remove("bundles", 2);

    sync();

    EXPECT_EQ(market.number("SELECT count(*) FROM reservations"), 1);
    EXPECT_THAT(rows(), Contains(AllOf(HasSubstr("Evening bag"), Not(HasSubstr("\"closed_at\":null")))));
    EXPECT_THAT(rows(), Contains(HasSubstr("WEB111")));
}

TEST_F(MarketplaceWebTest, BringsCategoriesAndTheirNewNames) {
    open_shop();
    device.category(7, "Bread");
    sync();
    market.run(
        "UPDATE category SET category_name = 'Loaves', category_coefficient = 0.75 WHERE category_name = 'Bread'");
    market.add_category("Cakes", "1.5");

    EXPECT_THAT(pulled(look()), ElementsAre("category c {\"name\":\"Loaves\",\"coefficient\":\"0.750000000\"}",
                                            "category c {\"name\":\"Cakes\",\"coefficient\":\"1.500000000\"}"));
    EXPECT_THAT(look().pull.rows, IsEmpty());
    EXPECT_EQ(market.number("SELECT count(*) FROM category"), 2);
}

/// The bundle's own row stays as it is.
TEST_F(MarketplaceWebTest, BringsTheCategoriesOfABundle) {
    open_shop();
    device.category(7, "Bread");
    device.edit("bundles", 2, {{"categories", std::vector<std::string>{test::wire_key(7)}}});
    sync();
    const std::string bread = std::to_string(market.number("SELECT category_id FROM category"));
    const std::string cakes = std::to_string(market.add_category("Cakes", "1.5"));
    const std::string cakes_key = look().pull.rows.at(0).key;
    EXPECT_THAT(look().pull.rows, IsEmpty());

    market.run("UPDATE bundle_category SET category_id = " + cakes);
    EXPECT_THAT(pulled(look()), ElementsAre(HasSubstr("\"categories\":[\"" + cakes_key + "\"]")));
    EXPECT_THAT(look().pull.rows, IsEmpty());

    market.run("INSERT INTO bundle_category (category_id, bundle_id) SELECT " + bread + ", bundle_id FROM bundles");
    EXPECT_THAT(pulled(look()), ElementsAre(AllOf(HasSubstr(cakes_key), HasSubstr(test::wire_key(7)))));

    market.run("DELETE FROM bundle_category");
    EXPECT_THAT(pulled(look()), ElementsAre(HasSubstr("\"categories\":[]")));
    EXPECT_THAT(look().pull.rows, IsEmpty());
}

TEST_F(MarketplaceWebTest, HearsByItselfOfTheCategoriesOfABundle) {
    open_shop();
    market.add_category("Cakes", "1.5");
    static_cast<void>(look());
    const OutsideLook before = store->look_outside({}, now);
    market.run(
        "INSERT INTO bundle_category (category_id, bundle_id) SELECT category_id, bundle_id FROM category, bundles");

    EXPECT_THAT(before.changed, IsEmpty());
    EXPECT_THAT(store->look_outside({}, now).changed, ElementsAre(device.seller()));
}

TEST_F(MarketplaceWebTest, WhatADeviceSaysOfABundlesCategoriesIsNoNewsToTheHub) {
    open_shop();
    device.category(7, "Bread");
    device.category(8, "Cakes");
    sync();
    static_cast<void>(look());  // the categories themselves are new to it
    device.edit("bundles", 2, {{"categories", std::vector<std::string>{test::wire_key(8), test::wire_key(7)}}});
    sync();

    EXPECT_THAT(store->look_outside({}, now).changed, IsEmpty());
}

TEST_F(MarketplaceWebTest, KeepsTheMarketplacesCoefficient) {
    market.add_category("Bread", "0.9");
    device.shop();
    device.category(7, "Bread", "0.100000000");
    sync();

    EXPECT_THAT(pulled(look()), Contains("category c {\"name\":\"Bread\",\"coefficient\":\"0.900000000\"}"));
    EXPECT_THAT(market.select("SELECT category_coefficient FROM category"), ElementsAre("0.9"));
}

TEST_F(MarketplaceWebTest, BringsTheProfile) {
    device.shop("Named by the device");
    sync();
    const protocol::Ack ack = look();
    EXPECT_THAT(pulled(ack), ElementsAre(HasSubstr("\"name\":\"Corner Bakery\"")));  // the marketplace's stands

    market.run("UPDATE sellers SET city = 'York', latitude = 53.9600001");
    EXPECT_THAT(pulled(look()),
                ElementsAre(AllOf(HasSubstr("\"city\":\"York\""), HasSubstr("\"latitude\":\"53.960000\""),
                                  HasSubstr("\"time_zone\":\"Europe/London\""))));
    EXPECT_THAT(look().pull.rows, IsEmpty());

    device.edit("sellers", 1, {{"post_code", "YO1 7HH"}});
    sync();
    EXPECT_THAT(market.select("SELECT city, post_code FROM sellers"), ElementsAre("York|YO1 7HH"));
}

TEST_F(MarketplaceWebTest, BringsEverythingThatTheSellerHadBefore) {
    const std::int64_t old = market.add_bundle(seller, "Years ago");
    market.run("UPDATE bundles SET window_start = '2020-01-01 10:00', window_end = '2020-01-01 11:00'");
    market.reserve(old, market.add_consumer("Jane"), "WEB111");
    market.add_bundle(market.add_seller("Somebody else"), "Not ours");
    device.shop();
    sync();

    EXPECT_THAT(rows(), AllOf(Contains(HasSubstr("Years ago")), Contains(HasSubstr("WEB111")),
                              Not(Contains(HasSubstr("Not ours")))));
}

TEST_F(MarketplaceWebTest, TellsADeviceThatOnlyPolls) {
    open_shop();
    market.reserve(bundle, market.add_consumer("Jane"), "WEB111");
    EXPECT_THAT(sync().pull.rows, IsEmpty());

    EXPECT_EQ(take_in_outside_changes(*store, now), 1U);

    EXPECT_THAT(pulled(sync()), ElementsAre(HasSubstr("WEB111")));
    EXPECT_EQ(take_in_outside_changes(*store, now), 0U);
}

TEST_F(MarketplaceWebTest, LooksByItselfNowAndThen) {
    open_shop();
    std::promise<std::string> told;
    const LogSink log = [&](const LogEvent& event) { told.set_value(std::string(event.name)); };
    market.add_bundle(seller, "Made online");
    const OutsideWatch watch(
        *store, std::chrono::hours(1), [this] { return now; }, log);

    EXPECT_EQ(told.get_future().get(), "marketplace_changes");

    EXPECT_THAT(pulled(sync()), ElementsAre(HasSubstr("Made online")));
}

TEST_F(MarketplaceWebTest, BeginsARequestAnewThatIsTheVictimOfADeadlock) {
    open_shop();
    device.offer(3, "Second bag");
    device.offer(4, "Third bag");
    sync();
    const std::string deadlocks = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()";
    const std::int64_t before = market.number(deadlocks);
    for (const int id : {2, 3, 4}) device.edit("bundles", id, {{"price_minor", std::int64_t{id * 100}}});
    const std::vector<std::string> ids = market.select("SELECT bundle_id FROM bundles ORDER BY bundle_id");
    test::PostgresSession gate(market.target());
    test::PostgresSession web(market.target());
    test::PostgresSession watching(market.target());
    const auto wait_for_waiting = [&](std::string_view sessions) {
        const std::string waiting =
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
        while (watching.run(waiting).at(0).at(0) != sessions) watching.run("SELECT pg_sleep(0.01)");
    };

    // The hub is stopped between the first bundle and the second, until the web application, which has the third, waits
    // for the first: so the hub, which then waits for the third, waits last, and who waits last finds the circle.
    gate.run("BEGIN");
    gate.run("SELECT 1 FROM bundles WHERE bundle_id = " + ids.at(1) + " FOR UPDATE");
    web.run("SET deadlock_timeout = '1h'");
    web.run("BEGIN");
    web.run("UPDATE bundles SET description = 'online' WHERE bundle_id = " + ids.at(2));
    std::thread hub([this] { EXPECT_THAT(sync().outcomes, IsEmpty()); });
    wait_for_waiting("1");
    std::thread asks_for_the_first([&] {
        web.run("UPDATE bundles SET description = 'online' WHERE bundle_id = " + ids.at(0));
        web.run("COMMIT");
    });
    wait_for_waiting("2");
    gate.run("COMMIT");
    hub.join();
    asks_for_the_first.join();

    store.reset();  // a connection that ends has told the server what it saw
    while (market.number(deadlocks) == before) watching.run("SELECT pg_sleep(0.01)");
    EXPECT_THAT(market.select("SELECT description, price FROM bundles ORDER BY bundle_id"),
                ElementsAre("online|2.00", HasSubstr("|3.00"), "online|4.00"));
}

TEST_F(MarketplaceWebTest, LosesAndDoublesNothingWhileBothSidesSell) {
    open_shop();
    const std::int64_t jane = market.add_consumer("Jane");
    constexpr int each = 40;
    std::atomic<bool> done = false;
    std::thread web([&] {
        for (int i = 0; i < each; ++i) {
            const std::int64_t made = market.reserve(bundle, jane, "WEB" + std::to_string(i));
            if (i % 4 == 1) market.run("DELETE FROM reservations WHERE reservation_id = " + std::to_string(made));
            if (i % 4 == 2) {
                market.run("UPDATE reservations SET collected_at = '2026-11-23 17:30:00' WHERE reservation_id = " +
                           std::to_string(made));
            }
            if (i % 8 == 0) market.run("UPDATE bundles SET description = 'online " + std::to_string(i) + "'");
        }
        done = true;
    });
    int made = 0;
    while (!done || made < each) {
        if (made < each) device.reservation(100 + made, 2, "TILL" + std::to_string(made));
        if (made < each && made % 2 == 1) device.collect(100 + made - 1);
        device.edit("bundles", 2, {{"total_qty", std::int64_t{100 + made}}});
        EXPECT_THAT(sync().outcomes, IsEmpty());
        ++made;
    }
    web.join();
    look();
    EXPECT_THAT(look().pull.rows, IsEmpty());

    // the marketplace's reservations are the hub's that are not cancelled, and equally collected
    std::vector<std::string> at_hub;
    store->read(device.seller())->each_row([&](const StoredRow& row) {
        if (row.claim.empty() || row.row.deleted) return;
        if (!protocol::is_null(*protocol::find_field(row.row.fields, "cancelled_at"))) return;
        const bool collected = !protocol::is_null(*protocol::find_field(row.row.fields, "collected_at"));
        at_hub.push_back(row.claim + (collected ? "|t" : "|f"));
    });
    EXPECT_THAT(at_hub, testing::UnorderedElementsAreArray(
                            market.select("SELECT claim_code, collected_at IS NOT NULL FROM reservations")));
    EXPECT_EQ(at_hub.size(), static_cast<std::size_t>(each + each * 3 / 4));
    EXPECT_THAT(rows(), Contains(HasSubstr("\"description\":\"online 32\"")));
    EXPECT_THAT(market.select("SELECT description FROM bundles"), ElementsAre("online 32"));
}

}  // namespace
}  // namespace edge::hub
