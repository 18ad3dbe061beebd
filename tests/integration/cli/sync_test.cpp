#include "integration/cli/cli_process.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>

#include <csignal>
#include <filesystem>
#include <memory>

namespace edge::test {
namespace {

using testing::HasSubstr;

class SyncCommands : public CliProcess {
protected:
    /// A hub on a free port; its address becomes the setting hub.url.
    void start_hub() {
        hub_ = std::make_unique<RunningProcess>(request({"hub", "serve", "--listen", "127.0.0.1:0"}));
        const std::string said = hub_->wait_for_error_text("; stop", std::chrono::seconds(30));
        const std::size_t begin = said.find("http://");
        ASSERT_NE(begin, std::string::npos) << said;
        environment["EDGE_ANALYTICS_HUB_URL"] = said.substr(begin, said.find(';') - begin);
    }
    ProcessResult stop_hub(int signal = SIGTERM) {
        hub_->send_signal(signal);
        return hub_->finish();
    }

private:
    std::unique_ptr<RunningProcess> hub_;
};

TEST_F(SyncCommands, TheDiffIsWhatASyncWouldSend) {
    make_shop();

    const auto diff = data({"diff"});

    EXPECT_GT(diff.at("rows").as_int64(), 0);
    EXPECT_TRUE(boost::json::parse(text({"diff"})) == diff.at("document"));
    EXPECT_TRUE(boost::json::parse(text({"diff", "--format", "json-patch"})).is_array());
    EXPECT_THAT(text({"diff", "--stat"}), HasSubstr("bundles"));
    EXPECT_TRUE(data({"diff", "--stat"}).at("document").is_null());
    EXPECT_EQ(run({"diff", "--exit-code", "--stat"}).status, 10);
    refusal({"diff", "--format", "xml"}, 64, "usage");
}

TEST_F(SyncCommands, ASyncMakesFileAndHubEqual) {
    make_shop();
    start_hub();
    const std::int64_t rows = data({"diff", "--stat"}).at("rows").as_int64();

    const auto report = data({"sync", "--once"});

    EXPECT_TRUE(report.at("equal").as_bool());
    EXPECT_EQ(report.at("changes_sent").as_int64(), rows);
    EXPECT_EQ(data({"diff"}).at("rows").as_int64(), 0);
    EXPECT_EQ(run({"diff", "--exit-code"}).status, 0);
    const std::string second = text({"sync"});
    EXPECT_EQ(second.find("Sent 0 changes in 0 segments"), 0U) << second;
    EXPECT_NE(second.find("This file and the hub are equal.\n"), std::string::npos) << second;
    EXPECT_EQ(data({"sync", "status"}).at("pending_changes").as_int64(), 0);
    EXPECT_EQ(document({"status"}).at("meta").at("unsent").as_int64(), 0);
    EXPECT_EQ(stop_hub().status, 0);
}

TEST_F(SyncCommands, ANewDeviceIsFilledFromTheHub) {
    make_shop();
    start_hub();
    text({"sync"});
    const std::string shop(data({"sync", "status"}).at("seller").as_string());
    const std::vector<std::string> command{"sync", "bootstrap", "--shop", shop, "--db", "second.db"};

    EXPECT_THAT(text({"sync", "bootstrap", "--shop", shop, "--db", "second.db", "--dry-run"}), HasSubstr("then take"));
    const auto report = data(command);

    EXPECT_TRUE(report.at("complete").as_bool());
    EXPECT_EQ(report.at("rows").as_int64(), 3);
    EXPECT_EQ(report.at("digest").as_string().size(), 32U);
    EXPECT_EQ(text({"bundle", "list", "--all", "--db", "second.db"}), text({"bundle", "list", "--all"}));
    text({"refresh", "--db", "second.db"});
    EXPECT_TRUE(data({"sync", "--db", "second.db"}).at("equal").as_bool());
    EXPECT_TRUE(data({"sync", "verify", "--db", "second.db"}).at("equal").as_bool());
    EXPECT_THAT(text({"sync", "bootstrap"}), HasSubstr("holds what the hub has"));
    EXPECT_EQ(run({"sync", "bootstrap", "--url", "http://127.0.0.1:1"}).status, 75);
    EXPECT_EQ(run({"sync", "bootstrap", "--shop", shop, "--db", "third.db", "--url", "http://127.0.0.1:1"}).status, 75);
    refusal({"sync", "bootstrap", "--db", "fourth.db"}, 66, "not_found");
}

TEST_F(SyncCommands, TheHubTellsWhatItHolds) {
    make_shop();
    start_hub();
    text({"sync"});

    const auto status = data({"hub", "status"});

    EXPECT_EQ(status.at("sellers").as_int64(), 1);
    EXPECT_EQ(status.at("replicas").as_int64(), 1);
    EXPECT_GT(status.at("rows").as_int64(), 0);
    EXPECT_THAT(text({"hub", "status"}), HasSubstr("1 device"));
}

TEST_F(SyncCommands, AHubInJsonPrintsOneDocumentWhenItEnds) {
    RunningProcess hub(request({"hub", "serve", "--listen", "127.0.0.1:0", "--json", "--quiet"}));
    for (int i = 0; i < 200 && !std::filesystem::exists(file("hub.db")); ++i) static_cast<void>(run({"version"}));
    hub.send_signal(SIGINT);

    const ProcessResult result = hub.finish();

    EXPECT_EQ(result.status, 0) << result.errors;
    EXPECT_EQ(boost::json::parse(result.output).at("data").at("requests").as_int64(), 0);
}

TEST_F(SyncCommands, WithoutAHubTheFileKeepsWhatItHas) {
    make_shop();

    EXPECT_THAT(refusal({"sync"}, 78, "configuration"), HasSubstr("config set hub.url"));
    const auto report = document({"sync", "--url", "http://127.0.0.1:1", "--max-time", "2"}, 75);
    EXPECT_FALSE(report.at("data").at("equal").as_bool());
    EXPECT_GT(data({"sync", "status"}).at("pending_changes").as_int64(), 0);
    EXPECT_THAT(text({"sync", "status"}), HasSubstr("last error"));
    refusal({"sync", "--url", "not an address"}, 64, "invalid_argument");
    refusal({"sync", "--url", "http://127.0.0.1:1", "--max-time", "soon"}, 64, "usage");
}

TEST_F(SyncCommands, ADryRunSendsNothing) {
    make_shop();
    const auto before = data({"sync", "status"});

    EXPECT_EQ(data({"sync", "--dry-run"}).at("pending_changes"), data({"diff"}).at("rows"));
    EXPECT_THAT(text({"sync", "--dry-run"}), HasSubstr("Would send"));
    EXPECT_EQ(data({"sync", "status"}), before);
}

TEST_F(SyncCommands, AFileCarriesSegmentsWhereThereIsNoNetwork) {
    make_shop();
    std::filesystem::create_directories(file("stick"));

    const std::string path = text_of(data({"sync", "export", "stick"}).at("path"));
    const auto taken = data({"hub", "import", path});

    EXPECT_TRUE(std::filesystem::exists(file(text_of(taken.at("receipt_path")))) ||
                std::filesystem::exists(text_of(taken.at("receipt_path"))));
    EXPECT_GT(data({"hub", "status"}).at("rows").as_int64(), 0);
    EXPECT_THAT(text({"hub", "import", path, "--receipt", "again.json"}), HasSubstr("again.json"));
}

TEST_F(SyncCommands, FilesThatCarryNothingAreRefused) {
    make_shop();
    write_file(file("junk.eab"), "junk\n");

    refusal({"hub", "import", "junk.eab"}, 65, "corrupt_data");
    refusal({"hub", "import", "nowhere.eab"}, 66, "not_found");
    refusal({"sync", "export", "no/such/folder"}, 66, "not_found");
}

TEST_F(SyncCommands, AReceiptThatComesBackOnFootConfirmsAndTrims) {
    make_shop();
    std::filesystem::create_directories(file("stick"));
    const std::string path = text_of(data({"sync", "export", "stick"}).at("path"));
    data({"hub", "import", path, "--receipt", "r.json"});

    const auto first = data({"sync", "import-receipt", "r.json"});
    const auto again = data({"sync", "import-receipt", "r.json"});

    EXPECT_EQ(first.at("segments_applied").as_int64(), 1);
    EXPECT_EQ(first.at("segments_trimmed").as_int64(), 1);
    EXPECT_EQ(first.at("pending_changes").as_int64(), 0);
    EXPECT_EQ(again.at("segments_applied").as_int64(), 0);
    EXPECT_EQ(document({"status"}).at("meta").at("unsent").as_int64(), 0);
    refusal({"sync", "export", "stick"}, 64, "invalid_argument");
    EXPECT_THAT(text({"sync", "import-receipt", "r.json"}), HasSubstr("applied 0 segments more"));
}

TEST_F(SyncCommands, WhatTheHubRefusedIsListedShownRetriedAndGone) {
    make_refused("shop.db");

    const auto list = data({"sync", "rejects", "list"}).at("rejects").as_array();
    ASSERT_EQ(list.size(), 1U);
    EXPECT_EQ(text_of(list[0].at("reason")), "claim_code_collision");
    EXPECT_THAT(text({"sync", "rejects", "list"}), HasSubstr("another reservation of the bundle has the claim code"));
    EXPECT_THAT(text({"sync", "rejects", "show", "1"}), HasSubstr("\"claim_code\""));
    EXPECT_EQ(data({"hub", "deadletter", "list"}).at("dead_letters").as_array().size(), 1U);
    start_hub();
    EXPECT_THAT(run({"sync"}).output, HasSubstr("1 refused change waits for a decision"));
    EXPECT_EQ(run({"sync"}).status, 3);
    EXPECT_EQ(data({"sync", "rejects", "retry", "1"}).at("retried").as_int64(), 1);

    const auto report = data({"sync"});

    EXPECT_TRUE(report.at("equal").as_bool());
    EXPECT_EQ(text({"sync", "rejects", "list"}), "The hub took every change.\n");
    EXPECT_EQ(data({"hub", "deadletter", "list"}).at("dead_letters").as_array().size(), 0U);
    EXPECT_EQ(data({"hub", "deadletter", "list", "--all"}).at("dead_letters").as_array().size(), 1U);
    refusal({"sync", "rejects", "retry", "1"}, 65, "conflict");
    EXPECT_EQ(data({"sync", "rejects", "list", "--all"}).at("rejects").at(0).at("state").as_string(), "taken");
}

TEST_F(SyncCommands, TheHubMayTakeWhatItRefusedAfterAll) {
    make_refused("shop.db");

    const auto report = data({"hub", "deadletter", "retry", "--all"});

    EXPECT_EQ(report.at("settled").as_int64(), 1);
    EXPECT_EQ(report.at("refused").as_array().size(), 0U);
    EXPECT_EQ(text({"hub", "deadletter", "list"}), "Every change was taken.\n");
    EXPECT_EQ(data({"hub", "status"}).at("dead_letters").as_int64(), 0);

    start_hub();
    EXPECT_TRUE(data({"sync"}).at("equal").as_bool()) << "the device hears of it";
    EXPECT_EQ(text_of(data({"sync", "rejects", "list", "--all"}).at("rejects").at(0).at("state")), "taken");
}

TEST_F(SyncCommands, AWatchSyncsUntilItIsToldToStop) {
    make_shop();
    start_hub();
    for (const int signal : {SIGTERM, SIGINT}) {
        RunningProcess watch(request({"sync", "--watch", "--json"}));
        EXPECT_THAT(watch.wait_for_error_text("as the hub wishes", std::chrono::seconds(30)),
                    HasSubstr("next sync in"));
        watch.send_signal(signal);

        const ProcessResult result = watch.finish();

        EXPECT_EQ(result.status, 0) << result.errors;
        const auto data = boost::json::parse(result.output).at("data");
        EXPECT_EQ(data.at("syncs").as_int64(), 1);
        EXPECT_EQ(data.at("failed").as_int64(), 0);
        EXPECT_TRUE(data.at("equal").as_bool());
    }
    EXPECT_EQ(data({"sync", "status"}).at("pending_changes").as_int64(), 0);
}

TEST_F(SyncCommands, ManyProcessesMaySyncOneFileAtOnce) {
    make_shop();
    start_hub();
    RunningProcess watch(request({"sync", "--watch", "--json"}));
    for (int round = 0; round < 3; ++round) {
        text({"bundle", "post", "Bag " + std::to_string(round), "-c", "Bread", "-n", "2", "--window", "16:00-18:00"});
        RunningProcess one(request({"sync", "--json"}));
        RunningProcess other(request({"sync", "--json"}));
        for (RunningProcess* process : {&one, &other}) {
            const ProcessResult result = process->finish();
            EXPECT_TRUE(result.status == 0 || result.status == 75) << result.status << result.errors;
        }
    }
    watch.send_signal(SIGTERM);
    static_cast<void>(watch.finish());

    EXPECT_TRUE(data({"sync"}).at("equal").as_bool());
    EXPECT_TRUE(data({"sync", "verify"}).at("equal").as_bool());
    EXPECT_EQ(data({"bundle", "list", "--all"}).at("bundles").as_array().size(), 4U) << "none is doubled";
    EXPECT_EQ(data({"hub", "status"}).at("dead_letters").as_int64(), 0);
}

TEST_F(SyncCommands, AWatchThatOnlyTakesDoesNotFailBecauseSomethingWaitsToBeSent) {
    make_shop();
    start_hub();
    RunningProcess watch(request({"sync", "--watch", "--pull-only", "--json"}));
    const std::string said = watch.wait_for_error_text("next sync in", std::chrono::seconds(30));
    watch.send_signal(SIGTERM);

    const ProcessResult result = watch.finish();

    EXPECT_THAT(said, HasSubstr("next sync in"));
    const auto data = boost::json::parse(result.output).at("data");
    EXPECT_EQ(data.at("failed").as_int64(), 0) << said;
    EXPECT_GT(data.at("pending_changes").as_int64(), 0);
}

TEST_F(SyncCommands, AWatchWithoutAHubBacksOffAndSaysWhy) {
    make_shop();
    RunningProcess watch(request({"sync", "--watch", "--url", "http://127.0.0.1:1"}));
    const std::string said = watch.wait_for_error_text("next sync in", std::chrono::seconds(30));
    watch.send_signal(SIGTERM);

    const ProcessResult result = watch.finish();

    EXPECT_EQ(result.status, 0) << result.errors;
    EXPECT_THAT(result.errors, HasSubstr("the hub cannot be reached"));
    EXPECT_THAT(result.output, HasSubstr("in vain"));
    EXPECT_EQ(run({"sync", "--watch", "--url", "not an address"}).status, 64);
    refusal({"sync", "--watch", "--once", "--url", "http://127.0.0.1:1"}, 64, "usage");
}

TEST_F(SyncCommands, OneWayIsSyncedAlone) {
    make_shop();
    start_hub();

    const auto pulled = document({"sync", "--pull-only"}, 75).at("data");
    EXPECT_EQ(pulled.at("changes_sent").as_int64(), 0);
    EXPECT_GT(pulled.at("pending_changes").as_int64(), 0);
    const auto pushed = data({"sync", "--push-only"});
    EXPECT_GT(pushed.at("changes_sent").as_int64(), 0);
    EXPECT_EQ(pushed.at("pending_changes").as_int64(), 0);
    EXPECT_TRUE(data({"sync", "--pull-only"}).at("equal").as_bool());
    refusal({"sync", "--pull-only", "--push-only", "--url", "http://127.0.0.1:1"}, 64, "usage");
}

TEST_F(SyncCommands, AMeteredSyncKeepsWithinTheDaysBytes) {
    make_shop();
    start_hub();
    const auto first = data({"sync", "--metered"});
    const std::int64_t used = first.at("bytes_today").as_int64();
    EXPECT_EQ(used, first.at("socket_bytes").as_int64());
    EXPECT_GT(used, first.at("bytes_sent").as_int64() + first.at("bytes_received").as_int64()) << "heads count too";
    text({"bundle", "post", "More", "-c", "Bread", "-n", "2", "--window", "16:00-18:00"});

    const auto refused = document({"sync", "--day-budget", std::to_string(used + 1500)}, 75).at("data");

    EXPECT_TRUE(refused.at("budget_used").as_bool());
    EXPECT_EQ(refused.at("socket_bytes").as_int64(), 0);
    EXPECT_EQ(refused.at("pending_changes").as_int64(), 1);
    EXPECT_THAT(text_of(refused.at("reason")), HasSubstr("are used up"));
    EXPECT_EQ(data({"sync", "status"}).at("bytes_today").as_int64(), used);
    EXPECT_EQ(
        data({"sync", "--as-of", "2026-11-24T12:00:00Z", "--day-budget", "4000"}).at("pending_changes").as_int64(), 0)
        << "a new day has bytes of its own";
    refusal({"sync", "--day-budget", "0"}, 64, "usage");
    refusal({"sync", "--metered", "--day-budget", "lots"}, 64, "usage");
}

TEST_F(SyncCommands, TheStatusSaysWhatWaitsSinceWhenAndWhy) {
    make_shop();
    static_cast<void>(run({"sync", "--url", "http://127.0.0.1:1"}));

    const auto status = data({"sync", "status", "--as-of", "2026-11-23T12:03:00Z"});

    EXPECT_EQ(status.at("oldest_pending_s").as_int64(), 180);
    EXPECT_THAT(text_of(status.at("waiting_for")), HasSubstr("cannot be reached"));
    EXPECT_TRUE(status.at("clock_offset_ms").is_null());
    EXPECT_THAT(text({"sync", "status", "--as-of", "2026-11-23T12:03:00Z"}), HasSubstr("3 min ago"));
    start_hub();
    text({"sync"});
    const auto synced = data({"sync", "status"});
    EXPECT_LT(std::abs(synced.at("clock_offset_ms").as_int64()), 1001) << "both have the same --as-of";
    EXPECT_EQ(text_of(synced.at("waiting_for")), "");
    EXPECT_TRUE(synced.at("oldest_pending").is_null());
    EXPECT_THAT(text({"sync", "status"}), HasSubstr("agrees with the hub's"));
}

TEST_F(SyncCommands, AHubLogsALineOfJsonForEachRequest) {
    make_shop();
    RunningProcess hub(request({"hub", "serve", "--listen", "127.0.0.1:0", "--log-json"}));
    const std::string started = hub.wait_for_error_text("}\n", std::chrono::seconds(30));
    const std::int64_t port = boost::json::parse(started.substr(0, started.find('\n'))).at("port").as_int64();
    text({"sync", "--url", "http://127.0.0.1:" + std::to_string(port)});
    hub.send_signal(SIGTERM);

    const ProcessResult result = hub.finish();

    std::istringstream lines(result.errors);
    std::vector<std::string> events;
    for (std::string line; std::getline(lines, line);) {
        const auto event = boost::json::parse(line);
        events.push_back(text_of(event.at("event")));
        if (events.back() != "request") continue;
        EXPECT_EQ(event.at("status").as_int64(), 200);
        EXPECT_EQ(text_of(event.at("outcome")), "ok");
        EXPECT_EQ(text_of(event.at("path")), "/v1/sync");
        EXPECT_GT(event.at("bytes_in").as_int64(), 0);
    }
    EXPECT_THAT(events, testing::ElementsAre("started", "request", "stopped"));
}

TEST_F(SyncCommands, AHubThatCannotServeSaysWhy) {
    make_shop();
    start_hub();
    const std::string address = environment["EDGE_ANALYTICS_HUB_URL"].substr(7);

    refusal({"hub", "serve", "--listen", "nonsense"}, 64, "usage");
    refusal({"hub", "serve", "--listen", "0.0.0.0:0"}, 64, "usage");
    refusal({"hub", "serve", "--tls-cert", "nowhere.pem"}, 64, "invalid_argument");
    refusal({"hub", "serve", "--tls-cert", "nowhere.pem", "--tls-key", "nowhere.pem"}, 64, "invalid_argument");
    refusal({"hub", "serve", "--listen", address}, 74, "io_failure");
    environment["EDGE_ANALYTICS_HUB_DB"] = file("shop.db");
    refusal({"hub", "status"}, 65, "not_a_database");
    environment["EDGE_ANALYTICS_HUB_DB"] = file("nowhere.db");
    refusal({"hub", "status"}, 66, "not_found");
}

}  // namespace
}  // namespace edge::test
