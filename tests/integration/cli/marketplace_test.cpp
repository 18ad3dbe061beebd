#include "support/marketplace.hpp"

#include "integration/cli/cli_process.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>

#include <csignal>

namespace edge::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// The program beside a marketplace's database.
class MarketplaceCommands : public CliProcess {
protected:
    Marketplace market;
};

TEST_F(MarketplaceCommands, AShopsSalesAndGraphsAppearInTheMarketplace) {
    const std::string seller = std::to_string(market.add_seller());
    EXPECT_EQ(data({"hub", "init", "--store", market.target(), "--marketplace", "fill"}).at("marketplace"), "fill");
    text({"init", "--name", "Corner Bakery", "--time-zone", "Europe/London", "--marketplace-id", seller});
    text({"category", "add", "Bread", "--co2e", "1.5"});
    text({"bundle", "post", "Evening bag", "-c", "Bread", "-n", "2", "--price", "3.99", "--weight", "1000", "--window",
          "12:00-13:00"});
    text({"reserve", "1", "--code", "K7M2QX"});
    text({"collect", "K7M2QX"});
    text({"refresh"});

    RunningProcess hub(request({"hub", "serve", "--store", market.target(), "--listen", "127.0.0.1:0"}));
    const std::string said = hub.wait_for_error_text("; stop", std::chrono::seconds(60));
    const std::size_t begin = said.find("http://");
    ASSERT_NE(begin, std::string::npos) << said;
    text({"sync", "--url", said.substr(begin, said.find(';') - begin)});
    hub.send_signal(SIGTERM);
    EXPECT_EQ(hub.finish().status, 0);

    EXPECT_THAT(
        market.select("SELECT seller_id, bundle_name, price, category_name, claim_code, collected_at IS NOT NULL "
                      "FROM bundles JOIN bundle_category USING (bundle_id) JOIN category USING (category_id) "
                      "JOIN reservations USING (bundle_id)"),
        ElementsAre(seller + "|Evening bag|3.99|Bread|K7M2QX|t"));
    EXPECT_THAT(market.select("SELECT x, y FROM analytics_points JOIN analytics_series USING (series_id) JOIN "
                              "analytics_graphs USING (graph_id) WHERE graph_type = 2"),
                ElementsAre("sold|50.0000", "unsold|50.0000"));
}

TEST_F(MarketplaceCommands, AHubDoesNotStartOnAMarketplaceThatLacksATable) {
    market.run("DROP TABLE analytics_points");

    EXPECT_THAT(refusal({"hub", "serve", "--store", market.target(), "--listen", "127.0.0.1:0"}, 65, "not_a_database"),
                HasSubstr("the table analytics_points is missing"));
    EXPECT_THAT(refusal({"hub", "init", "--store", market.target(), "--with-marketplace"}, 73, "already_exists"),
                HasSubstr("hub init --marketplace fill"));
}

}  // namespace
}  // namespace edge::test
