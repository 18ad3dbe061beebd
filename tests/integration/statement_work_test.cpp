// No use case may cost more in a shop with a long history than in one with a short history: a plan that reads a whole
// table again would. The work is counted by SQLite (instructions of its virtual machine), so no clock is involved.

#include "support/statement_work.hpp"

#include "support/device.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <string>

namespace edge {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

/// Two devices and their hub, with so many days of four windows behind them, all refreshed and synced.
class ShopWithHistory {
public:
    explicit ShopWithHistory(int days) {
        device_.engine->add_category("Bread", *Co2Coefficient::parse("2.5"));
        device_.while_down(
            "INSERT INTO bundles (seller_id, bundle_name, total_qty, window_start, window_end, created_at) "
            "WITH RECURSIVE windows (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM windows WHERE n < 4 * " +
            std::to_string(days) +
            ") SELECT (SELECT user_id FROM sellers), 'Evening bag', 6, 1764000000000000 - n * 21600000000, "
            "1764000000000000 - n * 21600000000 + 7200000000, 1764000000000000 - n * 21600000000 FROM windows;"
            "INSERT INTO bundle_category SELECT bundle_id, (SELECT category_id FROM category) FROM bundles;"
            "INSERT INTO reservations (bundle_id, claim_code, reserved_at, collected_at) SELECT bundle_id, "
            "hex(randomblob(5)), window_start, window_start + 60000000 FROM bundles");
        open_ = device_.post("Open all day").id;
        refresh();
        sync();
        EXPECT_TRUE(tablet_.sync().equal);
        open_on_tablet_ = BundleId(
            std::stoll(tablet_.select("SELECT bundle_id FROM bundles WHERE bundle_name = 'Open all day'").at(0)));
    }

    [[nodiscard]] Engine& engine() { return *device_.engine; }
    [[nodiscard]] SellerId seller() { return engine().home_seller(); }
    [[nodiscard]] BundleId open() const { return open_; }
    void sync() { EXPECT_TRUE(device_.sync().equal); }
    void refresh() { engine().refresh(seller()); }
    void pass(minutes time) { hub_.now += time; }
    Bundle post() { return device_.post(); }
    /// The other device renames the bundle that is open all day.
    void rename_on_tablet() {
        tablet_.engine->edit_bundle(open_on_tablet_, {.name = "Open " + std::to_string(++names_)});
        EXPECT_TRUE(tablet_.sync().equal);
    }
    std::string reserve() { return device_.reserve(open_).claim_code; }

private:
    test::TemporaryFolder folder_;
    test::NearbyHub hub_{folder_.file("hub.db")};
    test::Device device_{hub_};
    test::Device tablet_{hub_};
    BundleId open_{0};
    BundleId open_on_tablet_{0};
    int names_ = 0;
};

class StatementWorkTest : public testing::Test {
protected:
    using Use = std::function<void(ShopWithHistory&)>;

    test::StatementCosts cost(ShopWithHistory& shop, const Use& use, const Use& before) {
        use(shop);  // statements are prepared, and what is late is caught up with
        before(shop);
        static_cast<void>(work_.take());
        use(shop);
        return work_.take();
    }
    /// A tenth more is allowed: a tree's depth, a series whose last page is full.
    void expect_flat(
        const std::string& what, const Use& use, const Use& before = [](ShopWithHistory&) {}) {
        const test::StatementCosts little = cost(short_, use, before);
        const test::StatementCosts much = cost(long_, use, before);
        const auto allowed = static_cast<double>(instructions_of(little)) * 1.1 + 100;
        EXPECT_LE(static_cast<double>(instructions_of(much)), allowed) << what << grown(little, much);
    }

private:
    static std::string grown(const test::StatementCosts& little, const test::StatementCosts& much) {
        std::string text;
        for (const auto& [statement, cost] : much) {
            const auto found = little.find(statement);
            const std::int64_t before = found == little.end() ? 0 : found->second.instructions;
            if (cost.instructions > before + 20)
                text += "\n" + std::to_string(before) + " -> " + std::to_string(cost.instructions) + ", " +
                        std::to_string(cost.rows_scanned) + " rows scanned: " + statement;
        }
        return text;
    }

    test::StatementWork work_;  // before the shops, whose connections it watches
    ShopWithHistory short_{20};
    ShopWithHistory long_{200};
};

TEST_F(StatementWorkTest, DoesNotGrowWithTheHistory) {
    expect_flat("posting", [](ShopWithHistory& shop) { shop.post(); });
    expect_flat("editing", [](ShopWithHistory& shop) {
        shop.engine().edit_bundle(shop.open(), {.name = "Open " + shop.reserve()});
    });
    expect_flat("closing a bundle", [](ShopWithHistory& shop) { shop.engine().close_bundle(shop.post().id); });
    expect_flat("reserving", [](ShopWithHistory& shop) { shop.reserve(); });
    expect_flat("collecting", [](ShopWithHistory& shop) { shop.engine().collect(shop.reserve()); });
    expect_flat("cancelling", [](ShopWithHistory& shop) { shop.engine().cancel(shop.reserve()); });
    expect_flat("refreshing after a sale", [](ShopWithHistory& shop) {
        shop.engine().collect(shop.reserve());
        shop.refresh();
    });
    expect_flat("refreshing after nothing", [](ShopWithHistory& shop) { shop.refresh(); });
    expect_flat("the status", [](ShopWithHistory& shop) { static_cast<void>(shop.engine().status()); });
    expect_flat("the sync's status", [](ShopWithHistory& shop) { static_cast<void>(shop.engine().sync_status()); });
    expect_flat("open bundles", [](ShopWithHistory& shop) {
        static_cast<void>(
            shop.engine().bundles({.seller = shop.seller(), .ends_after = Timestamp(minutes(29'400'000))}));
    });
    expect_flat("forecasts to come",
                [](ShopWithHistory& shop) { static_cast<void>(shop.engine().forecasts(shop.seller())); });
    expect_flat("syncing a sale", [](ShopWithHistory& shop) {
        shop.engine().collect(shop.reserve());
        shop.sync();
    });
    expect_flat("taking what another device did", [](ShopWithHistory& shop) {
        shop.rename_on_tablet();
        shop.sync();
    });
    expect_flat("syncing nothing", [](ShopWithHistory& shop) { shop.sync(); });
    expect_flat(
        "closing a window", [](ShopWithHistory& shop) { shop.refresh(); },
        [](ShopWithHistory& shop) {
            shop.reserve();
            shop.refresh();
            shop.pass(hours(10));
        });
}

}  // namespace
}  // namespace edge
