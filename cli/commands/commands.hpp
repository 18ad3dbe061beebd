#pragma once

#include "program/command.hpp"

namespace edge::cli {

/// Declares every command below the program's own.
void declare_commands(Command root);

// One a file of this folder, in the order in which the help lists them.

void add_status(Command& parent);
void add_init(Command& parent);
void add_bundle(Command& parent);
void add_bundle_post(Command& bundle);
void add_bundle_edit(Command& bundle);
void add_category(Command& parent);
void add_seller(Command& parent);
void add_reserve(Command& parent);
void add_collect(Command& parent);
void add_cancel(Command& parent);
void add_reservation(Command& parent);
void add_refresh(Command& parent);
void add_graph(Command& parent);
void add_forecast(Command& parent);
void add_suggest(Command& parent);
void add_backtest(Command& parent);
void add_import(Command& parent);
void add_export(Command& parent);
void add_diff(Command& parent);
void add_sync(Command& parent);
void add_sync_bootstrap(Command& sync);
void add_sync_receipt(Command& sync);
void add_sync_rejects(Command& sync);
void add_sync_status(Command& sync);
void add_hub(Command& parent);
void add_hub_deadletter(Command& hub);
void add_hub_serve(Command& hub);
void add_calendar(Command& parent);
void add_weather(Command& parent);
void add_verify(Command& parent);
void add_doctor(Command& parent);
void add_config(Command& parent);
void add_schema(Command& parent);
void add_completion(Command& parent);
void add_version(Command& parent);

}  // namespace edge::cli
