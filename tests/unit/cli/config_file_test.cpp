#include "program/exit_status.hpp"
#include "program/settings.hpp"
#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

namespace edge::cli {
namespace {

using test::read_file;
using test::write_file;

class ConfigFile : public testing::Test {
protected:
    void set(const char* key, const std::string& value) { write_config(path, *find_setting(key), value); }

    test::TemporaryFolder folder;
    std::string path = folder.file("config.toml");
};

TEST_F(ConfigFile, ReadsKeysOfTablesAndNumbersAsText) {
    write_file(path, "db = \"/srv/shop.db\"\ntimeout = 2.5\nseller = 7\n[hub]\nurl = \"http://hub\"\n");

    const std::map<std::string, std::string> values = read_config(path, true);

    EXPECT_EQ(values, (std::map<std::string, std::string>{
                          {"db", "/srv/shop.db"}, {"hub.url", "http://hub"}, {"seller", "7"}, {"timeout", "2.5"}}));
}

TEST_F(ConfigFile, AMissingFileIsEmptyUnlessItWasAskedFor) {
    EXPECT_TRUE(read_config(path, false).empty());
    EXPECT_THROW(static_cast<void>(read_config(path, true)), CommandError);
}

TEST_F(ConfigFile, RefusesWhatItDoesNotKnow) {
    for (const char* text :
         {"dbb = 'x'", "color = 'purple'", "seller = 'x'", "timeout = -1", "= 3", "[hub]\nurls = 'x'"}) {
        write_file(path, text);
        EXPECT_THROW(static_cast<void>(read_config(path, true)), CommandError) << text;
    }
}

TEST_F(ConfigFile, WritingKeepsCommentsAndOrder) {
    write_file(path, "# the shop\ndb = \"old.db\"  # here\n\n[hub] # far away\nlisten = \"127.0.0.1:1\"\n");

    set("db", "new.db");
    set("hub.url", "http://hub");

    EXPECT_EQ(read_file(path),
              "# the shop\ndb = 'new.db'\n\n[hub] # far away\nurl = 'http://hub'\nlisten = \"127.0.0.1:1\"\n");
}

TEST_F(ConfigFile, WritingMakesTheFileAndItsTables) {
    path = folder.file("deep/er/config.toml");

    set("hub.url", "http://hub");
    set("color", "never");

    EXPECT_EQ(read_config(path, true),
              (std::map<std::string, std::string>{{"color", "never"}, {"hub.url", "http://hub"}}));
}

TEST_F(ConfigFile, AnEmptyValueTakesTheKeyOut) {
    set("timeout", "3");

    set("timeout", "");

    EXPECT_TRUE(read_config(path, true).empty());
}

TEST_F(ConfigFile, ALayoutItCannotEditIsLeftAlone) {
    const std::string text = "db = \"\"\"\nover\nlines\"\"\"\nhub = { url = 'http://hub' }\n";
    write_file(path, text);

    EXPECT_THROW(set("db", "x"), CommandError);
    EXPECT_THROW(set("hub.url", "x"), CommandError);
    EXPECT_EQ(read_file(path), text);
}

TEST_F(ConfigFile, ValuesWithQuotesComeBack) {
    set("db", "it's \"here\" \\ now.db");

    EXPECT_EQ(read_config(path, true).at("db"), "it's \"here\" \\ now.db");
}

TEST(Settings, AnAddressIsOneThatSyncCanCall) {
    const SettingInfo& url = *find_setting("hub.url");
    for (const char* good : {"http://127.0.0.1:8765", "https://hub.example/shops", "http://[::1]:8765"}) {
        EXPECT_NO_THROW(check_value(url, good, "a test")) << good;
    }
    for (const char* bad : {"hub.example", "ftp://hub", "http://", "https:///x", "http://:80", "http://a b"}) {
        EXPECT_THROW(check_value(url, bad, "a test"), CommandError) << bad;
    }
}

TEST(Settings, FollowTheXdgRules) {
    const auto environment = [](const std::string& name) -> std::optional<std::string> {
        if (name == "HOME") return "/home/ann";
        if (name == "XDG_CONFIG_HOME") return "/cfg";
        if (name == "XDG_DATA_HOME") return "relative/is/ignored";
        return std::nullopt;
    };

    EXPECT_EQ(default_config_path(environment), "/cfg/edge-analytics/config.toml");
    EXPECT_EQ(default_data_path(environment, "shop.db"), "/home/ann/.local/share/edge-analytics/shop.db");
}

}  // namespace
}  // namespace edge::cli
