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

struct InitArguments {
    StoreArguments store;
    bool with_marketplace = false;
    std::optional<std::string> marketplace;
};

hub::PostgresInit marketplace_init(const InitArguments& arguments, bool on_server) {
    hub::PostgresInit init;
    if (arguments.with_marketplace) init = {.marketplace = hub::MarketplaceUse::own, .lay_marketplace = true};
    if (arguments.marketplace) {
        init.marketplace = hub::parse_marketplace_use(*arguments.marketplace);
        if (!init.marketplace) throw usage_error("cannot use --marketplace: it is none of fill, own and leave");
    }
    if (init.marketplace && !on_server) {
        throw usage_error("cannot use a marketplace: its tables are in PostgreSQL, and the store is a file",
                          "name the database with --store postgresql://USER@HOST/DATABASE");
    }
    return init;
}

Answer run(Context& context, const InitArguments& arguments) {
    const std::string target = store_target(context, arguments.store);
    const bool on_server = hub::is_postgres_target(target);
    const hub::PostgresInit init = marketplace_init(arguments, on_server);
    bool created = false;
    hub::MarketplaceUse use = hub::MarketplaceUse::leave;
    if (on_server) {
        const hub::PostgresLayout layout = hub::init_postgres_store(target, {}, init);
        created = layout.created;
        use = layout.marketplace;
    } else {
        std::error_code error;
        created = !std::filesystem::exists(target, error);
    }
    const std::unique_ptr<hub::HubStore> store = open_or_create_hub(context, arguments.store);
    const std::string name = store_name(context, arguments.store);
    if (context.json()) {
        return {.data = Json::Object{{"store", name},
                                     {"kind", on_server ? "postgresql" : "sqlite"},
                                     {"created", created},
                                     {"marketplace", name_of(use)},
                                     {"epoch", store->settings().epoch}},
                .text = {}};
    }
    std::string text = created ? fmt::format("Laid the hub's tables in {}.\n", printable(name))
                               : fmt::format("The hub's tables in {} are up to date.\n", printable(name));
    if (use != hub::MarketplaceUse::leave) text += "The marketplace's tables beside them are filled.\n";
    return {.data = {}, .text = std::move(text), .confirmation = true};
}

}  // namespace

void add_hub_init(Command& hub) {
    const auto arguments = std::make_shared<InitArguments>();
    Command command = hub.add("init", "Lay the hub's tables, or bring them up to date");
    add_store_options(command, arguments->store);
    command.flag("--with-marketplace", arguments->with_marketplace,
                 "Lay a marketplace's tables too, in a database that has none, and fill them");
    command.option("--marketplace", "USE", arguments->marketplace,
                   "From now on: fill, for the tables of a running marketplace; own, where the hub makes its sellers; "
                   "leave, to leave them alone");
    command.examples({"edge-analytics hub init",
                      "edge-analytics hub init --store postgresql://edge@127.0.0.1/hub --marketplace fill"});
    command.action([arguments](Context& context) { return run(context, *arguments); });
}

}  // namespace edge::cli
