#include "server_fixture.hpp"

#include "edge/core/error.hpp"

#include <atomic>
#include <thread>

namespace edge::hub {
namespace {

using protocol::Ack;
using test::RawConnection;
using test::SealingDevice;

class SyncOverHttpTest : public ServerFixture {
protected:
    void SetUp() override { serve(); }
};

TEST_F(SyncOverHttpTest, TakesWhatADeviceSendsInOneRoundTrip) {
    const std::vector<std::string> parts = shop();

    const Ack ack = ack_of(post(device.request(parts)));

    ASSERT_EQ(ack.lanes.size(), 1U);
    EXPECT_EQ(ack.lanes[0].applied, 1);
    EXPECT_EQ(ack.lanes[0].head, protocol::part_hash(parts.back()));
    EXPECT_EQ(rows().size(), 5U);
    EXPECT_EQ(server->counters().applied_changes, 5U);
}

TEST_F(SyncOverHttpTest, SaysTheSameOfTheSameBytes) {
    device.reservation(9, 8, "NOBUNDLE");
    const std::string body = device.request(shop(30));

    const Ack first = ack_of(post(body));
    const Ack second = ack_of(post(body));

    EXPECT_EQ(second.lanes, first.lanes);
    EXPECT_EQ(second.outcomes, first.outcomes);
    EXPECT_EQ(store->dead_letters({}).size(), 1U);
    EXPECT_EQ(server->counters().applied_segments, 1U);
    EXPECT_EQ(server->counters().repeated_parts, 1U);
}

TEST_F(SyncOverHttpTest, AnswersAPollWithoutAWriteTransaction) {
    ack_of(post(device.request(shop())));
    const int writes = watched.writes;

    const Ack ack = ack_of(post(device.request({})));

    EXPECT_EQ(ack.lanes.at(0).applied, 1);
    EXPECT_EQ(watched.writes, writes);
    EXPECT_EQ(server->counters().polls, 1U);
}

TEST_F(SyncOverHttpTest, RefusesABodyThatIsNoSync) {
    const protocol::Problem nothing = problem_of(post(""));
    const protocol::Problem json = problem_of(post("{}\n"));
    const protocol::Problem cut = problem_of(post(device.request({}) + "{\"v\":1"));

    EXPECT_EQ(nothing.problem_class, protocol::ProblemClass::bug);
    EXPECT_EQ(json.problem_class, protocol::ProblemClass::bug);
    EXPECT_EQ(cut.problem_class, protocol::ProblemClass::retry);
    EXPECT_TRUE(store->sellers().empty());
}

TEST_F(SyncOverHttpTest, TakesSellersSideBySide) {
    constexpr int sellers = 4;
    constexpr int segments = 12;
    std::atomic<int> applied{0};
    std::vector<std::thread> threads;

    for (int n = 0; n < sellers; ++n) {
        threads.emplace_back([&, n] {
            SealingDevice mine("s-" + std::to_string(n));
            mine.seller_row(1);
            mine.bundle(2, 1);
            for (int i = 0; i < segments; ++i) {
                mine.reservation(100 + i, 2, "C" + std::to_string(i));
                const Ack ack = ack_of(post(mine.request(mine.seal_bytes())));
                if (ack.lanes.at(0).applied == i + 1) ++applied;
            }
        });
    }
    for (std::thread& thread : threads) thread.join();

    EXPECT_EQ(applied, sellers * segments);
    for (int n = 0; n < sellers; ++n) EXPECT_EQ(rows("s-" + std::to_string(n)).size(), 2U + segments);
}

TEST_F(SyncOverHttpTest, TakesReplicasOfOneSellerSideBySide) {
    constexpr int replicas = 4;
    constexpr int segments = 12;
    ack_of(post(device.request(shop(0))));
    std::vector<std::thread> threads;

    for (int n = 0; n < replicas; ++n) {
        threads.emplace_back([&, n] {
            SealingDevice mine("s-1", "replica-" + std::to_string(n));
            for (int i = 0; i < segments; ++i) {
                mine.reservation(1000 * (n + 1) + i, 2, std::to_string(n) + "-" + std::to_string(i));
                ack_of(post(mine.request(mine.seal_bytes())));
            }
        });
    }
    for (std::thread& thread : threads) thread.join();

    EXPECT_EQ(rows().size(), 2U + replicas * segments);
    const std::vector<StoredRow> feed = store->read("s-1")->changes(0, 1000);
    for (std::size_t i = 0; i < feed.size(); ++i) EXPECT_EQ(feed[i].row.version, static_cast<std::int64_t>(i) + 1);
}

TEST_F(SyncOverHttpTest, TakesTheSameSegmentSentManyTimesAtOnceJustOnce) {
    const std::string body = device.request(shop(20));
    std::vector<std::thread> threads;
    std::atomic<int> same{0};

    for (int n = 0; n < 6; ++n) {
        threads.emplace_back([&] {
            if (ack_of(post(body)).lanes.at(0).applied == 1) ++same;
        });
    }
    for (std::thread& thread : threads) thread.join();

    EXPECT_EQ(same, 6);
    EXPECT_EQ(rows().size(), 22U);
    EXPECT_EQ(server->counters().applied_segments, 1U);
    EXPECT_EQ(store->read("s-1")->changes(0, 1000).size(), 22U);
}

TEST_F(SyncOverHttpTest, ForgetsARequestWhoseSenderGoesAwayInTheMiddle) {
    const std::string body = device.request(shop());
    {
        RawConnection connection(server->port());
        connection.send(post_head(body.size()) + body.substr(0, body.size() - 10));
    }
    const Ack ack = ack_of(post(device.request({})));

    EXPECT_TRUE(ack.lanes.empty());
    EXPECT_EQ(watched.writes, 0);
}

TEST_F(SyncOverHttpTest, HoldsAllThatWasAnsweredAfterItIsOpenedAgain) {
    const std::string body = device.request(shop());
    const Ack first = ack_of(post(body));
    const std::vector<std::string> before = rows();
    server->stop();
    store.reset();
    store = open_sqlite_store(folder.file("hub.db"));

    HubServer again(*store, options);
    again.start();
    transport::HttpSettings settings;
    settings.base_url = "http://127.0.0.1:" + std::to_string(again.port());
    transport::HttpClient http(settings);
    const Ack second = ack_of(response_of(http.post(protocol::sync_path, body, protocol::sync_content_type)));

    EXPECT_EQ(second.lanes, first.lanes);
    EXPECT_EQ(second.outcomes, first.outcomes);
    EXPECT_EQ(second.digest, first.digest);
    EXPECT_EQ(rows(), before);
}

TEST_F(SyncOverHttpTest, SaysRetryWhileTheStoreIsBusy) {
    watched.before_write = [] { throw Error(ErrorCode::busy, "cannot write /var/lib/hub.db: it is held"); };
    const std::string body = device.request(shop());

    const protocol::Response response = post(body);
    watched.before_write = [] {};
    const Ack ack = ack_of(post(body));

    EXPECT_EQ(response.status, 503);
    EXPECT_EQ(problem_of(response).problem_class, protocol::ProblemClass::retry);
    EXPECT_EQ(response.body.find("/var/lib"), std::string::npos);
    EXPECT_EQ(ack.lanes.at(0).applied, 1);
    EXPECT_EQ(server->counters().store_failures, 1U);
}

}  // namespace
}  // namespace edge::hub
