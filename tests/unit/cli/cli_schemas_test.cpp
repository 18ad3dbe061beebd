#include "program/cli_schemas.hpp"

#include "commands/commands.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace edge::cli {
namespace {

TEST(CliSchemas, ThereIsOneForEachCommandAndNoOther) {
    CommandTree tree("edge-analytics", "");
    declare_commands(tree.root());
    std::set<std::string> commands;
    for (const CommandShape& shape : tree.shapes()) {
        std::string name;
        for (const std::string& word : shape.path) name += (name.empty() ? "" : "-") + word;
        if (!name.empty()) commands.insert(name);
    }

    std::set<std::string> schemas;
    for (const CliSchema& schema : cli_schemas()) schemas.insert(std::string(schema.command));

    EXPECT_EQ(schemas, commands);
}

TEST(CliSchemas, EachIsWholeInItself) {
    for (const CliSchema& schema : cli_schemas()) {
        const boost::json::value parsed =
            boost::json::parse(boost::json::string_view(schema.text.data(), schema.text.size()));

        EXPECT_TRUE(parsed.at("$defs").at("envelope").is_object()) << schema.command;
        EXPECT_EQ(schema.text.find("common.schema.json"), std::string_view::npos) << schema.command;
        EXPECT_EQ(parsed.at("properties").at("schema").at("const").as_string(),
                  "edge-analytics/" + std::string(schema.command) + "/1");
    }
}

}  // namespace
}  // namespace edge::cli
