#pragma once

#include "output/json.hpp"
#include "output/views.hpp"
#include "program/exit_status.hpp"

#include "edge/engine_types.hpp"

#include <optional>
#include <string>

namespace edge::cli {

class Context;
struct Answer;

/// Where the hub is. Throws if neither the command line nor the settings say.
[[nodiscard]] std::string hub_url(Context& context, const std::optional<std::string>& given);

// How a sync went, as `sync` shows it.

[[nodiscard]] Json::Object object_of(const SyncReport& report, bool dry_run = false);
[[nodiscard]] Json json_of(const SyncReport& report, bool dry_run);
[[nodiscard]] std::string text_of(const SyncReport& report, const SyncOptions& options, const ShopView& shop);
[[nodiscard]] ExitStatus exit_status_of(const SyncReport& report, const SyncOptions& options);

/// Syncs until a signal says to stop. A line a sync goes to stderr; the answer adds them up.
[[nodiscard]] Answer watch_sync(Context& context, const SyncOptions& options);

}  // namespace edge::cli
