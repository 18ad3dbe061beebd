#include "simulation/counter.hpp"
#include "simulation/device_node.hpp"
#include "simulation/hub_node.hpp"
#include "simulation/network.hpp"
#include "simulation/templates.hpp"
#include "simulation/violation.hpp"
#include "support/database_dump.hpp"
#include "support/temporary_folder.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <vector>

// Scenarios that have to be covered by name, and where each is:
//
// crash and resume at every write        CrashAndResumeAtEveryWrite here; SyncDiskFaultTest
// reply lost after commit, 1 to 20 times ReplyLostAfterCommitAndSentAgainUpTo20Times here
// two sync processes on one file         SyncCommands.ManyProcessesMaySyncOneFileAtOnce (real processes);
//                                        SyncTest.TwoProcessesMaySyncOneFileAtOnce
// file and network in any order          FilesAndNetworkInAnyOrder here
// parts out of order                     PartsOutOfOrder here; IntakeTest.TakesPartsInAnyOrderWithinARequest
// the full conflict matrix               ConflictMatrix (sync_matrix_test.cpp)
// equal values seen by a third           SyncPullTest.EqualValuesOfTwoDevicesReachTheThird
// two deletions seen by a third          SyncPullTest.TwoDeletionsReachTheThird
// collect against cancel                 SyncPullTest.CollectingBeatsCancelling; MergeReservation
// parent deleted, child made offline     SyncPullTest.AReservationMadeMeanwhileBringsTheBundleBackClosed
// old device and new hub, and back       VersionsTest
// each reject code, alone and amid 1,000 DeadLetters.HoldEachReasonAloneAndAmidAThousandGoodRows; EachRefusal;
//                                        MarketplaceFillTest.SetsAsideEachAmidAThousandGoodRows
// dependants of a rejected parent        Dependants (sync_rejects_test.cpp)
// 90 days offline                        NinetyDaysOffline here; ExpiredTest (deletions forgotten meanwhile)
// a slow link                            AMonthsWorkComesThroughASlowWay here; a quarter of all seeds
// a hot row updated a million times      AHotRowIsOneChange here (EDGE_HOT_UPDATES=1000000 for all of them)
// a sqlite3 shell while we are down      AShellWritesWhileTheTillIsDown here; CaptureCheckTest

namespace edge::simulation {
namespace {

/// How often the hot row is written: few times in the gate.
int hot_updates() {
    const char* wanted = std::getenv("EDGE_HOT_UPDATES");
    return wanted == nullptr ? 20'000 : std::atoi(wanted);
}

/// One device and its hub, and a way between them that a test may bend.
class ScenarioTest : public testing::Test {
protected:
    void act(Act what, std::uint64_t dice) {
        const Step step{.act = what, .dice = dice};
        ASSERT_TRUE(Counter(device, step).act());
    }
    /// A morning's work, other each time.
    void work(std::uint64_t dice) {
        for (const Act what : {Act::post, Act::reserve, Act::collect, Act::hand_edit, Act::hand_delete, Act::refresh})
            act(what, dice * 100 + static_cast<std::uint64_t>(what));
        pass(std::chrono::hours(3));
    }
    void pass(std::chrono::minutes minutes) {
        now += minutes;
        hub.now = now;
    }
    SyncReport sync() {
        const auto carry = [this](const HubRequest& request) {
            bodies.push_back(request.body);
            return way ? way(request) : *hub.take(request.body, {}, 0);
        };
        return device.engine().sync({.url = "http://hub", .exchange = carry});
    }
    void expect_equal() {
        way = nullptr;
        pass(std::chrono::hours(2));
        const SyncReport report = sync();
        EXPECT_TRUE(report.equal) << report.reason;
        EXPECT_EQ(first_difference(device.model, written_rows(device.rows())), "");
        EXPECT_EQ(first_difference(device.rows(), hub.rows(device.seller)), "");
    }
    static HubAnswer no_answer(const std::string& why = "broken: connection reset") {
        HubAnswer answer;
        answer.failure = why;
        return answer;
    }

    test::TemporaryFolder folder;
    Timestamp now = Timestamp(std::chrono::seconds(1'772'438'400));
    HubNode hub{folder.file("hub.db"), Durable::command};
    std::size_t writes = 0;
    History history{writes};
    DeviceNode device{"device", folder.file("device.db"), templates().devices.front(), now, std::chrono::minutes(0), 7,
                      history};
    std::vector<std::string> bodies;
    std::function<HubAnswer(const HubRequest&)> way;
};

TEST_F(ScenarioTest, ReplyLostAfterCommitAndSentAgainUpTo20Times) {
    for (int times = 1; times <= 20; ++times) {
        work(static_cast<std::uint64_t>(times));
        bodies.clear();
        way = [this](const HubRequest& request) {
            static_cast<void>(hub.take(request.body, {}, 0));
            return no_answer();
        };
        for (int i = 0; i < times; ++i) EXPECT_FALSE(sync().equal);
        const Rows once = hub.rows(device.seller);
        EXPECT_TRUE(
            std::all_of(bodies.begin(), bodies.end(), [&](const auto& body) { return body == bodies.front(); }));

        expect_equal();

        EXPECT_EQ(hub.rows(device.seller), once);
    }
}

TEST_F(ScenarioTest, FilesAndNetworkInAnyOrder) {
    std::vector<std::string> files;
    for (std::uint64_t day = 1; day <= 3; ++day) {
        work(day);
        files.push_back(device.engine().export_segments(folder.path()));
        std::filesystem::rename(files.back(), folder.file(fmt::format("stick-{}", day)));
        files.back() = folder.file(fmt::format("stick-{}", day));
    }
    std::sort(files.begin(), files.end());
    do {
        for (const std::string& file : files) EXPECT_EQ(hub.import(file, {}, 0), "");
    } while (std::next_permutation(files.begin(), files.end()));
    EXPECT_EQ(first_difference(device.rows(), hub.rows(device.seller)), "");

    expect_equal();

    work(4);
    for (const std::string& file : files) EXPECT_EQ(hub.import(file, {}, 0), "");
    expect_equal();
}

TEST_F(ScenarioTest, PartsOutOfOrder) {
    device.disk().by_hand("INSERT INTO sync_state (name, value) VALUES ('part_bytes', '1200')");
    for (std::uint64_t dice = 1; dice <= 4; ++dice) work(dice);
    std::vector<std::string> parts;
    way = [&](const HubRequest& request) {
        const protocol::Decoded<protocol::SyncRequest> read = protocol::decode_request(request.body);
        for (const std::string_view part : read->parts) parts.emplace_back(part);
        return no_answer();
    };
    static_cast<void>(sync());
    ASSERT_GT(parts.size(), 5U);
    std::reverse(parts.begin(), parts.end());
    for (int round = 0; round < 2; ++round) {
        for (const std::string& part : parts) static_cast<void>(hub.take(part + "\n", {}, 0));
        std::rotate(parts.begin(), parts.begin() + 1, parts.end());
    }

    expect_equal();
}

TEST_F(ScenarioTest, NinetyDaysOffline) {
    for (std::uint64_t day = 1; day <= 90; ++day) {
        act(Act::post, day);
        act(Act::reserve, day + 1000);
        act(Act::collect, day + 2000);
        pass(std::chrono::hours(24));
    }
    act(Act::refresh, 1);

    expect_equal();
}

/// 300 bytes a second: in a request's 30 seconds neither a month's segments come through nor a page of its rows.
TEST_F(ScenarioTest, AMonthsWorkComesThroughASlowWay) {
    DeviceNode tablet("tablet", folder.file("tablet.db"), templates().devices.at(1), now, std::chrono::minutes(0), 8,
                      history);
    for (std::uint64_t day = 1; day <= 30; ++day) {
        for (std::uint64_t sale = 0; sale < 10; ++sale) {
            act(Act::post, day * 100 + sale);
            act(Act::reserve, day * 100 + sale + 50);
        }
        pass(std::chrono::hours(24));
    }
    act(Act::refresh, 1);
    Network network(hub, now);
    Dice dice(1);
    const auto sync_slowly = [&](DeviceNode& node) {
        node.way.bytes_per_second = 300;
        const auto carry = [&](const HubRequest& request) { return network.carry(node, {}, request, dice, {}); };
        return node.engine().sync({.url = "http://hub", .exchange = carry});
    };
    for (DeviceNode* node : {&device, &tablet}) {
        int rounds = 0;
        std::int64_t cut = 0;
        for (SyncReport report; !report.equal; ++rounds) {
            pass(std::chrono::minutes(15));
            report = sync_slowly(*node);
            cut += report.reason.empty() ? 0 : 1;
            ASSERT_LT(rounds, 60) << node->name << ": " << report.reason;
        }
        EXPECT_GT(cut, 0) << "nothing was too slow";
        EXPECT_EQ(first_difference(written_rows(node->rows()), written_rows(hub.rows(node->seller))), "");
    }
}

/// A segment took effect by a request whose answer was lost, and of each sync afterwards one answer comes through.
TEST_F(ScenarioTest, WhatBecameOfManyPartsIsHeardOverManySyncs) {
    device.disk().by_hand("INSERT INTO sync_state (name, value) VALUES ('part_bytes', '600')");
    act(Act::hand_bad_value, 1);
    for (std::uint64_t dice = 2; dice < 10; ++dice) act(Act::hand_weather, dice);
    const std::int64_t head = hub.head(device.seller);
    int answers = 0;
    way = [&](const HubRequest& request) {
        HubAnswer answer = *hub.take(request.body, {}, 0);
        const bool is_applied = hub.head(device.seller) > head;
        return is_applied && answers++ % 2 == 0 ? no_answer("timed_out: no answer in time") : answer;
    };
    int syncs = 0;
    for (SyncReport report = sync(); !report.reason.empty(); report = sync(), ++syncs) {
        pass(std::chrono::hours(2));
        ASSERT_LT(syncs, 30) << report.reason;
    }
    EXPECT_GT(syncs, 3);

    way = nullptr;
    const SyncReport last = sync();
    EXPECT_EQ(last.rejects, 1);
    EXPECT_FALSE(last.diverged) << "the refused row is not taken for one that the hub has";
    EXPECT_EQ(hub.rows(device.seller).size() + 1, device.rows().size());
}

TEST_F(ScenarioTest, AHotRowIsOneChange) {
    act(Act::post, 1);
    ASSERT_TRUE(sync().equal);
    const int times = hot_updates();
    const std::string place = std::find_if(device.model.begin(), device.model.end(), [](const auto& row) {
                                  return table_of(row.first) == "bundles";
                              })->first;
    device.disk().by_hand(fmt::format(
        "CREATE TEMP TABLE ticks (n INTEGER); CREATE TEMP TRIGGER heat AFTER INSERT ON ticks BEGIN UPDATE bundles SET "
        "price_minor = new.n; END; WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {}) "
        "INSERT INTO ticks SELECT i FROM n",
        times));
    device.model[place]["price_minor"] = std::to_string(times);

    const std::int64_t version = hub.store().read(device.seller)->head().seq;

    const SyncReport report = sync();

    EXPECT_EQ(report.changes_sent, 1);
    EXPECT_LT(bodies.back().size(), 600U);
    EXPECT_EQ(hub.store().read(device.seller)->changes(version, 10).size(), 1U) << "the feed has one entry";
    act(Act::refresh, 1);
    expect_equal();
    EXPECT_LT(std::stoi(device.select("SELECT count(*) FROM journal").front()), 100) << "both readers have read it";
}

TEST_F(ScenarioTest, AShellWritesWhileTheTillIsDown) {
    act(Act::post, 1);
    ASSERT_TRUE(sync().equal);
    for (std::uint64_t dice = 1; dice < 10; ++dice) {
        act(Act::hand_holiday, dice);
        act(Act::hand_twins, dice);
        act(Act::hand_edit, dice);
        device.restart(true, dice);
    }

    expect_equal();
}

/// The other process moves the log into the file as it ends, and what SQLite shares looks as before its sync.
TEST_F(ScenarioTest, WhatAnotherProcessBroughtIsSeenAfterAKill) {
    history.begin(device.model);
    act(Act::hand_holiday, 1);
    ASSERT_TRUE(sync().equal);
    for (const bool power : {false, true}) {
        DeviceNode killed("killed", folder.file(power ? "cut.db" : "killed.db"), templates().devices.at(1), now,
                          std::chrono::minutes(0), 8, history);
        const auto carry = [&](const HubRequest& request) { return *hub.take(request.body, {}, 0); };
        EXPECT_THROW(killed.sync({}, 0,
                                 [&] {
                                     const SyncOptions options{.url = "http://hub", .exchange = carry};
                                     EXPECT_TRUE(killed.second_process().sync(options).equal);
                                     killed.stop();
                                     throw Killed();
                                 }),
                     Killed);

        killed.restart(power, 0);

        EXPECT_EQ(first_difference(killed.model, written_rows(hub.rows(killed.seller))), "");
    }
}

/// Kills the device at each write of a sync in turn, with the power or without, until one gets through.
TEST_F(ScenarioTest, CrashAndResumeAtEveryWrite) {
    for (const FaultKind kind : {FaultKind::killed, FaultKind::power_cut}) {
        for (int nth = 1;; ++nth) {
            SCOPED_TRACE(fmt::format("{} at write {}", name_of(kind), nth));
            work(static_cast<std::uint64_t>(nth));
            bool done = false;
            device.run({.kind = kind, .nth = nth}, static_cast<std::uint64_t>(nth), [&] { done = sync().equal; });
            expect_equal();
            if (done) break;
            ASSERT_LT(nth, 200);
        }
    }
}

}  // namespace
}  // namespace edge::simulation
