#include "commands/commands.hpp"
#include "commands/hub_store.hpp"
#include "output/text_width.hpp"
#include "program/context.hpp"

#include "edge/hub/postgres_store.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <memory>

namespace edge::cli {
namespace {

Answer run(Context& context, const StoreArguments& arguments) {
    const std::string target = store_target(context, arguments);
    const bool on_server = hub::is_postgres_target(target);
    bool created = false;
    if (on_server) {
        created = hub::init_postgres_store(target).created;
    } else {
        std::error_code error;
        created = !std::filesystem::exists(target, error);
    }
    const std::unique_ptr<hub::HubStore> store = open_or_create_hub(context, arguments);
    const std::string name = store_name(context, arguments);
    if (context.json()) {
        return {.data = Json::Object{{"store", name},
                                     {"kind", on_server ? "postgresql" : "sqlite"},
                                     {"created", created},
                                     {"epoch", store->settings().epoch}},
                .text = {}};
    }
    return {.data = {},
            .text = created ? fmt::format("Laid the hub's tables in {}.\n", printable(name))
                            : fmt::format("The hub's tables in {} are up to date.\n", printable(name)),
            .confirmation = true};
}

}  // namespace

void add_hub_init(Command& hub) {
    const auto arguments = std::make_shared<StoreArguments>();
    Command command = hub.add("init", "Lay the hub's tables, or bring them up to date");
    add_store_options(command, *arguments);
    command.examples({"edge-analytics hub init", "edge-analytics hub init --store postgresql://edge@127.0.0.1/hub"});
    command.action([arguments](Context& context) { return run(context, *arguments); });
}

}  // namespace edge::cli
