#include "commands/commands.hpp"
#include "program/cli_schemas.hpp"
#include "program/context.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

namespace edge::cli {
namespace {

struct Arguments {
    std::vector<std::string> words;
};

std::string joined(const std::vector<std::string>& words) {
    std::string name;
    for (const std::string& word : words) name += (name.empty() ? "" : "-") + word;
    return name;
}

Answer run_list(Context& context) {
    if (context.json()) {
        return {.data = Json::Object{{"commands",
                                      json_array(cli_schemas(), [](const CliSchema& each) { return each.command; })}},
                .text = {}};
    }
    std::string text;
    for (const CliSchema& each : cli_schemas()) text += std::string(each.command) + "\n";
    return {.data = {}, .text = text};
}

Answer run(Context& context, const Arguments& arguments) {
    if (arguments.words.empty()) return run_list(context);
    const std::string name = joined(arguments.words);
    const auto found = std::ranges::find(cli_schemas(), name, &CliSchema::command);
    if (found == cli_schemas().end()) {
        throw usage_error(fmt::format("cannot print the schema of '{}': there is no such command", name),
                          "edge-analytics schema lists them all");
    }
    if (context.json())
        return {.data = Json::Object{{"command", found->command}, {"json_schema", Json::Raw{std::string(found->text)}}},
                .text = {}};
    return {.data = {}, .text = std::string(found->text)};
}

}  // namespace

void add_schema(Command& parent) {
    const auto arguments = std::make_shared<Arguments>();
    Command command = parent.add("schema", "Print the JSON Schema of a command's --json; without one, list them");
    command.optional_arguments("COMMAND", arguments->words, "Its words: bundle list, or bundle-list");
    command.examples({"edge-analytics schema status", "edge-analytics schema bundle list"});
    command.action([arguments](Context& context) { return run(context, *arguments); });
}

}  // namespace edge::cli
