#include "integration/cli/cli_process.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>

namespace edge::test {
namespace {

using testing::HasSubstr;

class Settings : public CliProcess {};

TEST_F(Settings, AreWrittenReadListedAndExplained) {
    EXPECT_THAT(text({"config", "set", "hub.url", "http://127.0.0.1:9"}),
                HasSubstr("hub.url = http://127.0.0.1:9 in "));

    EXPECT_EQ(text({"config", "get", "hub.url"}), "http://127.0.0.1:9\n");
    EXPECT_EQ(read_file(file(".config/edge-analytics/config.toml")), "[hub]\nurl = 'http://127.0.0.1:9'\n");
    EXPECT_THAT(text({"config", "list"}), HasSubstr("hub.url"));
    EXPECT_THAT(text({"config", "explain", "hub.url"}), HasSubstr("EDGE_ANALYTICS_HUB_URL"));
    EXPECT_EQ(text_of(data({"config", "explain", "hub.url"}).at("value")), "http://127.0.0.1:9");
    EXPECT_EQ(data({"config", "list"}).at("settings").as_array().size(), 15U);
}

TEST_F(Settings, SayWhereAValueComesFrom) {
    EXPECT_EQ(text_of(data({"config", "get", "timeout"}).at("source")), "default");
    EXPECT_EQ(text({"config", "get", "timeout"}), "");
    environment["EDGE_ANALYTICS_TIMEOUT"] = "7";
    EXPECT_EQ(text_of(data({"config", "get", "timeout"}).at("source")), "command line or environment");
}

TEST_F(Settings, AreTakenOutWithAnEmptyValue) {
    text({"config", "set", "timeout", "3"});

    EXPECT_TRUE(data({"config", "set", "timeout", ""}).at("value").is_null());
    EXPECT_EQ(text({"config", "get", "timeout"}), "");
}

TEST_F(Settings, ThatDoNotExistOrFitAreRefused) {
    EXPECT_THAT(refusal({"config", "set", "colour", "red"}, 64, "usage"), HasSubstr("config list"));
    refusal({"config", "get", "colour"}, 64, "usage");
    refusal({"config", "explain", "colour"}, 64, "usage");
    refusal({"config", "set", "color", "red"}, 64, "usage");
    refusal({"config", "set", "timeout", "soon"}, 64, "usage");
    refusal({"config"}, 64, "usage");
}

TEST_F(Settings, AConfigurationThatCannotBeReadStopsTheProgram) {
    make_shop();
    write_file(file("bad.toml"), "db = \n");
    write_file(file("strange.toml"), "dbb = 'x'\n");

    EXPECT_THAT(refusal({"--config", "bad.toml", "bundle", "list"}, 78, "configuration"),
                HasSubstr("bad.toml, line 1"));
    refusal({"--config", "strange.toml", "bundle", "list"}, 78, "configuration");
    refusal({"--config", "missing.toml", "bundle", "list"}, 78, "configuration");
}

TEST_F(Settings, TheShopsFileMayBeNamedThere) {
    make_shop();
    environment.erase("EDGE_ANALYTICS_DB");
    write_file(file("c.toml"), "db = '" + file("shop.db") + "'\n");

    EXPECT_EQ(run({"--config", "c.toml", "bundle", "list"}).status, 0);
    EXPECT_THAT(run({"bundle", "list"}).errors, HasSubstr(".local/share/edge-analytics/shop.db"));
}

}  // namespace
}  // namespace edge::test
