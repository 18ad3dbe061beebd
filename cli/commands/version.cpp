#include "program/version.hpp"

#include "commands/commands.hpp"
#include "program/context.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

namespace edge::cli {
namespace {

Answer run(Context& context) {
    if (context.json())
        return {.data = Json::Object{{"version", program_version}, {"sqlite", sqlite3_libversion()}}, .text = {}};
    return {.data = {}, .text = fmt::format("edge-analytics {} (SQLite {})\n", program_version, sqlite3_libversion())};
}

}  // namespace

void add_version(Command& parent) {
    Command command = parent.add("version", "Show the program's version");
    command.examples({"edge-analytics version", "edge-analytics version --json"});
    command.action(run);
}

}  // namespace edge::cli
