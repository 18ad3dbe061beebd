#include "support/sealing_device.hpp"
#include "support/store_under_test.hpp"
#include "watched_store.hpp"

#include "edge/hub/intake.hpp"
#include "edge/hub/store.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <random>

namespace edge::hub {
namespace {

using protocol::Ack;
using std::chrono::microseconds;

Ack send(HubStore& store, const test::SealingDevice& device, const std::vector<std::string>& parts) {
    const protocol::Decoded<IntakeResult> result = take_request(store, device.request(parts), Timestamp{});
    if (result) return result->ack;
    ADD_FAILURE() << result.problem().detail;
    return {};
}

/// A hub that dies while it takes a request.
class KillTest : public testing::Test {
protected:
    void SetUp() override {
        static_cast<void>(stores.create("hub"));
        fill(device);
        parts = device.seal_bytes();
    }

    static void fill(test::SealingDevice& till) {
        till.seller_row(1);
        till.bundle(2, 1);
        for (int i = 0; i < 300; ++i) till.reservation(100 + i, 2, "CODE" + std::to_string(i));
        till.reservation(1000, 99, "NOBUNDLE");
    }

    /// Runs `act` on the hub's file in a process of its own and waits for its end.
    template <class Act>
    void in_another_process(Act act) {
        const pid_t child = ::fork();
        ASSERT_GE(child, 0);
        if (child == 0) {
            const std::unique_ptr<HubStore> store = stores.open("hub");
            act(*store);
            ::_exit(0);
        }
        int status = 0;
        ::waitpid(child, &status, 0);
    }

    /// The rows that a hub holds to which nothing happened.
    std::vector<std::string> expected_rows() {
        const std::unique_ptr<HubStore> calm = stores.create("calm");
        send(*calm, device, parts);
        return dump(*calm, "s-1");
    }

    test::StoresUnderTest stores;
    test::SealingDevice device;
    std::vector<std::string> parts;
};

TEST_F(KillTest, HoldsNothingOfARequestWhenItDiesBeforeTheCommit) {
    in_another_process([&](HubStore& store) {
        test::WatchedStore watched(store);
        watched.before_commit = [] { ::kill(::getpid(), SIGKILL); };
        send(watched, device, parts);
    });
    const std::unique_ptr<HubStore> store = stores.open("hub");
    const Ack before = send(*store, device, {});

    const Ack ack = send(*store, device, parts);

    EXPECT_TRUE(before.lanes.empty());
    EXPECT_EQ(ack.lanes.at(0).applied, 1);
    EXPECT_EQ(dump(*store, "s-1"), expected_rows());
}

TEST_F(KillTest, AnswersFromWhatItHoldsWhenItDiedBetweenCommitAndAnswer) {
    in_another_process([&](HubStore& store) {
        test::WatchedStore watched(store);
        watched.after_commit = [] { ::kill(::getpid(), SIGKILL); };
        send(watched, device, parts);
    });
    const std::unique_ptr<HubStore> store = stores.open("hub");
    const std::vector<StoredRow> before = store->read("s-1")->changes(0, 1000);

    const Ack ack = send(*store, device, parts);

    EXPECT_EQ(ack.lanes.at(0).applied, 1);
    ASSERT_EQ(ack.outcomes.size(), 1U);
    EXPECT_EQ(store->read("s-1")->changes(0, 1000), before);
    EXPECT_EQ(store->dead_letters({}).size(), 1U);
    EXPECT_EQ(dump(*store, "s-1"), expected_rows());
}

TEST_F(KillTest, HoldsAllOrNothingWhereverItDies) {
    constexpr unsigned seed = 20261123;
    constexpr int rounds = 40;
    std::mt19937_64 random(seed);
    const std::vector<std::string> expected = expected_rows();
    int whole = 0;

    for (int round = 0; round < rounds; ++round) {
        const std::string seller = "round-" + std::to_string(round);
        test::SealingDevice till(seller);
        fill(till);
        const std::vector<std::string> sealed = till.seal_bytes();
        const pid_t child = ::fork();
        ASSERT_GE(child, 0);
        if (child == 0) {
            const std::unique_ptr<HubStore> store = stores.open("hub");
            send(*store, till, sealed);
            ::_exit(0);
        }
        ::usleep(static_cast<useconds_t>(random() % 30'000));
        ::kill(child, SIGKILL);
        int status = 0;
        ::waitpid(child, &status, 0);

        const std::unique_ptr<HubStore> store = stores.open("hub");
        const std::size_t held = dump(*store, seller).size();
        ASSERT_TRUE(held == 0 || held == expected.size()) << held << " rows in round " << round << ", seed " << seed;
        if (held > 0) ++whole;
        EXPECT_EQ(send(*store, till, sealed).lanes.at(0).applied, 1);
        ASSERT_EQ(dump(*store, seller), expected) << "round " << round << ", seed " << seed;
        ASSERT_EQ(store->dead_letters({.seller = seller, .after = {}, .at_most = 10}).size(), 1U)
            << "round " << round << ", seed " << seed;
    }
    RecordProperty("rounds that were whole", whole);
}

}  // namespace
}  // namespace edge::hub
