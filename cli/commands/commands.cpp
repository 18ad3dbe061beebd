#include "commands/commands.hpp"

namespace edge::cli {

void declare_commands(Command root) {
    add_status(root);
    add_init(root);
    add_seller(root);
    add_bundle(root);
    add_category(root);
    add_reserve(root);
    add_collect(root);
    add_cancel(root);
    add_reservation(root);
    add_refresh(root);
    add_graph(root);
    add_forecast(root);
    add_suggest(root);
    add_backtest(root);
    add_import(root);
    add_export(root);
    add_diff(root);
    add_sync(root);
    add_hub(root);
    add_calendar(root);
    add_weather(root);
    add_verify(root);
    add_doctor(root);
    add_config(root);
    add_schema(root);
    add_completion(root);
    add_version(root);
}

}  // namespace edge::cli
