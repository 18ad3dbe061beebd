#include "marketplace_fixture.hpp"

#include "edge/analytics/graph_types.hpp"
#include "edge/core/error.hpp"
#include "edge/hub/dead_letters.hpp"

#include <thread>

namespace edge::hub {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// The marketplace serves what the devices of its sellers have.

class MarketplaceFillTest : public MarketplaceFixture {};

TEST_F(MarketplaceFillTest, ShowsBundlesAndReservationsAsTheDeviceHasThem) {
    device.shop();
    device.category(7, "Bread");
    device.offer(2, "Evening bag", {test::wire_key(7)});
    device.reservation(10, 2, "AAA111");
    device.reservation(11, 2, "BBB222");
    EXPECT_THAT(sync().outcomes, IsEmpty());
    device.collect(10, "2026-11-23T17:05:06.789012Z");
    sync();

    EXPECT_THAT(market.select("SELECT seller_id, bundle_name, description, carbon_dioxide, total_qty, price, "
                              "discount_percentage, window_start, window_end, created_at FROM bundles"),
                ElementsAre(std::to_string(seller) + "|Evening bag|bread|2000|5|3.99|0|2026-11-23 17:00:00|2026-11-23 "
                                                     "18:00:00|2026-11-23 09:00:00"));
    EXPECT_THAT(
        market.select("SELECT claim_code, username, reserved_at, collected_at FROM reservations JOIN users ON "
                      "user_id = consumer_id ORDER BY claim_code"),
        ElementsAre("AAA111|walk-in-" + std::to_string(seller) + "|2026-11-23 16:02:11|2026-11-23 17:05:06.789012",
                    "BBB222|walk-in-" + std::to_string(seller) + "|2026-11-23 16:02:11|NULL"));
    EXPECT_THAT(market.select("SELECT category_name, category_coefficient, bundle_name FROM category JOIN "
                              "bundle_category USING (category_id) JOIN bundles USING (bundle_id)"),
                ElementsAre("Bread|0.9|Evening bag"));
}

TEST_F(MarketplaceFillTest, ASegmentSentTwiceHasOneEffect) {
    device.shop();
    device.offer(2);
    device.reservation(10, 2, "AAA111");
    const std::string body = device.request(device.seal_bytes());

    static_cast<void>(take_request(*store, body, now));
    static_cast<void>(take_request(*store, body, now));

    EXPECT_EQ(market.number("SELECT count(*) FROM reservations"), 1);
    EXPECT_EQ(market.number("SELECT count(*) FROM bundles"), 1);
}

TEST_F(MarketplaceFillTest, ChangesRowsInPlace) {
    open_shop();
    device.edit("bundles", 2, {{"name", "Morning bag"}, {"price_minor", std::int64_t{1250}}});
    sync();

    EXPECT_THAT(market.select("SELECT bundle_id, bundle_name, price FROM bundles"),
                ElementsAre(std::to_string(bundle) + "|Morning bag|12.50"));
}

TEST_F(MarketplaceFillTest, DropsWhatIsCancelledAndWhatIsDeleted) {
    open_shop();
    device.offer(3, "Second bag");
    device.reservation(10, 2, "AAA111");
    device.reservation(11, 2, "BBB222");
    device.reservation(12, 2, "CCC333");
    sync();

    device.cancel(10);
    device.remove("reservations", 11);
    device.remove("bundles", 3);
    sync();

    EXPECT_THAT(market.select("SELECT claim_code FROM reservations"), ElementsAre("CCC333"));
    EXPECT_THAT(market.select("SELECT bundle_name FROM bundles"), ElementsAre("Evening bag"));
    EXPECT_THAT(rows(), testing::Contains(HasSubstr("\"claim_code\":\"AAA111\"")));
}

TEST_F(MarketplaceFillTest, MovesAReservationThatGetsAnotherCode) {
    open_shop();
    device.reservation(10, 2, "AAA111");
    sync();

    device.edit("reservations", 10, {{"claim_code", "NEW111"}});
    sync();

    EXPECT_THAT(market.select("SELECT claim_code FROM reservations"), ElementsAre("NEW111"));
    EXPECT_THAT(sync().pull.rows, IsEmpty());
}

TEST_F(MarketplaceFillTest, ExchangesTheCodesOfTwoReservations) {
    open_shop();
    device.reservation(10, 2, "AAA111");
    device.reservation(11, 2, "BBB222");
    device.collect(11);
    sync();

    device.edit("reservations", 10, {{"claim_code", "BBB222"}});
    device.edit("reservations", 11, {{"claim_code", "AAA111"}});
    const protocol::Ack ack = sync();

    EXPECT_THAT(ack.outcomes, IsEmpty());
    EXPECT_THAT(market.select("SELECT claim_code, collected_at IS NOT NULL FROM reservations ORDER BY claim_code"),
                ElementsAre("AAA111|t", "BBB222|f"));
    EXPECT_THAT(sync().pull.rows, IsEmpty());
}

TEST_F(MarketplaceFillTest, FillsWhatARequestSaysThatLostItsConnectionAsItLinkedTheSeller) {
    device.shop();
    device.category(7, "Bread");
    test::PostgresSession gate(market.target());
    test::PostgresSession watching(market.target());
    gate.run("BEGIN");
    gate.run("LOCK TABLE edge.market_seller IN EXCLUSIVE MODE");
    std::thread hub([this] { EXPECT_THAT(sync().outcomes, IsEmpty()); });
    const std::string end_the_waiting =
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND "
        "wait_event_type = 'Lock'";
    while (watching.run(end_the_waiting).empty()) watching.run("SELECT pg_sleep(0.01)");
    gate.run("ROLLBACK");
    hub.join();

    EXPECT_THAT(market.select("SELECT category_name FROM category"), ElementsAre("Bread"));
}

TEST_F(MarketplaceFillTest, FindsACategoryByItsName) {
    const std::int64_t bread = market.add_category("Bread", "0.9");
    device.shop();
    device.category(7, "Bread");
    device.category(8, "Cakes", "1.250000000");
    device.offer(2, "Evening bag", {test::wire_key(7), test::wire_key(8)});
    EXPECT_THAT(sync().outcomes, IsEmpty());

    EXPECT_THAT(market.select("SELECT category_name, category_coefficient FROM category ORDER BY category_id"),
                ElementsAre("Bread|0.9", "Cakes|1.25"));
    EXPECT_EQ(market.number("SELECT count(*) FROM bundle_category WHERE category_id = " + std::to_string(bread)), 1);

    device.edit("bundles", 2, {{"categories", std::vector<std::string>{test::wire_key(8)}}});
    EXPECT_THAT(sync().outcomes, IsEmpty());
    EXPECT_THAT(market.select("SELECT category_name FROM bundle_category JOIN category USING (category_id)"),
                ElementsAre("Cakes"));
}

TEST_F(MarketplaceFillTest, NamesAnotherCategoryWhenADeviceRenamesOne) {
    device.shop();
    device.category(7, "Bread");
    device.offer(2, "Evening bag", {test::wire_key(7)});
    sync();

    device.edit("category", 7, {{"name", "Loaves"}});
    sync();

    EXPECT_THAT(market.select("SELECT category_name FROM category ORDER BY category_id"),
                ElementsAre("Bread", "Loaves"));
    EXPECT_THAT(market.select("SELECT category_name FROM bundle_category JOIN category USING (category_id)"),
                ElementsAre("Loaves"));
}

TEST_F(MarketplaceFillTest, KeepsOneForecastInputForABundleAndACategory) {
    open_shop();
    device.category(7, "Bread");
    device.input(20, 2, 7, 4);
    device.input(21, 2, 7, 4, "");  // without weather: at the hub alone
    sync();
    test::EnrolledDevice other(seller, "replica-b");
    other.input(30, 2, 7, 5, "12.25");
    sync(other);

    EXPECT_THAT(market.select("SELECT day_of_week, is_holiday, temperature, weather_flag, observed_reservations, "
                              "observed_no_shows FROM forecast_input"),
                ElementsAre("Monday|f|12.25|rainy|5|1"));

    device.remove("forecast_input", 20);  // no longer the one that is shown
    sync();
    EXPECT_EQ(market.number("SELECT count(*) FROM forecast_input"), 1);
    other.remove("forecast_input", 30);
    sync(other);
    EXPECT_EQ(market.number("SELECT count(*) FROM forecast_input"), 0);
}

TEST_F(MarketplaceFillTest, KeepsOneForecastForABundle) {
    open_shop();
    device.output(20, 2, 3);
    sync();
    device.edit("forecast_output", 20,
                {{"predicted_sales", std::int64_t{4}}, {"generated_at", "2026-11-23T10:00:00Z"}});
    sync();
    test::EnrolledDevice older(seller, "replica-b");
    older.output(30, 2, 9);
    sync(older);

    EXPECT_THAT(market.select("SELECT predicted_sales, posted_qty, predicted_no_show_prob, confidence, rationale, "
                              "generated_at FROM forecast_output"),
                ElementsAre("4|5|0.1500|0.6000|like last Monday|2026-11-23 10:00:00"));

    device.remove("forecast_output", 20);
    sync();
    EXPECT_EQ(market.number("SELECT count(*) FROM forecast_output"), 0);
}

TEST_F(MarketplaceFillTest, ShowsPointsInTheirOrderWithFourPlaces) {
    open_shop();
    device.graph(40, 1);
    device.series(41, 40, "sales", 0);
    device.series(42, 40, "posted", 1);
    for (const int index : {3, 1, 0, 2}) device.point(41, index, "2026-11-2" + std::to_string(index), "1.5000");
    device.point(42, 0, "2026-11-20", "66.6700");
    sync();
    // no ORDER BY: as the web application reads them
    const std::string read =
        "SELECT series_name, p.sort_index, x, y FROM analytics_points p JOIN analytics_series USING (series_id) ";
    EXPECT_THAT(market.select(read + "WHERE series_name = 'sales'"),
                ElementsAre("sales|0|2026-11-20|1.5000", "sales|1|2026-11-21|1.5000", "sales|2|2026-11-22|1.5000",
                            "sales|3|2026-11-23|1.5000"));
    EXPECT_THAT(market.select(read + "WHERE series_name = 'posted'"), ElementsAre("posted|0|2026-11-20|66.6700"));

    device.point(41, 1, "2026-11-21", "9.0000");
    device.change({.table = "analytics_points",
                   .key = test::wire_key(41) + ":3",
                   .first = protocol::Op::remove,
                   .last = protocol::Op::remove});
    sync();
    EXPECT_THAT(market.select(read + "WHERE series_name = 'sales'"),
                ElementsAre("sales|0|2026-11-20|1.5000", "sales|1|2026-11-21|9.0000", "sales|2|2026-11-22|1.5000"));
}

TEST_F(MarketplaceFillTest, KeepsOneGraphOfAType) {
    // the marketplace's own code has made two, and the web application shows the first
    market.run("INSERT INTO analytics_graphs (seller_id, graph_type) VALUES (" + std::to_string(seller) + ", 2), (" +
               std::to_string(seller) + ", 2)");
    market.run(
        "INSERT INTO analytics_series (graph_id, series_name, sort_index) SELECT graph_id, 'old', 0 FROM "
        "analytics_graphs");
    const std::int64_t first = market.number("SELECT min(graph_id) FROM analytics_graphs");
    open_shop();
    const auto send_graph = [&](test::EnrolledDevice& one, int graph, const std::string& sold) {
        one.graph(graph, 2);
        one.series(graph + 1, graph, "sell_rate", 0);
        one.point(graph + 1, 0, "sold", sold);
        sync(one);
    };
    const auto shown = [&] {
        return market.select(
            "SELECT graph_id, series_name, x, y FROM analytics_graphs JOIN analytics_series USING "
            "(graph_id) LEFT JOIN analytics_points USING (series_id)");
    };

    send_graph(device, 40, "60.0000");
    EXPECT_THAT(shown(), ElementsAre(std::to_string(first) + "|sell_rate|sold|60.0000"));

    test::EnrolledDevice other(seller, "replica-b");
    send_graph(other, 50, "70.0000");
    EXPECT_THAT(shown(), ElementsAre(std::to_string(first) + "|sell_rate|sold|70.0000"));

    device.point(41, 0, "sold", "80.0000");  // a graph that is shown no longer
    sync();
    EXPECT_THAT(shown(), ElementsAre(std::to_string(first) + "|sell_rate|sold|70.0000"));
    EXPECT_EQ(market.number("SELECT count(*) FROM analytics_graphs"), 1);
}

TEST_F(MarketplaceFillTest, KeepsOneGraphOfATypeWhenSeveralDevicesMakeItAtOnce) {
    open_shop();
    std::vector<std::thread> threads;
    for (int n = 0; n < 4; ++n) {
        threads.emplace_back([&, n] {
            test::EnrolledDevice one(seller, "till-" + std::to_string(n));
            const int graph = 100 * (n + 1);
            one.graph(graph, 3);
            one.series(graph + 1, graph, "categories", 0);
            one.point(graph + 1, 0, "Bread", "3.0000");
            EXPECT_TRUE(take_request(*store, one.request(one.seal_bytes()), now));
        });
    }
    for (std::thread& thread : threads) thread.join();

    EXPECT_THAT(market.select("SELECT graph_type, count(*) FROM analytics_graphs GROUP BY 1"), ElementsAre("3|1"));
    EXPECT_EQ(market.number("SELECT count(*) FROM analytics_points"), 1);
}

TEST_F(MarketplaceFillTest, KnowsTheGraphTypesThatDevicesMake) {
    std::vector<std::string> types;
    for (const GraphType& type : analytics::graph_types()) {
        const auto text = [](const std::string& label) { return label.empty() ? std::string("NULL") : label; };
        types.push_back(std::to_string(type.id) + '|' + type.chart_type + '|' + type.summary + '|' +
                        text(type.x_axis_label) + '|' + text(type.y_axis_label));
    }

    EXPECT_EQ(market.select("SELECT graph_type_id, chart_type, graph_summary, x_axis_label, y_axis_label FROM "
                            "analytics_graphs_types ORDER BY graph_type_id"),
              types);
}

TEST_F(MarketplaceFillTest, DrawsNumbersPastThoseThatWereGivenByHand) {
    market.run(
        "INSERT INTO bundles (bundle_id, seller_id, bundle_name, carbon_dioxide, total_qty, price, "
        "discount_percentage, window_start, window_end) SELECT n, " +
        std::to_string(seller) + ", 'by hand', 0, 1, 1, 0, now(), now() FROM generate_series(1, 20) AS n");
    open_shop();

    EXPECT_EQ(market.number("SELECT bundle_id FROM bundles WHERE bundle_name = 'Evening bag'"), 21);
    EXPECT_GT(market.number("INSERT INTO analytics_graphs_types (chart_type, graph_summary) VALUES ('line', 'mine') "
                            "RETURNING graph_type_id"),
              107);
}

TEST_F(MarketplaceFillTest, SetsAsideWhatTheMarketplaceCannotHold) {
    open_shop();
    device.offer(3, std::string(101, 'x'));
    device.offer(4, std::string(100, 'x'));
    device.edit("bundles", 2, {{"total_qty", std::int64_t{5'000'000'000}}});
    device.reservation(10, 2, "A-CODE-LONGER-THAN-20-LETTERS");
    const protocol::Ack ack = sync();

    ASSERT_EQ(ack.outcomes.size(), 3U);
    EXPECT_EQ(ack.outcomes[0].reason, "too_long");
    EXPECT_EQ(ack.outcomes[1].reason, "out_of_range");
    EXPECT_EQ(ack.outcomes[2].reason, "too_long");
    EXPECT_EQ(store->dead_letters({}).size(), 3U);
    EXPECT_EQ(market.number("SELECT count(*) FROM bundles"), 2);
}

TEST_F(MarketplaceFillTest, SetsAsideEachAmidAThousandGoodRows) {
    open_shop();
    for (int row = 0; row < 1000; ++row) device.offer(1000 + row, "Bag");
    device.offer(3, std::string(101, 'x'));
    device.edit("bundles", 2, {{"total_qty", std::int64_t{5'000'000'000}}});

    const protocol::Ack ack = sync();

    EXPECT_EQ(ack.outcomes.size(), 2U);
    EXPECT_EQ(store->dead_letters({}).size(), 2U);
    EXPECT_EQ(market.number("SELECT count(*) FROM bundles"), 1001);
}

TEST_F(MarketplaceFillTest, LeavesSellersAloneThatItDoesNotHave) {
    test::EnrolledDevice stranger(999);
    stranger.shop("Nobody");
    stranger.offer(2);
    EXPECT_THAT(sync(stranger).outcomes, IsEmpty());

    EXPECT_EQ(market.number("SELECT count(*) FROM bundles"), 0);
    EXPECT_EQ(market.number("SELECT count(*) FROM sellers"), 1);
    EXPECT_EQ(dump(*store, stranger.seller()).size(), 2U);
}

TEST_F(MarketplaceFillTest, ShowsWhatAHubHasHeldBefore) {
    init_postgres_store(market.target(), {}, {.marketplace = MarketplaceUse::leave});
    store = market.open();
    device.shop();
    device.category(7, "Bread");
    device.offer(2, "Evening bag", {test::wire_key(7)});
    device.reservation(10, 2, "AAA111");
    device.graph(40, 2);
    device.series(41, 40, "sell_rate", 0);
    device.point(41, 0, "sold", "60.0000");
    sync();
    EXPECT_EQ(market.number("SELECT count(*) FROM bundles"), 0);

    init_postgres_store(market.target(), {}, {.marketplace = MarketplaceUse::fill});
    store = market.open();
    device.reservation(11, 2, "BBB222");
    sync();

    EXPECT_THAT(market.select("SELECT claim_code FROM reservations ORDER BY 1"), ElementsAre("AAA111", "BBB222"));
    EXPECT_EQ(market.number("SELECT count(*) FROM bundle_category"), 1);
    EXPECT_THAT(market.select("SELECT x, y FROM analytics_points"), ElementsAre("sold|60.0000"));
}

TEST_F(MarketplaceFillTest, MakesTheSellersItselfWhereThereIsNoWebApplication) {
    init_postgres_store(market.target(), {}, {.marketplace = MarketplaceUse::own});
    store = market.open();
    test::EnrolledDevice shop(999);
    shop.shop("Village Bakery");
    shop.offer(2);
    shop.reservation(10, 2, "AAA111");
    sync(shop);
    shop.edit("sellers", 1, {{"city", "York"}});
    sync(shop);

    EXPECT_THAT(
        market.select("SELECT seller_name, city, role FROM sellers JOIN users USING (user_id) WHERE seller_name "
                      "LIKE 'Village%'"),
        ElementsAre("Village Bakery|York|seller"));
    EXPECT_EQ(market.number("SELECT count(*) FROM reservations"), 1);
}

/// Nobody starts the hub anew when the marketplace gets a rule, or loses one.
TEST_F(MarketplaceFillTest, ARuleMadeMeanwhileSetsAsideTheRowsThatBreakIt) {
    open_shop();
    market.run("ALTER TABLE bundles ADD CONSTRAINT decent CHECK (bundle_name <> 'Rude')");
    for (int row = 100; row < 140; ++row) device.offer(row, row % 20 == 7 ? "Rude" : "Bag");
    device.reservation(10, 107, "RUDE1");
    device.reservation(11, 108, "GOOD1");

    const protocol::Ack ack = sync();

    ASSERT_EQ(ack.outcomes.size(), 3U);
    EXPECT_EQ(ack.outcomes[0].reason, "marketplace_rule");
    EXPECT_EQ(ack.outcomes[1].reason, "marketplace_rule");
    EXPECT_EQ(ack.outcomes[2].reason, "missing_parent");
    EXPECT_EQ(store->dead_letters({}).front().letter.detail, "in the table bundles, the constraint decent");
    EXPECT_EQ(market.number("SELECT count(*) FROM bundles"), 1 + 38);
    EXPECT_EQ(market.number("SELECT count(*) FROM reservations"), 1);
    device.offer(150, "Rude");
    EXPECT_EQ(sync().outcomes.size(), 1U) << "as long as the rule stands";

    market.run("ALTER TABLE bundles DROP CONSTRAINT decent");
    device.offer(151, "Rude");
    EXPECT_TRUE(sync().outcomes.empty());
    EXPECT_EQ(retry_dead_letters(*store, open_dead_letters(*store, {}), now).settled, 4);

    EXPECT_EQ(market.number("SELECT count(*) FROM bundles"), 1 + 42);
    EXPECT_EQ(market.number("SELECT count(*) FROM reservations"), 2);
}

TEST_F(MarketplaceFillTest, AUniqueIndexOrAColumnMadeMeanwhileSetsAsideWhatBreaksIt) {
    open_shop();
    market.run("CREATE UNIQUE INDEX one_name ON bundles (seller_id, bundle_name)");
    device.offer(3, "Morning bag");
    device.offer(4, "Morning bag");
    device.edit("bundles", 2, {{"description", std::string("changed")}});
    const protocol::Ack names = sync();
    ASSERT_EQ(names.outcomes.size(), 1U);
    EXPECT_EQ(names.outcomes.front().reason, "marketplace_rule");
    EXPECT_EQ(store->dead_letters({}).front().letter.detail, "in the table bundles, the unique index one_name");
    EXPECT_EQ(market.select("SELECT bundle_name, description FROM bundles ORDER BY bundle_id").front(),
              "Evening bag|changed");

    market.run("ALTER TABLE reservations ADD COLUMN shelf text NOT NULL");
    device.reservation(10, 2, "CODE1");
    device.offer(5, "Noon bag");
    const protocol::Ack column = sync();
    ASSERT_EQ(column.outcomes.size(), 1U);
    EXPECT_EQ(column.outcomes.front().table, "reservations");
    EXPECT_EQ(store->dead_letters({}).back().letter.detail,
              "in the table reservations, the column shelf must be filled");
    EXPECT_EQ(market.number("SELECT count(*) FROM bundles"), 3);
    market.run("ALTER TABLE reservations ALTER COLUMN shelf SET DEFAULT ''");
    device.reservation(11, 2, "CODE2");
    EXPECT_TRUE(sync().outcomes.empty());
    EXPECT_EQ(market.number("SELECT count(*) FROM reservations"), 1);
}

TEST_F(MarketplaceFillTest, ARuleThatIsCheckedAtTheCommitSetsAsideWhatBreaksIt) {
    open_shop();
    market.run(
        "ALTER TABLE bundles ADD CONSTRAINT one_name UNIQUE (seller_id, bundle_name) DEFERRABLE INITIALLY "
        "DEFERRED");
    for (int row = 3; row < 8; ++row)
        device.offer(row, row == 3 || row == 6 ? "Morning bag" : "Bag " + std::to_string(row));

    const protocol::Ack ack = sync();

    ASSERT_EQ(ack.outcomes.size(), 1U);
    EXPECT_EQ(ack.outcomes.front().reason, "marketplace_rule");
    EXPECT_EQ(store->dead_letters({}).front().letter.detail, "in the table bundles, the unique index one_name");
    EXPECT_EQ(market.number("SELECT count(*) FROM bundles"), 1 + 4);
}

/// A shop of which the hub holds rows already that the rule forbids.
TEST_F(MarketplaceFillTest, ARuleMadeBeforeAShopIsShownLeavesOutWhatBreaksIt) {
    init_postgres_store(market.target(), {}, {.marketplace = MarketplaceUse::leave});
    store = market.open();
    device.shop();
    device.offer(2, "Rude");
    device.offer(3, "Bag");
    sync();
    init_postgres_store(market.target(), {}, {.marketplace = MarketplaceUse::fill});
    store = market.open();
    market.run("ALTER TABLE bundles ADD CONSTRAINT decent CHECK (bundle_name <> 'Rude')");
    device.offer(4, "Another bag");

    EXPECT_TRUE(sync().outcomes.empty());

    EXPECT_THAT(market.select("SELECT bundle_name FROM bundles ORDER BY 1"), ElementsAre("Another bag", "Bag"));
}

TEST_F(MarketplaceFillTest, SaysWhichRuleItDoesNotKnow) {
    store.reset();
    market.run("ALTER TABLE analytics_graphs ADD UNIQUE (seller_id, graph_type)");  // the hub keeps one of a type
    market.run("ALTER TABLE bundles ADD COLUMN colour text NOT NULL DEFAULT 'brown'");
    EXPECT_NO_THROW(static_cast<void>(market.open()));
    market.run("ALTER TABLE bundles ADD CONSTRAINT cheap CHECK (price < 100)");
    market.run("CREATE UNIQUE INDEX one_name ON bundles (seller_id, bundle_name)");
    market.run("ALTER TABLE reservations ADD COLUMN shelf text NOT NULL");
    try {
        static_cast<void>(market.open());
        FAIL() << "a row that breaks one of them would fail each request for ever";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::not_a_database);
        EXPECT_THAT(error.what(), HasSubstr("the table bundles has the constraint cheap"));
        EXPECT_THAT(error.what(), HasSubstr("the table bundles has the unique index one_name"));
        EXPECT_THAT(error.what(), HasSubstr("the table reservations has the column shelf, which must be filled"));
    }
}

TEST_F(MarketplaceFillTest, SaysWhichTableOrColumnItCannotFind) {
    store.reset();
    market.run("ALTER TABLE bundles DROP COLUMN carbon_dioxide");
    market.run("ALTER TABLE reservations ALTER COLUMN collected_at TYPE timestamptz");
    market.run("DROP TABLE forecast_output");
    try {
        static_cast<void>(market.open());
        FAIL() << "it was opened";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::not_a_database);
        EXPECT_THAT(error.what(), HasSubstr("the table forecast_output is missing"));
        EXPECT_THAT(error.what(), HasSubstr("the column bundles.carbon_dioxide is missing"));
        EXPECT_THAT(error.what(), HasSubstr("reservations.collected_at is of type timestamp with time zone and not a "
                                            "timestamp without time zone"));
    }
}

}  // namespace
}  // namespace edge::hub
