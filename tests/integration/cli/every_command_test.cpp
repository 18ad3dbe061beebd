#include "integration/cli/cli_process.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <sstream>

namespace edge::test {
namespace {

using Words = std::vector<std::string>;

struct Failure {
    Words words;
    int status;
    std::string code;
};

/// How a command ends well, and how it ends otherwise.
struct Cases {
    std::vector<Words> successes;
    std::vector<Failure> failures;
};

/// Every command of the program, groups too. A command that is missing here fails the test.
const std::map<std::string, Cases>& all_cases() {
    static const std::map<std::string, Cases> cases = {
        {"status", {{{"status"}}, {{{"status", "--db", "none.db"}, 66, "not_found"}}}},
        {"init",
         {{{"init", "--name", "Padaria", "--time-zone", "Europe/Lisbon", "--db", "new.db"},
           {"init", "--demo", "--db", "new.db"}},
          {{{"init", "--name", "X"}, 73, "already_exists"},
           {{"init", "--name", "X", "--db", "new.db", "--time-zone", "Mars/Olympus"}, 64, "bad_time_zone"}}}},
        {"bundle", {{}, {{{"bundle"}, 64, "usage"}}}},
        {"bundle-post",
         {{{"bundle", "post", "Bag", "-c", "1", "-n", "4", "--price", "2.50", "--window", "16:00-18:00"}},
          {{{"bundle", "post", "Bag", "-c", "99", "-n", "4", "--window", "16:00-18:00"}, 65, "unknown_category"}}}},
        {"bundle-list", {{{"bundle", "list"}}, {{{"bundle", "list", "--from", "someday"}, 64, "usage"}}}},
        {"bundle-show", {{{"bundle", "show", "47"}}, {{{"bundle", "show", "999"}, 65, "unknown_bundle"}}}},
        {"bundle-edit",
         {{{"bundle", "edit", "47", "--name", "Big bag"}},
          {{{"bundle", "edit", "999", "--name", "Big bag"}, 65, "unknown_bundle"}}}},
        {"bundle-close", {{{"bundle", "close", "47"}}, {{{"bundle", "close", "999"}, 65, "unknown_bundle"}}}},
        {"category", {{}, {{{"category"}, 64, "usage"}}}},
        {"category-list", {{{"category", "list"}}, {{{"category", "list", "--db", "none.db"}, 66, "not_found"}}}},
        {"category-add",
         {{{"category", "add", "Fish", "--co2e", "2"}}, {{{"category", "add", "Bakery"}, 73, "already_exists"}}}},
        {"seller", {{}, {{{"seller"}, 64, "usage"}}}},
        {"seller-show", {{{"seller", "show"}}, {{{"seller", "show", "--seller", "99"}, 66, "not_found"}}}},
        {"seller-edit",
         {{{"seller", "edit", "--time-zone", "Europe/Lisbon"}},
          {{{"seller", "edit"}, 64, "usage"}, {{"seller", "edit", "--time-zone", "Mars/Base"}, 64, "bad_time_zone"}}}},
        {"reserve", {{{"reserve", "47"}}, {{{"reserve", "999"}, 65, "unknown_bundle"}}}},
        {"collect", {{{"collect", "DEMO42"}}, {{{"collect", "NONE"}, 65, "unknown_code"}}}},
        {"cancel", {{{"cancel", "DEMO42"}}, {{{"cancel", "NONE"}, 65, "unknown_code"}}}},
        {"reservation", {{}, {{{"reservation"}, 64, "usage"}}}},
        {"reservation-list", {{{"reservation", "list"}}, {{{"reservation", "list", "--state", "lost"}, 64, "usage"}}}},
        {"refresh", {{{"refresh"}, {"refresh", "--rebuild"}}, {{{"refresh", "--seller", "99"}, 66, "not_found"}}}},
        {"graph", {{}, {{{"graph"}, 64, "usage"}}}},
        {"graph-list", {{{"graph", "list"}}, {{{"graph", "list", "--seller", "99"}, 66, "not_found"}}}},
        {"graph-show",
         {{{"graph", "show", "sales"},
           {"graph", "show", "sales", "--format", "chart"},
           {"graph", "show", "sell-through", "--format", "csv"},
           {"graph", "show", "forecast", "--format", "svg"}},
          {{{"graph", "show", "weather"}, 64, "usage"}}}},
        {"forecast", {{{"forecast"}}, {{{"forecast", "--seller", "99"}, 66, "not_found"}}}},
        {"forecast-list", {{{"forecast", "list"}}, {{{"forecast", "list", "--seller", "99"}, 66, "not_found"}}}},
        {"forecast-show", {{{"forecast", "show", "50"}}, {{{"forecast", "show", "999"}, 66, "not_found"}}}},
        {"forecast-explain", {{{"forecast", "explain", "50"}}, {{{"forecast", "explain", "999"}, 66, "not_found"}}}},
        {"suggest",
         {{{"suggest", "--for", "50"}, {"suggest", "--window", "18:00-19:00"}},
          {{{"suggest"}, 64, "usage"}, {{"suggest", "--for", "999"}, 65, "unknown_bundle"}}}},
        {"backtest",
         {{{"backtest"}, {"backtest", "--method", "seasonal_naive", "--alone"}},
          {{{"backtest", "nowhere.csv"}, 66, "not_found"}, {{"backtest", "bad.csv"}, 65, "corrupt_data"}}}},
        {"import",
         {{{"import", "category.csv"}, {"import", "category.csv", "--dry-run"}},
          {{{"import", "nowhere/category.csv"}, 66, "not_found"},
           {{"import", "bad.csv", "--table", "category", "--on-error", "stop"}, 65, "corrupt_data"}}}},
        {"export",
         {{{"export", "--table", "category", "--output", "out.csv"}},
          {{{"export", "--table", "nonsense", "--output", "out.csv"}, 64, "invalid_argument"}}}},
        {"diff",
         {{{"diff"}, {"diff", "--stat"}, {"diff", "--format", "json-patch"}},
          {{{"diff", "--format", "xml"}, 64, "usage"}}}},
        {"sync", {{{"sync"}, {"sync", "--dry-run"}}, {{{"sync", "--url", "not an address"}, 64, "invalid_argument"}}}},
        {"sync-status", {{{"sync", "status"}}, {{{"sync", "status", "--db", "none.db"}, 66, "not_found"}}}},
        {"sync-bootstrap",
         {{{"sync", "bootstrap"}, {"sync", "bootstrap", "--dry-run"}},
          {{{"sync", "bootstrap", "--db", "none.db"}, 66, "not_found"},
           {{"sync", "bootstrap", "--db", "none.db", "--shop", "x"}, 64, "invalid_argument"},
           {{"sync", "bootstrap", "--shop", "01JDQ4R7K2M8X5V9T3B6N1C0HA"}, 65, "conflict"}}}},
        {"sync-verify", {{{"sync", "verify"}}, {{{"sync", "verify", "--url", "http://127.0.0.1:1"}, 75, "offline"}}}},
        {"sync-import-receipt",
         {{{"sync", "import-receipt", "segments.eab.receipt"}},
          {{{"sync", "import-receipt", "nowhere"}, 66, "not_found"},
           {{"sync", "import-receipt", "bad.csv"}, 65, "corrupt_data"},
           {{"sync", "import-receipt", "segments.eab.receipt", "--db", "odd.db"}, 77, "refused"}}}},
        {"sync-rejects", {{}, {{{"sync", "rejects"}, 64, "usage"}}}},
        {"sync-rejects-list",
         {{{"sync", "rejects", "list"}, {"sync", "rejects", "list", "--all", "--db", "odd.db"}},
          {{{"sync", "rejects", "list", "--db", "none.db"}, 66, "not_found"}}}},
        {"sync-rejects-show",
         {{{"sync", "rejects", "show", "1", "--db", "odd.db"}},
          {{{"sync", "rejects", "show", "9"}, 66, "not_found"}, {{"sync", "rejects", "show", "x"}, 64, "usage"}}}},
        {"sync-rejects-retry",
         {{{"sync", "rejects", "retry", "1", "--db", "odd.db"}, {"sync", "rejects", "retry", "--all"}},
          {{{"sync", "rejects", "retry", "9"}, 66, "not_found"}, {{"sync", "rejects", "retry"}, 64, "usage"}}}},
        {"sync-rejects-discard",
         {{{"sync", "rejects", "discard", "1", "--db", "odd.db"}},
          {{{"sync", "rejects", "discard", "9"}, 66, "not_found"},
           {{"sync", "rejects", "discard", "1", "--all"}, 64, "usage"}}}},
        {"sync-export", {{{"sync", "export", "stick"}}, {{{"sync", "export", "nowhere"}, 66, "not_found"}}}},
        {"hub", {{}, {{{"hub"}, 64, "usage"}}}},
        {"hub-deadletter", {{}, {{{"hub", "deadletter"}, 64, "usage"}}}},
        {"hub-deadletter-list",
         {{{"hub", "deadletter", "list"}, {"hub", "deadletter", "list", "--all"}},
          {{{"hub", "deadletter", "list", "--hub-db", "none.db"}, 66, "not_found"}}}},
        {"hub-deadletter-show",
         {{{"hub", "deadletter", "show", "@LETTER"}},
          {{{"hub", "deadletter", "show", "s/r/1/ops/1/1/0"}, 66, "not_found"},
           {{"hub", "deadletter", "show", "it"}, 64, "usage"}}}},
        {"hub-deadletter-retry",
         {{{"hub", "deadletter", "retry", "--all"}},
          {{{"hub", "deadletter", "retry", "s/r/1/ops/1/1/0"}, 66, "not_found"},
           {{"hub", "deadletter", "retry"}, 64, "usage"}}}},
        {"hub-deadletter-discard",
         {{{"hub", "deadletter", "discard", "--all", "--of", "nobody"}},
          {{{"hub", "deadletter", "discard", "s/r/1/ops/1/1/0"}, 66, "not_found"}}}},
        {"hub-init",
         {{{"hub", "init"}},
          {{{"hub", "init", "--store", "postgresql://u:p@127.0.0.1:1/hub"}, 64, "usage"},
           {{"hub", "init", "--marketplace", "fill"}, 64, "usage"}}}},
        {"hub-serve", {{}, {{{"hub", "serve", "--listen", "nonsense"}, 64, "usage"}}}},
        {"hub-import",
         {{{"hub", "import", "segments.eab", "--receipt", "r.json"}},
          {{{"hub", "import", "category.csv"}, 65, "corrupt_data"}}}},
        {"hub-status", {{{"hub", "status"}}, {{{"hub", "status", "--hub-db", "none.db"}, 66, "not_found"}}}},
        {"calendar", {{}, {{{"calendar"}, 64, "usage"}}}},
        {"calendar-show",
         {{{"calendar", "show", "--region", "GB-ENG"}}, {{{"calendar", "show", "--from", "x"}, 64, "usage"}}}},
        {"calendar-import",
         {{{"calendar", "import", "fair.csv", "--region", "PT"}},
          {{{"calendar", "import", "nowhere.csv"}, 66, "not_found"}}}},
        {"weather", {{}, {{{"weather"}, 64, "usage"}}}},
        {"weather-show", {{{"weather", "show"}}, {{{"weather", "show", "--from", "x"}, 64, "usage"}}}},
        {"weather-import",
         {{{"weather", "import", "weather.csv", "--place", "51.5,-0.1"}},
          {{{"weather", "import", "nowhere.csv", "--place", "51.5,-0.1"}, 66, "not_found"}}}},
        {"verify", {{{"verify"}}, {{{"verify", "--db", "none.db"}, 66, "not_found"}}}},
        {"doctor", {{{"doctor"}}, {{{"doctor", "--bogus"}, 64, "usage"}}}},
        {"config", {{}, {{{"config"}, 64, "usage"}}}},
        {"config-get", {{{"config", "get", "hub.url"}}, {{{"config", "get", "colour"}, 64, "usage"}}}},
        {"config-set", {{{"config", "set", "timeout", "3"}}, {{{"config", "set", "timeout", "soon"}, 64, "usage"}}}},
        {"config-list", {{{"config", "list"}}, {{{"config", "list", "--config", "none.toml"}, 78, "configuration"}}}},
        {"config-explain", {{{"config", "explain", "hub.url"}}, {{{"config", "explain", "colour"}, 64, "usage"}}}},
        {"schema", {{{"schema"}, {"schema", "bundle", "list"}}, {{{"schema", "bogus"}, 64, "usage"}}}},
        {"completion",
         {{{"completion", "bash"}, {"completion", "zsh"}, {"completion", "fish"}},
          {{{"completion", "tcsh"}, 64, "usage"}}}},
        {"version", {{{"version"}}, {{{"version", "--bogus"}, 64, "usage"}}}},
    };
    return cases;
}

std::string line_of(const Words& words) {
    std::string line = "edge-analytics";
    for (const std::string& word : words) line += " " + word;
    return line;
}

class EveryCommand : public CliProcess {
protected:
    /// Documents by the schema that they are to fit, to be validated together.
    std::map<std::string, std::string> documents;

    void SetUp() override {
        write_file(file("category.csv"), "category_id,category_name,category_coefficient\n901,Fish,2\n");
        write_file(file("bad.csv"), "category_id,category_name,category_coefficient\nx,Fish,2\n");
        write_file(file("fair.csv"), "day,name\n2026-12-03,Market day\n");
        write_file(file("weather.csv"), "day,temperature,weather\n2026-11-22,7.5,rainy\n");
        std::filesystem::create_directories(file("stick"));
        environment["EDGE_ANALYTICS_DB"] = file("kept.db");
        make_demo();
        text({"refresh"});
        const std::string path = text_of(data({"sync", "export", "stick"}).at("path"));
        std::filesystem::rename(path.starts_with("/") ? path : file(path), file("segments.eab"));
        text({"hub", "import", "segments.eab"});
        make_refused("odd-kept.db");
        letter_ = text_of(data({"hub", "deadletter", "list"}).at("dead_letters").at(0).at("id"));
        hub_.emplace(request({"hub", "serve", "--listen", "127.0.0.1:0"}));
        const std::string said = hub_->wait_for_error_text("; stop", std::chrono::seconds(30));
        const std::size_t begin = said.find("http://");
        ASSERT_NE(begin, std::string::npos) << said;
        environment["EDGE_ANALYTICS_HUB_URL"] = said.substr(begin, said.find(';') - begin);
        environment["EDGE_ANALYTICS_DB"] = file("shop.db");
    }
    /// Each run begins with the same shop.
    void reset() const {
        for (const char* name :
             {"shop.db", "shop.db-wal", "shop.db-shm", "shop.db.lock", "new.db", "out.csv", "r.json"})
            std::filesystem::remove(file(name));
        for (const char* suffix : {"", "-wal", "-shm", ".lock"}) std::filesystem::remove(file("odd.db") + suffix);
        std::filesystem::copy_file(file("kept.db"), file("shop.db"));
        std::filesystem::copy_file(file("odd-kept.db"), file("odd.db"));
        std::filesystem::remove_all(file("stick"));
        std::filesystem::create_directories(file("stick"));
    }
    ProcessResult run_afresh(Words words, bool json) const {
        reset();
        std::ranges::replace(words, std::string("@LETTER"), letter_);
        if (json) words.emplace_back("--json");
        return run(words);
    }
    /// Names as in `schema`: the help of each group says what is in it.
    void walk(const std::string& name, std::set<std::string>& found) const {
        Words words = command_words(name);
        words.emplace_back("--help");
        const std::string help = text(words);
        const std::size_t begin = help.find("Subcommands:\n");
        if (begin == std::string::npos) return;
        std::istringstream lines(help.substr(begin + std::string("Subcommands:\n").size()));
        for (std::string line; std::getline(lines, line) && line.starts_with("  ");) {
            const std::string child = line.substr(2, line.find(' ', 2) - 2);
            const std::string full = name.empty() ? child : name + "-" + child;
            found.insert(full);
            walk(full, found);
        }
    }
    /// Keeps the one document on stdout for validation; null if that is not what is there.
    boost::json::value keep_document(const ProcessResult& result, const std::string& line) {
        boost::json::error_code error;
        const boost::json::value document = boost::json::parse(result.output, error);
        EXPECT_FALSE(error) << line << " printed:\n" << result.output;
        EXPECT_EQ(result.errors, "") << line;
        if (error) return nullptr;
        const std::string schema = text_of(document.at("schema"));
        documents[schema.substr(15, schema.rfind('/') - 15)] += boost::json::serialize(document) + "\n";
        return document;
    }
    void expect_success(const Words& words) {
        const std::string line = line_of(words);
        const ProcessResult plain = run_afresh(words, false);
        EXPECT_EQ(plain.status, 0) << line << "\n" << plain.errors;
        EXPECT_EQ(plain.errors, "") << line;
        EXPECT_NE(plain.output, "") << line;
        const ProcessResult json = run_afresh(words, true);
        EXPECT_EQ(json.status, 0) << line << "\n" << json.output;
        const boost::json::value document = keep_document(json, line);
        if (document.is_object()) {
            EXPECT_TRUE(document.at("ok").as_bool()) << line;
        }
    }
    void expect_failure(const Failure& failure) {
        const std::string line = line_of(failure.words);
        const ProcessResult plain = run_afresh(failure.words, false);
        EXPECT_EQ(plain.status, failure.status) << line << "\n" << plain.errors;
        EXPECT_EQ(plain.output, "") << line;
        EXPECT_THAT(plain.errors, testing::StartsWith("edge-analytics: cannot ")) << line;
        const ProcessResult json = run_afresh(failure.words, true);
        EXPECT_EQ(json.status, failure.status) << line << "\n" << json.output;
        const boost::json::value document = keep_document(json, line);
        if (!document.is_object()) return;
        EXPECT_FALSE(document.at("ok").as_bool()) << line;
        EXPECT_EQ(document.at("error").at("exit").as_int64(), failure.status) << line;
        EXPECT_EQ(text_of(document.at("error").at("code")), failure.code) << line;
    }
    void expect_valid_documents() const {
        Words words = {"/usr/bin/python3", EDGE_SOURCE_DIR "/tests/support/validate_json.py"};
        for (const auto& [name, lines] : documents) {
            write_file(file(name + ".documents"), lines);
            words.push_back(EDGE_SOURCE_DIR "/schemas/cli/" + name + ".schema.json");
            words.push_back(file(name + ".documents"));
        }
        const ProcessResult result = run_process({.arguments = words});
        EXPECT_EQ(result.status, 0) << result.errors;
    }

    std::optional<RunningProcess> hub_;
    std::string letter_;
};

TEST_F(EveryCommand, OfTheHelpHasItsSchemaAndItsCases) {
    std::set<std::string> in_help;
    walk("", in_help);
    std::set<std::string> in_schemas;
    const boost::json::value listed = data({"schema"});
    for (const auto& name : listed.at("commands").as_array()) in_schemas.insert(text_of(name));
    std::set<std::string> in_cases;
    for (const auto& [name, cases] : all_cases()) {
        in_cases.insert(name);
        EXPECT_FALSE(cases.failures.empty()) << name << " is never seen to fail";
        const bool is_group = cases.failures.front().words == command_words(name);
        if (!is_group && name != "hub-serve") {  // which ends by a signal: sync_test.cpp
            EXPECT_FALSE(cases.successes.empty()) << name << " is never seen to succeed";
        }
    }

    EXPECT_EQ(in_help, in_schemas);
    EXPECT_EQ(in_help, in_cases) << "a command without a case here, or a case without its command";
}

TEST_F(EveryCommand, EndsWellAndOtherwiseInTextAndInJson) {
    for (const auto& [name, cases] : all_cases()) {
        for (const Words& words : cases.successes) expect_success(words);
        for (const Failure& failure : cases.failures) expect_failure(failure);
    }
    expect_valid_documents();
}

}  // namespace
}  // namespace edge::test
