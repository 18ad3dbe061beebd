#include "integration/cli/cli_process.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <sstream>

namespace edge::test {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class Contract : public CliProcess {};

TEST_F(Contract, EveryGlobalOptionHasItsTwinInTheEnvironment) {
    make_shop();
    write_file(file("bad.toml"), "db = \n");
    write_file(file("out.csv"), "kept\n");
    const auto with = [&](const std::string& variable, const std::string& value,
                          const std::vector<std::string>& words) {
        const auto before = environment;
        environment[variable] = value;
        ProcessResult result = run(words);
        environment = before;
        return result;
    };

    EXPECT_EQ(with("EDGE_ANALYTICS_DB", "none.db", {"status"}).status, 66);
    EXPECT_EQ(with("EDGE_ANALYTICS_CONFIG", "bad.toml", {"status"}).status, 78);
    EXPECT_EQ(with("EDGE_ANALYTICS_SELLER", "99", {"bundle", "list"}).status, 66);
    EXPECT_THAT(with("EDGE_ANALYTICS_JSON", "1", {"status"}).output, StartsWith("{"));
    EXPECT_EQ(with("EDGE_ANALYTICS_QUIET", "1", {"category", "add", "Fish"}).output, "");
    EXPECT_THAT(with("EDGE_ANALYTICS_VERBOSE", "1", {"refresh"}).errors, HasSubstr("refresh"));
    EXPECT_THAT(with("EDGE_ANALYTICS_COLOR", "always", {"bundle", "list"}).output, HasSubstr("\x1b["));
    EXPECT_EQ(with("EDGE_ANALYTICS_COLOR", "sometimes", {"bundle", "list"}).status, 64);
    EXPECT_THAT(with("EDGE_ANALYTICS_PROGRESS", "json", {"export", "--table", "category", "-o", "x.csv"}).errors,
                testing::AnyOf(testing::IsEmpty(), StartsWith("{\"progress\"")));
    EXPECT_EQ(with("EDGE_ANALYTICS_AS_OF", "noon", {"status"}).status, 64);
    EXPECT_EQ(with("EDGE_ANALYTICS_TIMEOUT", "soon", {"status"}).status, 78);
    EXPECT_EQ(with("EDGE_ANALYTICS_HUB_DB", "none.db", {"hub", "status"}).status, 66);
    EXPECT_EQ(with("EDGE_ANALYTICS_NO_INPUT", "1", {"export", "--table", "category", "-o", "out.csv"}).status, 73);
    EXPECT_EQ(read_file(file("out.csv")), "kept\n");
    EXPECT_EQ(with("EDGE_ANALYTICS_YES", "1", {"export", "--table", "category", "-o", "out.csv"}).status, 0);
    EXPECT_THAT(read_file(file("out.csv")), HasSubstr("Fish"));
}

TEST_F(Contract, NoCommandWaitsForLibrariesThatOnlyTheNetworkNeeds) {
    environment["LD_TRACE_LOADED_OBJECTS"] = "1";  // makes the loader list what it would load

    const std::string loaded = run({"version"}).output;

    EXPECT_THAT(loaded, HasSubstr("libsqlite3"));
    EXPECT_THAT(loaded, Not(HasSubstr("libcurl")));
    EXPECT_THAT(loaded, Not(HasSubstr("libpq")));
}

TEST_F(Contract, TheFilesStandWhereTheDesktopWantsThem) {
    environment.erase("EDGE_ANALYTICS_DB");
    environment["XDG_DATA_HOME"] = file("data");
    environment["XDG_CONFIG_HOME"] = file("settings");

    text({"init", "--name", "Corner Bakery"});
    text({"config", "set", "timeout", "3"});

    EXPECT_TRUE(std::filesystem::exists(file("data/edge-analytics/shop.db")));
    EXPECT_TRUE(std::filesystem::exists(file("settings/edge-analytics/config.toml")));
    EXPECT_EQ(text({"config", "get", "timeout"}), "3\n");
}

TEST_F(Contract, ProgressInJsonIsALineAnEventOnStandardError) {
    make_shop();

    const std::string sample = EDGE_SOURCE_DIR "/tools/samples/bookings";
    const ProcessResult result = run({"import", sample, "--progress", "json", "--json"});

    EXPECT_NE(result.errors, "");
    std::istringstream lines(result.errors);
    for (std::string line; std::getline(lines, line);)
        EXPECT_TRUE(boost::json::parse(line).as_object().contains("done")) << line;
    EXPECT_EQ(boost::json::parse(result.output).at("data").at("rejected_total").as_int64(), 0);
}

TEST_F(Contract, TerminationEndsWorkThatWaitsForStandardInput) {
    make_shop();
    // The shell keeps the pipe open and writes no more: the import is waiting when the signal arrives.
    const std::string script = "mkfifo pipe; exec 3<>pipe; " + std::string(EDGE_PROGRAM) +
                               " import - --table category <pipe 3>&- & child=$!; "
                               "echo category_id,category_name,category_coefficient >&3; echo 10,Kind,1 >&3; sleep 1; "
                               "kill -TERM $child; wait $child";

    const ProcessResult result =
        run_process({.arguments = {"/bin/bash", "-c", script}, .environment = environment, .folder = file("")});

    EXPECT_EQ(result.status, 143) << result.errors;
    EXPECT_EQ(data({"category", "list"}).at("categories").as_array().size(), 1U);
}

TEST_F(Contract, AnImportThatWaitsForStandardInputHoldsUpNobody) {
    make_shop();
    const std::string program = EDGE_PROGRAM;
    // The import says how far it is once a second: then it waits.
    const std::string script = "mkfifo pipe; exec 3<>pipe; " + program +
                               " import - --table category --progress json <pipe 3>&- 2>said & child=$!; "
                               "echo category_id,category_name,category_coefficient >&3; echo 10,Kind,1 >&3; "
                               "until grep -q progress said; do sleep .1; done; " +
                               program + " category add Fish --timeout 0.2 3>&- || exit 9; exec 3>&-; wait $child";

    const ProcessResult result =
        run_process({.arguments = {"/bin/bash", "-c", script}, .environment = environment, .folder = file("")});

    EXPECT_EQ(result.status, 0) << result.errors;
    EXPECT_EQ(data({"category", "list"}).at("categories").as_array().size(), 3U);
}

/// The rows that are read of each file are taken in or set aside, whatever else is in it.
class HostileFiles : public CliProcess {};

TEST_F(HostileFiles, LoseNoRowAndHarmNoShop) {
    make_shop();
    for (const auto& entry : std::filesystem::directory_iterator(EDGE_SOURCE_DIR "/tests/data/hostile")) {
        const std::string name = entry.path().filename().string();
        std::filesystem::remove(file("aside.ndjson"));

        const ProcessResult result =
            run({"import", entry.path().string(), "--table", "category", "--map", "id=category_id", "--map",
                 "name=category_name", "--map", "qty=category_coefficient", "--aside", "aside.ndjson", "--json"});

        EXPECT_EQ(result.errors, "") << name;
        const boost::json::value document = boost::json::parse(result.output);
        if (result.status == 65) {
            EXPECT_EQ(text_of(document.at("error").at("code")), "corrupt_data") << name;
            continue;
        }
        const boost::json::value& report = document.at("data");
        const std::int64_t rejected = report.at("rejected_total").as_int64();
        EXPECT_EQ(result.status, rejected > 0 ? 3 : 0) << name;
        std::int64_t in_tables = 0;
        for (const auto& table : report.at("tables").as_array()) in_tables += table.at("rejected").as_int64();
        EXPECT_EQ(in_tables, rejected) << name;
        const std::string aside = rejected > 0 ? read_file(file("aside.ndjson")) : "";
        EXPECT_EQ(std::count(aside.begin(), aside.end(), '\n'), rejected) << name;
    }
    EXPECT_EQ(data({"verify"}).at("findings").as_array().size(), 0U);
}

/// Shells that are installed read the scripts that are made for them.
TEST_F(Contract, CompletionScriptsAreGoodSyntax) {
    const std::map<std::string, std::string> shells = {{"bash", "-n"}, {"zsh", "-n"}, {"fish", "--no-execute"}};
    for (const auto& [shell, check] : shells) {
        const std::string program = "/usr/bin/" + shell;
        if (!std::filesystem::exists(program)) continue;
        write_file(file("completion." + shell), text({"completion", shell}));

        const ProcessResult result = run_process({.arguments = {program, check, file("completion." + shell)}});

        EXPECT_EQ(result.status, 0) << shell << ": " << result.errors;
    }
}

}  // namespace
}  // namespace edge::test
