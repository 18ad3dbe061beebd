#include "commands/commands.hpp"
#include "output/completion_script.hpp"
#include "program/context.hpp"

#include <memory>

namespace edge::cli {

void add_completion(Command& parent) {
    const auto shell = std::make_shared<std::string>();
    Command command = parent.add("completion", "Print a script that completes this command line in a shell");
    command.argument("SHELL", *shell, "bash, zsh or fish").required().one_of({"bash", "zsh", "fish"});
    command.examples({"edge-analytics completion bash > edge-analytics.bash",
                      "edge-analytics completion fish > edge-analytics.fish"});
    command.action([shell](Context& context) -> Answer {
        const std::string script = completion_script(*shell, context.commands().shapes());
        if (context.json()) return {.data = Json::Object{{"shell", *shell}, {"script", script}}, .text = {}};
        return {.data = {}, .text = script};
    });
}

}  // namespace edge::cli
