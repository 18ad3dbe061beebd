#include "integration/cli/cli_process.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>

#include <csignal>

namespace edge::test {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class Frame : public CliProcess {};

TEST_F(Frame, WithoutAShopTheProgramSaysHowToBegin) {
    EXPECT_THAT(text({}), HasSubstr("edge-analytics init --name"));
    EXPECT_FALSE(data({}).at("exists").as_bool());
}

TEST_F(Frame, WithAShopTheProgramShowsItsStatus) {
    make_shop();

    EXPECT_EQ(text({}), text({"status"}));
    EXPECT_EQ(data({}), data({"status"}));
}

TEST_F(Frame, MistakesOnTheCommandLineAreUsageErrors) {
    for (const auto& words : std::vector<std::vector<std::string>>{{"status", "--bogus"},
                                                                   {"reserve"},
                                                                   {"reserve", "1", "2"},
                                                                   {"graph", "show", "sales", "--format"},
                                                                   {"--color", "sometimes", "status"}}) {
        refusal(words, 64, "usage");
    }
    EXPECT_THAT(refusal({"bogus"}, 64, "usage"), HasSubstr("hint: edge-analytics --help"));
    EXPECT_THAT(refusal({"bundle", "list", "--bogus"}, 64, "usage"),
                HasSubstr("hint: edge-analytics bundle list --help"));
    EXPECT_THAT(refusal({"bundle"}, 64, "usage"), HasSubstr("post, list, show, edit, close"));
}

TEST_F(Frame, AnInstantThatIsNoneIsRefused) {
    make_shop();
    environment["EDGE_ANALYTICS_AS_OF"] = "noon";

    refusal({"status"}, 64, "usage");
    EXPECT_EQ(run({"--as-of", "2026-11-23T16:00:00Z", "status"}).status, 0);
}

TEST_F(Frame, AnErrorInJsonNamesTheCommand) {
    EXPECT_EQ(text_of(document({"bundle", "list", "--bogus"}, 64).at("schema")), "edge-analytics/bundle-list/1");
    EXPECT_EQ(text_of(document({"reserve", "7"}, 66).at("schema")), "edge-analytics/reserve/1");
    EXPECT_TRUE(document({"status"}, 66).at("meta").at("unsent").is_null());
}

TEST_F(Frame, JsonMayStandAnywhereOrInTheEnvironment) {
    make_shop();
    const std::string first = run({"--json", "status"}).output;

    EXPECT_EQ(first, run({"status", "--json"}).output);
    environment["EDGE_ANALYTICS_JSON"] = "1";
    EXPECT_EQ(first, run({"status"}).output);
    EXPECT_THAT(run({"status", "--bogus"}).output, StartsWith("{"));
}

TEST_F(Frame, MetaTellsWhatWaitsForTheHub) {
    make_shop();

    const auto meta = document({"category", "list"}).at("meta");

    EXPECT_EQ(text_of(meta.at("as_of")), "2026-11-23T12:00:00Z");
    EXPECT_EQ(meta.at("unsent"), data({"status"}).at("unsent"));
    EXPECT_GT(meta.at("unsent").as_int64(), 0);
}

TEST_F(Frame, OptionsBeatTheEnvironmentAndThatTheConfiguration) {
    make_shop();
    write_file(file("config.toml"), "seller = 99\n");
    const std::vector<std::string> words = {"--config", "config.toml", "bundle", "list"};

    EXPECT_EQ(run(words).status, 66);
    environment["EDGE_ANALYTICS_SELLER"] = "1";
    EXPECT_EQ(run(words).status, 0);
    environment["EDGE_ANALYTICS_SELLER"] = "99";
    EXPECT_EQ(run({"--seller", "1", "bundle", "list"}).status, 0);
}

TEST_F(Frame, ColoursAreForTerminalsUnlessTold) {
    make_shop();

    EXPECT_THAT(text({"bundle", "list"}), Not(HasSubstr("\x1b[")));
    EXPECT_THAT(text({"bundle", "list", "--color", "always"}), HasSubstr("\x1b["));
    environment["NO_COLOR"] = "1";
    EXPECT_THAT(text({"bundle", "list"}), Not(HasSubstr("\x1b[")));
}

TEST_F(Frame, QuietLeavesOutConfirmationsOnly) {
    make_shop();

    EXPECT_EQ(text({"category", "add", "Dairy", "--quiet"}), "");
    EXPECT_THAT(text({"category", "list", "--quiet"}), HasSubstr("Dairy"));
    EXPECT_THAT(run({"category", "add", "Dairy", "--quiet"}).errors, HasSubstr("cannot"));
}

TEST_F(Frame, VerboseLogsToStderrOnly) {
    make_shop();

    const ProcessResult result = run({"refresh", "--json", "-v"});

    EXPECT_EQ(result.status, 0);
    EXPECT_NO_THROW(static_cast<void>(boost::json::parse(result.output)));
}

TEST_F(Frame, AFullDiskUnderStandardOutputIsAnError) {
    make_shop();

    const ProcessResult result =
        run_process({.arguments = {"/bin/sh", "-c", std::string(EDGE_PROGRAM) + " status > /dev/full"},
                     .environment = environment});

    EXPECT_EQ(result.status, 74);
    EXPECT_THAT(result.errors, HasSubstr("standard output"));
}

TEST_F(Frame, TwoPartsOfOneDocumentAreNeverPrinted) {
    make_shop();
    const std::string output = run({"bundle", "list", "--json"}).output;

    EXPECT_EQ(output.front(), '{');
    EXPECT_TRUE(output.ends_with("\n}\n"));
}

TEST_F(Frame, TheVersionNamesSqliteToo) {
    EXPECT_THAT(text({"version"}), StartsWith("edge-analytics "));
    EXPECT_EQ(text_of(data({"version"}).at("version")), text_of(document({"version"}).at("meta").at("version")));
}

TEST_F(Frame, TheVersionIsAnOptionToo) {
    EXPECT_EQ(text({"--version"}), text({"version"}));
    EXPECT_EQ(text({"-V"}), text({"version"}));
    EXPECT_EQ(document({"--version"}).at("schema"), document({"version"}).at("schema"));
}

TEST_F(Frame, SchemasArePrintedWholeForEveryCommand) {
    const std::string list = text({"schema"});

    EXPECT_THAT(list, HasSubstr("bundle-list\n"));
    const auto schema = boost::json::parse(text({"schema", "bundle", "list"}));
    EXPECT_TRUE(schema.at("$defs").as_object().contains("bundle_overview"));
    EXPECT_EQ(text({"schema", "bundle-list"}), text({"schema", "bundle", "list"}));
    EXPECT_EQ(data({"schema", "status"}).at("json_schema").at("title"), boost::json::value("The shop on one screen"));
    EXPECT_GT(data({"schema"}).at("commands").as_array().size(), 40U);
    refusal({"schema", "bogus"}, 64, "usage");
}

TEST_F(Frame, APrintedSchemaValidatesOnItsOwn) {
    make_shop();
    write_file(file("bundle-list.schema.json"), text({"schema", "bundle", "list"}));
    write_file(file("document.json"), boost::json::serialize(document({"bundle", "list"})) + "\n");

    const ProcessResult result =
        run_process({.arguments = {"/usr/bin/python3", EDGE_SOURCE_DIR "/tests/support/validate_json.py",
                                   file("bundle-list.schema.json"), file("document.json")}});

    EXPECT_EQ(result.status, 0) << result.errors;
}

/// What bash would offer for the words so far.
class Completion : public CliProcess {
protected:
    std::string offered(const std::string& words, const std::string& last) const {
        write_file(file("completion.bash"), text({"completion", "bash"}));
        const std::string script =
            "source ./completion.bash; COMP_WORDS=(edge-analytics " + words + " '" + last +
            "'); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _edge_analytics; echo \"${COMPREPLY[*]}\"";
        const ProcessResult result =
            run_process({.arguments = {"/bin/bash", "-c", script}, .environment = environment, .folder = file("")});
        EXPECT_EQ(result.errors, "");
        return result.output;
    }
};

TEST_F(Completion, OffersCommandsOptionsAndValues) {
    EXPECT_EQ(offered("", "res"), "reserve reservation\n");
    EXPECT_EQ(offered("bundle", ""), "post list show edit close\n");
    EXPECT_EQ(offered("--json bundle", "c"), "close\n");
    EXPECT_EQ(offered("graph show sales --format", "c"), "chart csv\n");
    EXPECT_EQ(offered("--color", "al"), "always\n");
    EXPECT_EQ(offered("status --color", "al"), "always\n");
    EXPECT_EQ(offered("refresh", "--re"), "--rebuild\n");
    EXPECT_EQ(offered("refresh", "--js"), "--json\n");
    EXPECT_EQ(offered("--json", "bu"), "bundle\n");  // a flag takes no value
    EXPECT_EQ(offered("bundle --quiet", "c"), "close\n");
    EXPECT_EQ(offered("refresh", "--he"), "--help\n");
}

TEST_F(Completion, IsGivenForThreeShells) {
    EXPECT_THAT(text({"completion", "zsh"}), StartsWith("#compdef edge-analytics\n"));
    EXPECT_THAT(text({"completion", "fish"}), HasSubstr("complete -c edge-analytics"));
    EXPECT_EQ(text_of(data({"completion", "bash"}).at("script")), text({"completion", "bash"}));
    refusal({"completion", "tcsh"}, 64, "usage");
    refusal({"completion"}, 64, "usage");
}

TEST_F(Frame, TheFirstInterruptStopsAnImportAndLeavesNothingBehind) {
    make_shop();
    // The rest of standard input never comes: the import is waiting for it when the signal arrives.
    // It comes by a named pipe, since a shell that waits for a part of a pipeline may wait for all of it.
    const std::string command =
        "mkfifo rows; (echo category_id,category_name,category_coefficient; for i in $(seq 10 20000); do "
        "echo \"$i,Kind $i,1\"; done; exec sleep 60 2>&-) >rows & writer=$!; " +
        std::string(EDGE_PROGRAM) +
        " import - --table category <rows & child=$!; sleep 1; kill -INT $child; wait $child; status=$?; "
        "kill -- -$writer; exit $status";
    ProcessRequest request{
        .arguments = {"/bin/bash", "-c", "set -m; " + command}, .environment = environment, .folder = file("")};

    const ProcessResult result = run_process(request);

    EXPECT_EQ(result.status, 130) << result.errors;
    EXPECT_EQ(data({"category", "list"}).at("categories").as_array().size(), 1U);
}

}  // namespace
}  // namespace edge::test
