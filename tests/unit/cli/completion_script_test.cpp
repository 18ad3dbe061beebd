#include "output/completion_script.hpp"

#include "commands/commands.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace edge::cli {
namespace {

std::vector<CommandShape> shapes() {
    CommandTree tree("edge-analytics", "");
    declare_commands(tree.root());
    return tree.shapes();
}

TEST(CompletionScript, KnowsEveryCommandInEveryShell) {
    for (const char* shell : {"bash", "zsh", "fish"}) {
        const std::string script = completion_script(shell, shapes());

        for (const CommandShape& shape : shapes()) {
            for (const std::string& word : shape.path)
                EXPECT_NE(script.find(word), std::string::npos) << shell << ": " << word;
        }
    }
}

TEST(CompletionScript, OffersTheValuesThatAnOptionAllows) {
    EXPECT_NE(completion_script("bash", shapes()).find("compgen -W 'table chart json csv svg'"), std::string::npos);
    EXPECT_NE(completion_script("fish", shapes()).find("-l format -x -a 'table chart json csv svg'"),
              std::string::npos);
}

TEST(CommandShapes, NameEveryOptionOnce) {
    for (const CommandShape& shape : shapes()) {
        std::set<std::string> names;
        for (const CommandShape::Switch& option : shape.switches) {
            for (const std::string& name : option.names) EXPECT_TRUE(names.insert(name).second) << name;
            EXPECT_FALSE(option.help.empty()) << option.names.front();
        }
    }
}

}  // namespace
}  // namespace edge::cli
