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

TEST_F(SyncCommands, AHubThatCannotServeSaysWhy) {
    make_shop();
    start_hub();
    const std::string address = environment["EDGE_ANALYTICS_HUB_URL"].substr(7);

    refusal({"hub", "serve", "--listen", "nonsense"}, 64, "usage");
    refusal({"hub", "serve", "--listen", address}, 74, "io_failure");
    environment["EDGE_ANALYTICS_HUB_DB"] = file("shop.db");
    refusal({"hub", "status"}, 65, "not_a_database");
    environment["EDGE_ANALYTICS_HUB_DB"] = file("nowhere.db");
    refusal({"hub", "status"}, 66, "not_found");
}

}  // namespace
}  // namespace edge::test
