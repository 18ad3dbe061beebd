#include "support/bakery.hpp"

#include "edge/storage/connection.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>

namespace edge::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const SellerId home = Bakery::seller();

/// Holds the file's writer lock, so that a background refresh waits where it begins.
class HeldFile {
public:
    explicit HeldFile(const Bakery& shop) : db_(storage::Connection::open(shop.path())), write_(db_) {}

private:
    storage::Connection db_;
    storage::WriteTransaction write_;
};

std::int64_t refreshes_logged(const Bakery& shop) {
    std::int64_t count = 0;
    for (const std::string& line : shop.log()) count += line.rfind("refreshed seller 1:", 0) == 0 ? 1 : 0;
    return count;
}

TEST(RefreshAsync, ShowsItsCallbackTheRefreshedState) {
    Bakery shop;
    shop.sell(shop->post_bundle(bread("2026-03-02 17:00")).id, 3);
    std::int64_t recounted = 0;
    std::string point;

    shop->refresh_async(home, [&](const RefreshReport& report, const Error* error) {
        ASSERT_EQ(error, nullptr);
        recounted = report.bundles_recounted;
        point = shop.select("SELECT y FROM v_graphs WHERE graph_type = 1 AND series_index = 0").at(0);
    });
    shop->wait_for_refreshes();

    EXPECT_EQ(recounted, 1);
    EXPECT_EQ(point, "3.0000");
    EXPECT_THAT(shop.points(1), ElementsAre("2026-03-02 3.0000")) << "the engine that asked sees it too";
}

TEST(RefreshAsync, NeedsNoCallback) {
    Bakery shop;
    shop.sell(shop->post_bundle(bread("2026-03-02 17:00")).id, 3);

    shop->refresh_async(home);
    shop->wait_for_refreshes();

    EXPECT_THAT(shop.points(1), ElementsAre("2026-03-02 3.0000"));
}

TEST(RefreshAsync, MakesOneOfManyCalls) {
    Bakery shop;
    std::atomic<int> answered = 0;
    {
        const HeldFile held(shop);
        for (int i = 0; i < 50; ++i) {
            shop->refresh_async(home, [&](const RefreshReport&, const Error* error) {
                if (error == nullptr) ++answered;
            });
        }
    }
    shop->wait_for_refreshes();

    EXPECT_EQ(answered, 50);
    EXPECT_GE(refreshes_logged(shop), 1);
    EXPECT_LE(refreshes_logged(shop), 2) << "one that may have begun before the others were asked for, one for all";
}

TEST(RefreshAsync, SeesWhatWasWrittenBeforeTheLastCall) {
    Bakery shop;
    const BundleId bag = shop->post_bundle(bread("2026-03-02 17:00", 100)).id;

    for (int i = 0; i < 20; ++i) {
        shop.sell(bag);
        shop->refresh_async(home);
    }
    shop->wait_for_refreshes();

    EXPECT_THAT(shop.points(1), ElementsAre("2026-03-02 20.0000"));
}

TEST(RefreshAsync, ServesSeveralSellers) {
    Bakery shop;
    shop.sql("INSERT INTO sellers (user_id, seller_name) VALUES (2, 'Another')");
    std::atomic<int> answered = 0;

    for (const SellerId seller : {home, SellerId(2), home, SellerId(2)}) {
        shop->refresh_async(seller, [&](const RefreshReport&, const Error* error) {
            if (error == nullptr) ++answered;
        });
    }
    shop->wait_for_refreshes();

    EXPECT_EQ(answered, 4);
}

TEST(RefreshAsync, RefusesASellerThatIsNotThere) {
    Bakery shop;

    EXPECT_EQ(refusal([&] { shop->refresh_async(SellerId(9)); }).code(), ErrorCode::not_found);
}

TEST(RefreshAsync, TellsItsCallbackThatTheSellerIsGone) {
    Bakery shop;
    shop.sql("INSERT INTO sellers (user_id, seller_name) VALUES (2, 'Another')");
    std::optional<ErrorCode> code;
    {
        storage::Connection db = storage::Connection::open(shop.path());
        storage::WriteTransaction write(db);
        shop->refresh_async(SellerId(2), [&](const RefreshReport& report, const Error* error) {
            EXPECT_EQ(report, RefreshReport{});
            if (error != nullptr) code = error->code();
        });
        db.query("DELETE FROM sellers WHERE user_id = 2").run();
        write.commit();
    }
    shop->wait_for_refreshes();

    EXPECT_EQ(code, ErrorCode::not_found);
}

TEST(RefreshAsync, TellsItsCallbackThatTheFileIsGone) {
    Bakery shop;
    std::optional<ErrorCode> code;
    const std::string elsewhere = shop.path() + ".moved";
    std::filesystem::rename(shop.path(), elsewhere);

    shop->refresh_async(home, [&](const RefreshReport&, const Error* error) {
        if (error != nullptr) code = error->code();
    });
    shop->wait_for_refreshes();
    std::filesystem::rename(elsewhere, shop.path());

    EXPECT_EQ(code, ErrorCode::not_found);
    shop->refresh_async(home);
    shop->wait_for_refreshes();
    EXPECT_EQ(shop->graphs(home).size(), 12U) << "it works again";
}

TEST(RefreshAsync, LogsAFailureThatNobodyAskedToHear) {
    Bakery shop;
    const std::string elsewhere = shop.path() + ".moved";
    std::filesystem::rename(shop.path(), elsewhere);

    shop->refresh_async(home);
    shop->wait_for_refreshes();
    std::filesystem::rename(elsewhere, shop.path());

    EXPECT_THAT(shop.log(), testing::Contains(HasSubstr("cannot open")));
}

TEST(RefreshAsync, IsFinishedBeforeTheEngineIsGone) {
    Bakery shop;
    shop.sell(shop->post_bundle(bread("2026-03-02 17:00")).id, 3);
    bool answered = false;
    {
        Engine engine = Engine::open(shop.path(), shop.options());
        engine.refresh_async(home, [&](const RefreshReport&, const Error*) { answered = true; });
    }

    EXPECT_TRUE(answered);
    EXPECT_THAT(shop.points(1), ElementsAre("2026-03-02 3.0000"));
}

TEST(RefreshAsync, RunsBesideTheCounter) {
    Bakery shop;
    const BundleId bag = shop->post_bundle(bread("2026-03-02 17:00", 200)).id;
    std::atomic<int> failures = 0;

    for (int i = 0; i < 100; ++i) {
        shop->refresh_async(home, [&](const RefreshReport&, const Error* error) {
            if (error != nullptr) ++failures;
        });
        shop.sell(bag);
    }
    shop->wait_for_refreshes();
    shop->refresh(home);

    EXPECT_EQ(failures, 0);
    EXPECT_THAT(shop.points(1), ElementsAre("2026-03-02 100.0000"));
}

TEST(WaitForRefreshes, ReturnsAtOnceWhenThereIsNothingToWaitFor) {
    Bakery shop;

    shop->wait_for_refreshes();

    EXPECT_EQ(shop->graphs(home).size(), 0U);
}

}  // namespace
}  // namespace edge::test
